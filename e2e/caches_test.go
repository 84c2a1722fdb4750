package e2e

import (
	"fmt"
	"net/http"
	"testing"
)

// withCaches runs a test in a WordPress without and with a persistent object
// cache.
func withCaches(t *testing.T, test func(c clinic, persistent bool)) {
	for name, persistent := range map[string]bool{"without an object cache": false, "with a persistent one": true} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			c.ObjectCache(t, persistent)
			test(clinic{c.Stack, t}, persistent)
		})
	}
}

// kiosk writes fields past WordPress.
func (c clinic) kiosk(post int, fields meta) {
	c.t.Helper()
	c.api("PUT", fmt.Sprint("/v1/appointments/", post), `{"fields":`+encode(c.t, fields)+`}`).want(c.t, http.StatusOK, "")
}

// sees checks what the web server and a new process read.
func (c clinic) sees(when string, post int, key, want string) {
	c.t.Helper()
	read := step{"get_post_meta", post, key, true}
	equal(c.t, when+", the web server", c.web(read)[0].String(), encode(c.t, want))
	equal(c.t, when+", a new process", c.php(read)[0].String(), encode(c.t, want))
}

// TestNoStaleRead: whoever wrote, and whatever was cached before, a request
// that reads a post for the first time reads what was acknowledged.
func TestNoStaleRead(t *testing.T) {
	withCaches(t, func(c clinic, _ bool) {
		t := c.t
		post := c.post(appointment, meta{"status": "pending", "room": "1"})
		c.sees("at first", post, "status", "pending")
		release := c.hold(post)
		defer release()
		equal(t, "update", c.php(step{"update_post_meta", post, "status", "confirmed"})[0].String(), "true")
		c.sees("after another process' update", post, "status", "confirmed")
		c.kiosk(post, meta{"status": "checked_in", "kiosk": "7"})
		c.sees("after a kiosk's", post, "status", "checked_in")
		c.sees("and its new key", post, "kiosk", "7")
		release()
		c.sync()
		c.sees("after the sync", post, "status", "checked_in")
		if err := c.Redis.Del(t.Context(), fmt.Sprint("appointment:", post)).Err(); err != nil {
			t.Fatal(err)
		}
		c.sees("after the clean copy expired", post, "status", "checked_in")
		equal(t, "flush", c.php(step{"wp_cache_flush"})[0].String(), "true")
		c.sees("after a flush", post, "status", "checked_in")
		equal(t, "native write", c.php(step{"delete_post_meta", post, "kiosk"})[0].String(), "true")
		c.sees("after core's own deletion", post, "kiosk", "")
		if list := value[[]string](t, c.web(step{"clinic_list", 3})[0]); list[0] != "checked_in" {
			t.Errorf("a list shows %q", list)
		}
	})
}

// TestPlantedEntry: a reader that looked before a sync and comes back after it
// puts its old entry into the cache. Core would believe it.
func TestPlantedEntry(t *testing.T) {
	c := open(t)
	c.ObjectCache(t, true)
	post, other := c.post(appointment, meta{"status": "pending"}), c.post(twin, meta{"status": "pending"})
	old := meta{"status": "planted"}

	t.Run("is not believed on first touch, alone or in a list", func(t *testing.T) {
		c := clinic{c.Stack, t}
		c.kiosk(post, meta{"status": "checked_in"})
		c.sync()
		for _, id := range []int{post, other} {
			equal(t, "planted", c.php(step{"clinic_plant", id, old})[0].String(), "true")
		}
		equal(t, "core believes it of another type", c.php(step{"get_post_meta", other, "status", true})[0].String(), `"planted"`)
		c.sees("of an offloaded one", post, "status", "checked_in")
		equal(t, "planted again", c.php(step{"clinic_plant", post, old})[0].String(), "true")
		equal(t, "listed", value[[]string](t, c.php(step{"clinic_list", 1})[0])[0], "checked_in")
		equal(t, "planted again", c.php(step{"clinic_plant", post, old})[0].String(), "true")
		equal(t, "an update to what was planted", c.php(step{"update_post_meta", post, "status", "planted"})[0].String(), "true")
		c.sync()
		equal(t, "the row", c.row(post, "status"), "planted")
	})

	t.Run("nor after this request has dropped its own", func(t *testing.T) {
		c := clinic{c.Stack, t}
		did := c.php(
			step{"get_post_meta", post, "status", true},
			step{"add_post_meta", post, "tag", "mine"},
			step{"clinic_plant", post, old},
			step{"get_post_meta", post, "tag"},
			step{"update_post_meta", post, "status", "completed"},
			step{"wp_cache_delete", post, "post_meta"},
			step{"clinic_plant", post, old},
			step{"get_post_meta", post, "status", true},
			step{"clinic_elsewhere", step{"clinic_kiosk", post, meta{"status": "kiosk"}}},
			step{"clinic_plant", post, meta{"status": "completed", "tag": "mine"}},
			step{"wp_cache_flush_runtime"},
			step{"get_post_meta", post, "status", true},
		)
		equal(t, "what this process added", did[3].String(), `["mine"]`)
		equal(t, "what it wrote", did[7].String(), `"completed"`)
		equal(t, "elsewhere", did[8].String(), "[true]")
		equal(t, "after a flush of what it keeps itself", did[11].String(), `"kiosk"`)
	})

	t.Run("nor by core, once the plugin is gone", func(t *testing.T) {
		c := clinic{c.Stack, t}
		equal(t, "planted", c.php(step{"clinic_plant", post, old})[0].String(), "true")
		defer c.WaitForOffload(t)
		defer c.php(step{"clinic_plugin", plugin, true})
		equal(t, "deactivated", c.php(step{"clinic_plugin", plugin, false})[0].String(), "true")
		c.sees("without the plugin", post, "status", "kiosk")
	})
}

// TestCachedQueries: a query's cached result is not believed once something
// that it may lack was synced.
func TestCachedQueries(t *testing.T) {
	withCaches(t, func(c clinic, persistent bool) {
		t := c.t
		find := func(room string) string { return c.php(step{"clinic_query", "room", room})[0].String() }
		post := c.post(appointment, meta{"room": "old"})
		room := fmt.Sprint("room of ", t.Name(), post)
		found := fmt.Sprintf("[%d]", post)

		equal(t, "before", find(room), "[]")
		c.kiosk(post, meta{"room": room})
		equal(t, "after a kiosk's write", find(room), found)
		equal(t, "from the cache", find(room), found)
		c.kiosk(post, meta{"room": "elsewhere"})
		c.sync()
		equal(t, "after its next and a sync", find(room), "[]")

		// A process that looked at the cache before somebody else heard of a sync.
		room += " again"
		equal(t, "before", find(room), "[]")
		did := c.php(
			step{"wp_cache_get_last_changed", "posts"},
			step{"clinic_elsewhere", step{"clinic_kiosk", post, meta{"room": room}}, step{"clinic_query", "room", "none"}},
			step{"clinic_query", "room", room},
		)
		equal(t, "elsewhere", did[1].String(), "[true,[]]")
		equal(t, "in a process that began before", did[2].String(), found)

		// A result that was made while no sidecar answered lacks what was on its way.
		room += " and again"
		release := c.hold(post)
		defer release()
		equal(t, "update", c.php(step{"update_post_meta", post, "room", room})[0].String(), "true")
		c.Pause(t, "sidecar")
		equal(t, "while the sidecar hangs", find(room), "[]")
		c.Resume(t, "sidecar")
		release()
		c.WaitForOffload(t)
		c.sync()
		equal(t, "afterwards", find(room), found)
		if calls := c.php(step{"clinic_query", "room", room}, step{"clinic_query", "room", room}); calls[1].Calls != 0 {
			t.Errorf("a second query in the same request made %d calls", calls[1].Calls)
		}
		if persistent {
			c.told() // from now on nothing but a write may change what is cached
			find(room)
			at := c.php(step{"wp_cache_get_last_changed", "posts"})[0].String()
			find(room)
			equal(t, "last_changed after a query with nothing new", c.php(step{"wp_cache_get_last_changed", "posts"})[0].String(), at)
			equal(t, "from the cache again", find(room), found)
		}
	})
}
