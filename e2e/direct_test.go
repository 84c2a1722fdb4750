package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// hearsAtLast waits until WordPress was told of a field of a post.
func (c clinic) hearsAtLast(post int, key, value string) {
	c.t.Helper()
	containers.Eventually(c.t, patience, func(context.Context) error {
		if all := c.heard(post); !slices.Contains(all, heard{post, key, value}) {
			return fmt.Errorf("heard %v of post %d, not %s=%s", all, post, key, value)
		}
		return nil
	})
}

// TestDirectWithoutRedis: what the direct API takes while Redis is away is in
// wp_postmeta when it is answered, nothing older comes over it, and WordPress
// hears of it.
func TestDirectWithoutRedis(t *testing.T) {
	for _, away := range []struct {
		name       string
		begin, end func(*containers.Stack, testing.TB, string)
	}{
		{"killed", (*containers.Stack).Kill, (*containers.Stack).Start},
		{"hanging", (*containers.Stack).Pause, (*containers.Stack).Resume},
	} {
		t.Run("which is "+away.name, func(t *testing.T) {
			c := open(t)
			c.listen()
			doctor := c.post("hospital_doctor", meta{"room": "1"})
			post := c.waiting(func() { away.begin(c.Stack, t, "redis") })
			path := fmt.Sprint("/v1/appointments/", post)
			set := c.api("PUT", path, `{"fields":{"status":"native","kiosk":"7"}}`).want(t, http.StatusOK, "")
			equal(t, "set is acknowledged by", set.field("ack"), "sql")
			equal(t, "its row at once", c.row(post, "status"), "native")
			equal(t, "a birth", c.row(post, "kiosk"), "7")
			equal(t, "mode", c.Mode(t), "native")
			equal(t, "set field", c.api("PATCH", path+"/fields/start", `{"value":"2"}`).want(t, http.StatusOK, "").field("ack"), "sql")
			equal(t, "its row", c.row(post, "start"), "2")
			equal(t, "status", c.api("POST", path+"/status", `{"status":"native"}`).want(t, http.StatusOK, "").field("updated"), "1")
			equal(t, "status of nobody", c.api("POST", "/v1/appointments/99999999/status", `{"status":"x"}`).want(t, http.StatusOK, "").field("updated"), "0")
			c.api("PUT", "/v1/appointments/99999999", `{"fields":{"status":"x"}}`).want(t, http.StatusNotFound, "unknown_post")
			equal(t, "a doctor", c.api("PUT", fmt.Sprintf("/v1/doctors/%d/availability", doctor), `{"fields":{"room":"12"}}`).want(t, http.StatusOK, "").field("ack"), "sql")
			equal(t, "the doctor's row", c.row(doctor, "room"), "12")
			c.api("DELETE", path, "").want(t, http.StatusConflict, "native")
			equal(t, "WordPress sees", c.php(step{"get_post_meta", post, "status", true})[0].String(), `"native"`)
			equal(t, "WordPress deletes", c.web(step{"delete_post_meta", post, "notes"})[0].String(), "true")
			c.hearsAtLast(post, "kiosk", "7")
			away.end(c.Stack, t, "redis")
			c.arrivesOnce(post)
			equal(t, "the birth after the return", fmt.Sprint(c.rows(post, "kiosk")), "[7]")
			c.hearsAtLast(doctor, "room", "12")
		})
	}

	t.Run("by a sidecar that was started while it was away", func(t *testing.T) {
		c := open(t)
		post := c.post(appointment, meta{"status": "pending"})
		c.Kill(t, "redis")
		c.Kill(t, "sidecar")
		c.Start(t, "sidecar")
		containers.WaitForAPI(t, c.API)
		equal(t, "mode before", c.Mode(t), "offload")
		equal(t, "acknowledged by", c.api("PUT", fmt.Sprint("/v1/appointments/", post), `{"fields":{"status":"checked_in"}}`).want(t, http.StatusOK, "").field("ack"), "sql")
		equal(t, "the row at once", c.row(post, "status"), "checked_in")
		c.Start(t, "redis")
		c.WaitForOffload(t)
		equal(t, "the row after the return", c.row(post, "status"), "checked_in")
	})

	t.Run("and WordPress is told after the sidecar was killed, still without Redis", func(t *testing.T) {
		c := open(t)
		c.listen()
		post := c.post(appointment, meta{"status": "pending"})
		c.Kill(t, "redis")
		c.Stop(t, "wordpress")
		path := fmt.Sprint("/v1/appointments/", post)
		equal(t, "acknowledged by", c.api("PUT", path, `{"fields":{"status":"checked_in"}}`).want(t, http.StatusOK, "").field("ack"), "sql")
		c.Kill(t, "sidecar")
		c.Start(t, "wordpress")
		c.Start(t, "sidecar")
		c.hearsAtLast(post, "status", "checked_in")
		c.Start(t, "redis")
		c.WaitForOffload(t)
		equal(t, "the row", c.row(post, "status"), "checked_in")
	})
}
