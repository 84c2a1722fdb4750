package e2e

import (
	"fmt"
	"net/http"
	"testing"
)

// TestForeignKeys: what somebody else has put under a post's key in Redis, as
// the guide's own code did for every appointment, holds up that post alone.
func TestForeignKeys(t *testing.T) {
	c := open(t)
	post, other := c.post(appointment, meta{"status": "pending"}), c.post(appointment, meta{"status": "pending"})
	key := fmt.Sprint("appointment:", post)
	if err := c.Redis.Set(t.Context(), key, `{"status":"from before"}`, 0).Err(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Redis.Del(t.Context(), key) })
	before := c.epoch()
	for _, status := range []string{"confirmed", "checked_in"} {
		did := c.web(step{"update_post_meta", post, "status", status}, step{"get_post_meta", post, "status", true}, step{"update_post_meta", other, "status", status})
		equal(t, "update", did[0].String(), "true")
		equal(t, "read", did[1].String(), `"`+status+`"`)
		equal(t, "update of another", did[2].String(), "true")
		equal(t, "row", c.row(post, "status"), status)
		c.arrives(other, "status", status)
	}
	c.api("PUT", fmt.Sprint("/v1/appointments/", post), `{"fields":{"status":"by a kiosk"}}`).want(t, http.StatusConflict, "foreign_keys")
	c.api("POST", fmt.Sprint("/v1/appointments/", post, "/status"), `{"status":"completed"}`).want(t, http.StatusConflict, "foreign_keys")
	equal(t, "mode", c.Mode(t), "offload")
	equal(t, "epoch", c.epoch(), before)
}
