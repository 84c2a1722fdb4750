package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// TestBarriers: pages that list rows by SQL show what was acknowledged a moment
// before, for one barrier each.
func TestBarriers(t *testing.T) {
	c := open(t)
	c.quiet()
	post := c.post(appointment, meta{"code": "0"})
	v := c.admin()
	call := fmt.Sprintf(`<?xml version="1.0"?><methodCall><methodName>wp.getPost</methodName><params><param><value><int>1</int></value></param>
		<param><value><string>%s</string></value></param><param><value><string>%s</string></value></param><param><value><int>%d</int></value></param></params></methodCall>`,
		containers.AdminUser, containers.AdminPassword, post)

	for i, each := range []struct {
		what, shown string
		dirty       int // calls for what is laid over the rows
		ask         func(v visitor) string
	}{
		{"an export", "<![CDATA[%s]]>", 0, func(v visitor) string {
			_, body := v.page("GET", "/wp-admin/export.php?download=true&content="+appointment, nil)
			return body
		}},
		{"the Custom Fields box", ">%s</textarea>", 0, func(v visitor) string {
			_, body := v.page("GET", fmt.Sprintf("/wp-admin/post.php?action=edit&post=%d", post), nil)
			return body
		}},
		{"XML-RPC", "<string>%s</string>", 1, func(v visitor) string {
			request, err := http.NewRequestWithContext(v.t.Context(), "POST", v.WordPress+"/xmlrpc.php", strings.NewReader(call))
			if err != nil {
				v.t.Fatal(err)
			}
			request.Header.Set("Content-Type", "text/xml")
			_, body := v.send(request)
			return body
		}},
		{"a meta query", `"value":[%d]`, 0, func(v visitor) string {
			_, body := v.page("POST", "/", url.Values{"clinic_steps": {encode(v.t, []step{{"clinic_query", "code", fmt.Sprintf("code 3 of %d", post)}})}})
			return body
		}},
	} {
		t.Run(each.what, func(t *testing.T) {
			v := visitor{clinic{c.Stack, t}, v.cookies}
			code := fmt.Sprintf("code %d of %d", i, post)
			shown := strings.NewReplacer("%s", code, "%d", fmt.Sprint(post)).Replace(each.shown)
			var body string
			asked := v.asked(func() {
				v.api("PUT", fmt.Sprint("/v1/appointments/", post), fmt.Sprintf(`{"fields":{"code":%q}}`, code)).want(t, http.StatusOK, "")
				body = each.ask(v)
			})
			if !strings.Contains(body, shown) {
				t.Errorf("the answer has no %q: %.2000s", shown, body)
			}
			equal(t, "barriers", asked["/v1/barrier"], 1)
			equal(t, "questions for dirty fields", asked["/v1/dirty"], each.dirty)
		})
	}
}

// TestExportWaits: an export waits for rows that somebody holds for longer than
// a page would.
func TestExportWaits(t *testing.T) {
	c := open(t)
	c.quiet()
	post := c.post(appointment, meta{"code": "old"})
	v := c.admin()
	release := c.hold(post)
	v.api("PUT", fmt.Sprint("/v1/appointments/", post), `{"fields":{"code":"new at last"}}`).want(t, http.StatusOK, "")
	before := c.calls()["/v1/barrier refused"]
	exported := make(chan string, 1)
	go func() {
		_, body := v.page("GET", "/wp-admin/export.php?download=true&content="+appointment, nil)
		exported <- body
	}()
	// The first barrier has been given up, as a page would.
	containers.Eventually(t, patience, func(context.Context) error {
		if n := c.calls()["/v1/barrier refused"] - before; n < 1 {
			return fmt.Errorf("%d barriers were given up", n)
		}
		return nil
	})
	release()
	if body := <-exported; !strings.Contains(body, "<![CDATA[new at last]]>") {
		t.Errorf("the export has not waited: %.2000s", body)
	}
}
