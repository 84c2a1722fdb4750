package e2e

import (
	"fmt"
	"slices"
	"testing"
)

// TestTransactionOfAnotherPlugin: inside a transaction that a plugin opened,
// nothing is offloaded; it ends as the plugin says.
func TestTransactionOfAnotherPlugin(t *testing.T) {
	for _, end := range []string{"ROLLBACK", "COMMIT"} {
		t.Run(end, func(t *testing.T) {
			c, want := open(t), []string{"new", "2"}
			if end == "ROLLBACK" {
				want = []string{"waiting", "1"}
			}
			post := c.post(appointment, meta{"status": "pending", "room": "1"})
			release := c.hold(post)
			equal(t, "an earlier update", c.php(step{"update_post_meta", post, "status", "waiting"})[0].String(), "true")
			equal(t, "its row", c.row(post, "status"), "pending")
			release()

			var seen map[string]string
			asked := c.asked(func() {
				seen = value[map[string]string](t, c.php(step{"clinic_transaction", post, meta{"room": "2", "status": "new"}, end})[0])
			})
			if asked["/v1/barrier"] == 0 || asked["/v1/write"] > 0 {
				t.Errorf("asked %v, want a barrier, so that the earlier update is home, and no write", asked)
			}
			equal(t, "rows inside the transaction", fmt.Sprint(seen), fmt.Sprint(map[string]string{"status": "new", "room": "2"}))
			equal(t, "rows afterwards", fmt.Sprint([]string{c.row(post, "status"), c.row(post, "room")}), fmt.Sprint(want))
			if waiting := c.dirty(post); len(waiting) > 0 {
				t.Errorf("still dirty in Redis: %q", waiting)
			}
			copied, err := c.Redis.HMGet(t.Context(), fmt.Sprint("appointment:", post), "status", "room").Result()
			if err != nil {
				t.Fatal(err)
			}
			if end == "ROLLBACK" && (slices.Contains(copied, any("new")) || slices.Contains(copied, any("2"))) {
				t.Errorf("Redis has what was rolled back: %q", copied)
			}
			fresh := c.php(step{"get_post_meta", post, "status", true}, step{"get_post_meta", post, "room", true})
			equal(t, "a fresh process sees", fmt.Sprint([]string{value[string](t, fresh[0]), value[string](t, fresh[1])}), fmt.Sprint(want))
			c.sync()
			equal(t, "rows after a sync", fmt.Sprint([]string{c.row(post, "status"), c.row(post, "room")}), fmt.Sprint(want))
		})
	}

	t.Run("while the sidecar is away", func(t *testing.T) {
		c := open(t)
		post := c.waiting(func() { c.Kill(t, "sidecar") })
		c.php(step{"clinic_transaction", post, meta{"status": "rolled back"}, "ROLLBACK"}, step{"clinic_transaction", post, meta{"room": "committed"}, "COMMIT"})
		equal(t, "status", c.row(post, "status"), "pending")
		equal(t, "room", c.row(post, "room"), "committed")
		c.Start(t, "sidecar")
		c.WaitForOffload(t)
		c.arrives(post, "status", "from Redis") // the mark was rolled back with the write
		c.sync()
		equal(t, "room after the return", c.row(post, "room"), "committed")
	})
}
