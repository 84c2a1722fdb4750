package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// contents is everything in Redis and wp_postmeta, as one text.
func (c clinic) contents() string {
	c.t.Helper()
	ctx := c.t.Context()
	keys, err := c.Redis.Keys(ctx, "*").Result()
	if err != nil {
		c.t.Fatal(err)
	}
	slices.Sort(keys)
	var text strings.Builder
	for _, key := range keys {
		dump, err := c.Redis.Dump(ctx, key).Result()
		if err != nil {
			c.t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s %q\n", key, dump)
	}
	var rows, sum int64
	err = c.DB.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', meta_id, post_id, meta_key, meta_value))), 0) FROM wp_postmeta").Scan(&rows, &sum)
	if err != nil {
		c.t.Fatal(err)
	}
	fmt.Fprintf(&text, "%d rows, sum %d", rows, sum)
	return text.String()
}

// TestBadInput: what is wrong with a request is said by a stable code, and
// nothing of it is done.
func TestBadInput(t *testing.T) {
	c := open(t)
	post := c.post(appointment, meta{"status": "pending"})
	c.api("PUT", fmt.Sprint("/v1/appointments/", post), `{"fields":{"status":"confirmed"}}`).want(t, http.StatusOK, "")
	c.sync()
	one := fmt.Sprint("/v1/appointments/", post)
	doctorless := fmt.Sprint("/v1/doctors/", post, "/availability")
	op := fmt.Sprintf(`{"post":%d,"type":"hospital_appointment","key":"status","value":"x"}`, post)
	many := `{"ops":[` + strings.Repeat(op+",", 1000) + op + `]}`
	c.told() // else that changes something
	before := c.contents()
	for _, bad := range []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"unknown post", "PUT", "/v1/appointments/99999998", `{"fields":{"status":"x"}}`, 404, "unknown_post"},
		{"unknown post's field", "PATCH", "/v1/appointments/99999998/fields/status", `{"value":"x"}`, 404, "unknown_post"},
		{"reading an unknown post", "GET", "/v1/appointments/99999998", "", 404, "unknown_post"},
		{"post of another kind", "PUT", doctorless, `{"fields":{"available":true}}`, 404, "unknown_post"},
		{"slug of no doctor", "PUT", "/v1/doctors/nobody/availability", `{"fields":{"available":true}}`, 404, "unknown_post"},
		{"list as a value", "PUT", one, `{"fields":{"status":["x"]}}`, 422, "bad_value"},
		{"object as a value", "PUT", one, `{"fields":{"status":{"a":1}}}`, 422, "bad_value"},
		{"null as a value", "PATCH", one + "/fields/status", `{"value":null}`, 422, "bad_value"},
		{"one wrong field of two", "PUT", one, `{"fields":{"status":"x","room":null}}`, 422, "bad_value"},
		{"empty key", "PUT", one, `{"fields":{"":"x"}}`, 422, "bad_value"},
		{"long key", "PUT", one, `{"fields":{"` + strings.Repeat("k", 256) + `":"x"}}`, 422, "bad_value"},
		{"reserved key", "PUT", one, `{"fields":{"last_updated_redis":"1"}}`, 422, "bad_value"},
		{"no JSON", "PUT", one, `status=x`, 400, "bad_json"},
		{"half of JSON", "PUT", one, `{"fields":{"status":"x"`, 400, "bad_json"},
		{"data after JSON", "PUT", one, `{"fields":{"status":"x"}} {}`, 400, "bad_json"},
		{"not UTF-8", "PUT", one, "{\"fields\":{\"status\":\"\xff\"}}", 400, "bad_json"},
		{"lone surrogate", "PUT", one, `{"fields":{"status":"\ud800"}}`, 400, "bad_json"},
		{"unknown member", "PUT", one, `{"fields":{"status":"x"},"urgent":true}`, 400, "bad_json"},
		{"fields missing", "PUT", one, `{}`, 400, "bad_request"},
		{"negative ttl", "PUT", one, `{"fields":{"status":"x"},"ttl":-1}`, 400, "bad_request"},
		{"blog that is none", "PUT", one + "?blog=zero", `{"fields":{"status":"x"}}`, 400, "bad_request"},
		{"id that is none", "PUT", "/v1/appointments/0", `{"fields":{"status":"x"}}`, 400, "bad_request"},
		{"body too large", "PUT", one, `{"fields":{"status":"` + strings.Repeat("x", 17<<20) + `"}}`, 413, "body_too_large"},
		{"value too large", "PUT", one, `{"fields":{"status":"` + strings.Repeat("x", 4<<20+1) + `"}}`, 413, "value_too_large"},
		{"too many operations", "POST", "/v1/write", many, 413, "too_many_ops"},
		{"one wrong operation of two", "POST", "/v1/write", `{"ops":[` + op + `,{"post":1,"type":"hospital_appointment","key":"a"}]}`, 400, "bad_request"},
		{"type not offloaded", "POST", "/v1/write", strings.Replace(`{"ops":[`+op+`]}`, "hospital_appointment", "page", 1), 422, "unknown_type"},
		{"wrong method", "POST", one, `{"fields":{"status":"x"}}`, 405, "method_not_allowed"},
		{"wrong method of a write", "GET", "/v1/write", "", 405, "method_not_allowed"},
		{"no such route", "PUT", "/v2/appointments/1", `{"fields":{"status":"x"}}`, 404, "not_found"},
		{"retire of a site in use", "POST", "/v1/retire", `{}`, 409, "not_held"},
		{"unknown dead letter", "POST", "/v1/dead-letters/99999998/status/retry", "", 404, "unknown_dead_letter"},
		{"discard without a reason", "DELETE", "/v1/dead-letters/99999998/status", `{}`, 400, "bad_request"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			c := clinic{c.Stack, t}
			r := c.api(bad.method, bad.path, bad.body).want(t, bad.status, bad.code)
			equal(t, "done", r.field("done"), "no")
			equal(t, "request id given", r.field("request_id") != "", true)
		})
	}
	for name, header := range map[string]http.Header{
		"no token":              nil,
		"a wrong token":         {"Authorization": {"Bearer " + strings.Repeat("0", len(c.Token))}},
		"the token's first":     {"Authorization": {"Bearer " + c.Token[:len(c.Token)-1]}},
		"the token, not as one": {"Authorization": {"Basic " + c.Token}},
	} {
		t.Run(name, func(t *testing.T) {
			c := clinic{c.Stack, t}
			c.apiWith("PUT", one, `{"fields":{"status":"x"}}`, header).want(t, http.StatusUnauthorized, "unauthorized")
			c.apiWith("GET", "/v1/stats", "", header).want(t, http.StatusUnauthorized, "unauthorized")
			c.apiWith("GET", "/livez", "", header).want(t, http.StatusOK, "")
		})
	}
	if after := c.contents(); after != before {
		t.Errorf("something was changed; before:\n%s\nafter:\n%s", before, after)
	}
	c.api("PUT", one, `{"fields":{"status":"right"}}`).want(t, http.StatusOK, "")
	equal(t, "what is right is seen as a change", c.contents() != before, true)
}
