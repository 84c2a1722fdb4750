package e2e

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

const plugin = "hospital-appointments-redis/hospital-appointments-redis.php"

// TestDeactivation: the plugin hands everything back before it goes, and takes
// up its work when it is activated again. The last test: it changes the stack.
func TestDeactivation(t *testing.T) {
	c := open(t)
	t.Cleanup(func() { clinic{c.Stack, t}.php(step{"clinic_plugin", plugin, true}) })
	post := c.post(appointment, meta{"status": "pending", "room": "1"})
	late := c.post(doctor, meta{"available": "1"})
	release := c.hold(post)
	defer release()
	for i, r := range c.php(
		step{"update_post_meta", post, "status", "waiting"},
		step{"update_post_meta", post, "room", "2"},
		step{"update_post_meta", late, "available", ""},
		step{"clinic_guide", "set_appointment_metadata", post, meta{"born": "in Redis"}},
	) {
		equal(t, fmt.Sprint("update ", i), r.String(), "true")
	}
	equal(t, "dirty", fmt.Sprint(c.dirty(post)), "[born room status]")

	done := make(chan []result, 1)
	go func() {
		defer close(done)
		done <- c.php(step{"clinic_plugin", plugin, false})
	}()
	containers.Eventually(t, patience, func(context.Context) error {
		if mode := c.Mode(t); mode != "native" {
			return fmt.Errorf("mode %s", mode)
		}
		return nil
	})
	equal(t, "dirty while it waits", fmt.Sprint(c.dirty(post)), "[born room status]")
	release()
	equal(t, "deactivated", fmt.Sprint(<-done), "[true]")

	equal(t, "rows", fmt.Sprint(c.rows(post, "status"), c.rows(post, "room"), c.rows(post, "born"), c.rows(late, "available")), "[waiting] [2] [in Redis] []")
	keys, err := c.Redis.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	if keys = slices.DeleteFunc(keys, func(key string) bool { return key == "appointments:dead" }); len(keys) > 0 {
		t.Errorf("still in Redis: %q", keys)
	}
	equal(t, "mode", c.Mode(t), "native")
	asked := c.asked(func() {
		equal(t, "update by WordPress alone", c.php(step{"update_post_meta", post, "status", "alone"})[0].String(), "true")
	})
	equal(t, "asked without the plugin", fmt.Sprint(asked), "map[]")
	equal(t, "its row at once", c.row(post, "status"), "alone")

	equal(t, "activated", c.php(step{"clinic_plugin", plugin, true})[0].String(), "true")
	c.WaitForOffload(t)
	release = c.hold(post)
	defer release()
	did := c.php(step{"get_post_meta", post, "status", true}, step{"update_post_meta", post, "status", "again"})
	equal(t, "kept", did[0].String(), `"alone"`)
	equal(t, "updated", did[1].String(), "true")
	equal(t, "offloaded again", fmt.Sprint(c.dirty(post)), "[status]")
	release()
	c.sync()
	equal(t, "synced again", c.row(post, "status"), "again")
}
