package e2e

import (
	"fmt"
	"net/http"
	"testing"
)

// TestRoundTrips: the calls that WordPress's work costs, counted by the sidecar.
func TestRoundTrips(t *testing.T) {
	c := open(t)
	posts := c.posts(100, appointment, meta{"status": "pending"})
	post, other := posts[0], c.post(twin, meta{"status": "pending"})

	t.Run("an update of a post that was read is one call", func(t *testing.T) {
		c := clinic{c.Stack, t}
		var did []result
		asked := c.asked(func() {
			did = c.php(
				step{"get_post_meta", post, "status", true},
				step{"update_post_meta", post, "status", "confirmed"},
				step{"get_post_meta", post, "status", true},
				step{"update_post_meta", post, "status", "confirmed"},
			)
		})
		equal(t, "asked", fmt.Sprint(asked), "map[/v1/dirty:1 /v1/write:1]")
		equal(t, "did", fmt.Sprint(did), `["pending" true "confirmed" false]`)
	})

	t.Run("a list of 100 is one call", func(t *testing.T) {
		c := clinic{c.Stack, t}
		var list []string
		asked := c.asked(func() { list = value[[]string](t, c.php(step{"clinic_list", 100})[0]) })
		equal(t, "asked", fmt.Sprint(asked), "map[/v1/dirty:1]")
		equal(t, "listed", len(list), 100)
		equal(t, "the updated one", list[99], "confirmed")
	})

	t.Run("what touches no appointment is none", func(t *testing.T) {
		c := clinic{c.Stack, t}
		asked := c.asked(func() {
			request, err := http.NewRequestWithContext(t.Context(), "GET", c.WordPress+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			status, _ := c.send(request)
			equal(t, "front page", status, http.StatusOK)
			c.php(step{"update_post_meta", other, "status", "confirmed"}, step{"get_post_meta", other, "status", true})
		})
		delete(asked, "/v1/sync") // WP-Cron's, if it is due
		equal(t, "asked", fmt.Sprint(asked), "map[]")
	})

	t.Run("meta queries with nothing dirty are one barrier a request", func(t *testing.T) {
		c := clinic{c.Stack, t}
		c.sync()
		var did []result
		asked := c.asked(func() {
			var steps []step
			for i := range 20 {
				steps = append(steps, step{"clinic_query", "status", fmt.Sprint("number ", i)})
			}
			did = c.php(steps...)
		})
		took := 0.0
		for _, r := range did {
			took += r.MS
		}
		if n := asked["/v1/barrier"]; len(asked) != 1 || n < 1 || n > 1+int(took/1000) {
			t.Errorf("asked %v in %.0f ms, want one barrier a second at most, and nothing else", asked, took)
		}
		equal(t, "calls of the first query", did[0].Calls, 1)
	})
}
