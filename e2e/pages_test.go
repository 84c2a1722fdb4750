package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// visitor asks WordPress for pages, with the cookies of a log-in or none.
type visitor struct {
	clinic
	cookies string
}

// page asks for one and returns what it says. It runs no script of the page.
func (v visitor) page(method, path string, form url.Values) (header http.Header, body string) {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.WordPress+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Cookie", v.cookies)
	request.Host = "localhost"
	response, err := http.DefaultTransport.RoundTrip(request) // follows no redirect: its address is inside
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		v.t.Errorf("%s answers %d: %.2000s", path, response.StatusCode, text)
	}
	return response.Header, string(text)
}

// admin logs in.
func (c clinic) admin() visitor {
	c.t.Helper()
	v := visitor{c, "wordpress_test_cookie=WP%20Cookie%20check"}
	header, body := v.page("POST", "/wp-login.php", url.Values{"log": {containers.AdminUser}, "pwd": {containers.AdminPassword}, "testcookie": {"1"}})
	for _, each := range header.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(each, ";")
		v.cookies += "; " + pair
	}
	if !strings.Contains(v.cookies, "wordpress_logged_in_") {
		c.t.Fatalf("no log-in: %s", body)
	}
	return v
}

// quiet puts off what WordPress does of itself now and then: the watchdog's
// event, the question of an administrator's page whether all is well, and what
// an outage in an earlier test left behind.
func (c clinic) quiet() {
	c.t.Helper()
	c.php(
		step{"wp_clear_scheduled_hook", "hospital_redis_sync_cron"},
		step{"wp_schedule_event", time.Now().Add(time.Hour).Unix(), "five_minutes", "hospital_redis_sync_cron"},
		step{"set_transient", "hospital_appointments_redis_dead", 0, 3600},
	)
	c.web(step{`Hospital\Appointments_Redis\Breaker::close`})
}

// TestPages: what the pages of WordPress ask of the sidecar.
func TestPages(t *testing.T) {
	c := open(t)
	c.quiet()
	doctors := c.posts(3, doctor, meta{"available": "1"})
	ordinary := c.post("post", meta{"mood": "fine"})
	v := c.admin()
	c.php(step{"update_user_meta", 1, "edit_hospital_appointment_per_page", "100"})

	var ids []int
	list := "/wp-admin/edit.php?post_type=" + appointment
	for _, each := range []struct{ what, asked, path, shows string }{
		{"the front page", "map[]", "/", "Clinic"},
		{"an ordinary post", "map[]", fmt.Sprintf("/?p=%d", ordinary), ""},
		{"the log-in", "map[]", "/wp-login.php", "user_pass"},
		{"the dashboard", "map[]", "/wp-admin/index.php", "dashboard-widgets"},
		{"a list of ordinary posts", "map[]", "/wp-admin/edit.php", "the-list"},
		{"the REST API's ordinary posts", "map[]", "/wp-json/wp/v2/posts?context=view", "Visit 1"},
		{"WP-Cron without our event", "map[]", "/wp-cron.php?doing_wp_cron", ""},
		{"a list of 100 appointments", "map[/v1/dirty:1]", list, "the-list"},
		{"a list of 100 appointments by title", "map[/v1/dirty:1]", list + "&orderby=title&order=asc", "the-list"},
		{"a list of 100 appointments with their doctors", "map[/v1/dirty:2]", list, "Visit 3"},
		{"the list by start", "map[/v1/barrier:1 /v1/dirty:2]", list + "&orderby=hospital_start&order=asc", "the-list"},
		{"an edit screen, with its custom fields", "map[/v1/barrier:1]", "/wp-admin/post.php?action=edit&post=", `value="confirmed"`},
		{"an ordinary edit screen", "map[]", fmt.Sprintf("/wp-admin/post.php?action=edit&post=%d", ordinary), "Visit 1"},
	} {
		t.Run(each.what, func(t *testing.T) {
			v := visitor{clinic{c.Stack, t}, v.cookies}
			switch {
			case each.what == "the log-in":
				v.cookies = ""
			case strings.HasPrefix(each.what, "a list of 100 appointments with"):
				var steps []step
				for i, id := range ids {
					steps = append(steps, step{"update_post_meta", id, "doctor_id", doctors[i%3]})
				}
				v.php(steps...)
				v.sync()
			case each.what == "a list of 100 appointments":
				ids = v.posts(100, appointment, meta{"status": "confirmed", "start": "2030-01-01T10:00"})
			case strings.HasSuffix(each.path, "post="):
				each.path += fmt.Sprint(ids[0])
			}
			var body string
			asked := v.asked(func() { _, body = v.page("GET", each.path, nil) })
			equal(t, "asked", fmt.Sprint(asked), each.asked)
			if !strings.Contains(body, each.shows) {
				t.Errorf("the page says nothing of %q: %.2000s", each.shows, body)
			}
			if rows := strings.Count(body, `<tr id="post-`); strings.HasPrefix(each.path, list) && rows != 100 {
				t.Errorf("%d rows; want a hundred", rows)
			}
		})
	}
}
