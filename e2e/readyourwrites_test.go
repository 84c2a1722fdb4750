package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// TestReadYourWrites: what was acknowledged is seen by everybody who asks next,
// though MySQL does not have it yet.
func TestReadYourWrites(t *testing.T) {
	c := open(t)

	t.Run("by another PHP process, the web server, and the direct API, before the sync", func(t *testing.T) {
		c := clinic{c.Stack, t}
		post := c.post(appointment, meta{"status": "pending", "room": "101"})
		release := c.hold(post)
		defer release()
		equal(t, "update", c.php(step{"update_post_meta", post, "status", "confirmed"})[0].String(), "true")
		equal(t, "another process", c.php(step{"get_post_meta", post, "status", true})[0].String(), `"confirmed"`)
		equal(t, "the web server", c.web(step{"get_post_meta", post, "status", true})[0].String(), `"confirmed"`)
		equal(t, "the direct API", c.api("GET", fmt.Sprint("/v1/appointments/", post), "").field("fields", "status"), "confirmed")
		equal(t, "the row meanwhile", c.row(post, "status"), "pending")
		equal(t, "a field not touched", c.php(step{"get_post_meta", post, "room", true})[0].String(), `"101"`)
		release()
		c.sync()
		equal(t, "the row afterwards", c.row(post, "status"), "confirmed")
	})

	t.Run("by a meta query", func(t *testing.T) {
		c := clinic{c.Stack, t}
		room := "room of " + t.Name()
		post := c.post(appointment, meta{"room": "101"})
		equal(t, "update", c.php(step{"update_post_meta", post, "room", room})[0].String(), "true")
		equal(t, "posts found", c.php(step{"clinic_query", "room", room})[0].String(), fmt.Sprintf("[%d]", post))
		equal(t, "posts found by the old value", slices.Contains(value[[]int](t, c.php(step{"clinic_query", "room", "101"})[0]), post), false)
	})

	t.Run("by the process itself, between adding and deleting", func(t *testing.T) {
		c := clinic{c.Stack, t}
		post := c.post(appointment, meta{"status": "pending"})
		var said []string
		for _, r := range c.php(
			step{"update_post_meta", post, "status", "confirmed"},
			step{"add_post_meta", post, "tag", "a"},
			step{"update_post_meta", post, "tag", "b"},
			step{"get_post_meta", post, "tag"},
			step{"add_post_meta", post, "tag", "c"},
			step{"get_post_meta", post, "tag"},
			step{"delete_post_meta", post, "tag", "b"},
			step{"get_post_meta", post, "tag"},
			step{"update_post_meta", post, "status", "completed"},
			step{"delete_post_meta", post, "status"},
			step{"get_post_meta", post, "status"},
			step{"add_post_meta", post, "status", "pending", true},
			step{"add_post_meta", post, "status", "twice", true},
			step{"get_post_meta", post, "status"},
		) {
			said = append(said, r.String())
		}
		for i, want := range map[int]string{0: "true", 2: "true", 3: `["b"]`, 5: `["b","c"]`, 6: "true", 7: `["c"]`, 8: "true", 9: "true", 10: "[]", 12: "false", 13: `["pending"]`} {
			equal(t, fmt.Sprint("step ", i), said[i], want)
		}
		seen := c.php(step{"get_post_meta", post, "status"}, step{"get_post_meta", post, "tag"})
		equal(t, "another process' status", seen[0].String(), `["pending"]`)
		equal(t, "another process' tags", seen[1].String(), `["c"]`)
		c.sync()
		equal(t, "rows", fmt.Sprint(c.rows(post, "status"), c.rows(post, "tag")), "[pending] [c]")
	})

	t.Run("of the direct API by WordPress, a new key too", func(t *testing.T) {
		c := clinic{c.Stack, t}
		post := c.post(appointment, meta{"status": "pending"})
		release := c.hold(post)
		defer release()
		c.api("PUT", fmt.Sprint("/v1/appointments/", post), `{"fields":{"status":"checked_in","kiosk":7}}`).want(t, http.StatusOK, "")
		seen := c.web(step{"get_post_meta", post, "status", true}, step{"get_post_meta", post, "kiosk", true})
		equal(t, "status", seen[0].String(), `"checked_in"`)
		equal(t, "kiosk", seen[1].String(), `"7"`)
		release()
		c.sync()
		equal(t, "rows", fmt.Sprint(c.rows(post, "status"), c.rows(post, "kiosk")), "[checked_in] [7]")
	})

	t.Run("of SQL, once a barrier was raised", func(t *testing.T) {
		c := clinic{c.Stack, t}
		post := c.post(appointment, meta{"status": "pending"})
		equal(t, "update", c.php(step{"update_post_meta", post, "status", "confirmed"})[0].String(), "true")
		c.api("POST", "/v1/barrier", fmt.Sprintf(`{"posts":{"%s":[%d]}}`, appointment, post)).want(t, http.StatusOK, "")
		equal(t, "the row", c.row(post, "status"), "confirmed")
		if waiting := c.dirty(post); len(waiting) > 0 {
			t.Errorf("still dirty: %q", waiting)
		}
	})
}
