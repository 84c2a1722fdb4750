package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// slower is what a write may take longer than a native one while no sidecar
// answers, in ms: far less than the timeout that each would pay if it asked.
const slower = 100

// median of some milliseconds: one slow write on a busy machine says nothing.
func median(ms []float64) float64 {
	slices.Sort(ms)
	return ms[len(ms)/2]
}

// TestSidecarAway: WordPress writes by itself, in the same request, and only
// the first to notice waits.
func TestSidecarAway(t *testing.T) {
	for _, away := range []struct {
		name       string
		begin, end func(*containers.Stack, testing.TB, string)
	}{
		{"stopped", (*containers.Stack).Stop, (*containers.Stack).Start},
		{"hanging", (*containers.Stack).Pause, (*containers.Stack).Resume},
	} {
		t.Run(away.name, func(t *testing.T) {
			c := open(t)
			post, other := c.post(appointment, meta{"status": "pending", "room": "1"}), c.post(twin, meta{"room": "1"})
			away.begin(c.Stack, t, "sidecar")
			equal(t, "the first update", c.web(step{"update_post_meta", post, "status", "confirmed"})[0].String(), "true")
			equal(t, "its row at once", c.row(post, "status"), "confirmed")
			equal(t, "mode", c.Mode(t), "native")
			took := c.web(step{"clinic_timed_updates", post, "room", 9}, step{"clinic_timed_updates", other, "room", 9}, step{"get_post_meta", post, "room", true})
			ours, natively := median(value[[]float64](t, took[0])), median(value[[]float64](t, took[1]))
			if ours > natively+slower {
				t.Errorf("an update takes %.1f ms while the sidecar is %s, natively %.1f ms", ours, away.name, natively)
			}
			equal(t, "the row of the last", c.row(post, "room"), value[string](t, took[2]))
			equal(t, "adding", c.web(step{"add_post_meta", post, "tag", "a"})[0].String() != "false", true)
			equal(t, "deleting", c.web(step{"delete_post_meta", post, "status"})[0].String(), "true")
			away.end(c.Stack, t, "sidecar")
			c.WaitForOffload(t)
			seen := c.php(step{"get_post_meta", post, "room", true}, step{"get_post_meta", post, "tag"}, step{"get_post_meta", post, "status"})
			equal(t, "seen afterwards", fmt.Sprint(seen), fmt.Sprint([]result{{Value: took[2].Value}, {Value: []byte(`["a"]`)}, {Value: []byte("[]")}}))
			post = c.post(appointment, meta{"status": "pending"})
			release := c.hold(post)
			defer release()
			equal(t, "update after the return", c.web(step{"update_post_meta", post, "status", "confirmed"})[0].String(), "true")
			equal(t, "dirty in Redis", fmt.Sprint(c.dirty(post)), "[status]")
		})
	}
}

// waiting makes an appointment with three fields that were acknowledged and are
// in Redis only, and does what must happen before they could be synced.
func (c clinic) waiting(then func()) (post int) {
	c.t.Helper()
	post = c.post(appointment, meta{"status": "pending", "room": "1", "notes": "old", "start": "1"})
	release := c.hold(post)
	defer release()
	for i, r := range c.php(
		step{"update_post_meta", post, "status", "from Redis"},
		step{"update_post_meta", post, "room", "from Redis"},
		step{"update_post_meta", post, "notes", "from Redis"},
	) {
		equal(c.t, fmt.Sprint("update ", i), r.String(), "true")
	}
	equal(c.t, "dirty", fmt.Sprint(c.dirty(post)), "[notes room status]")
	c.written()
	then()
	return post
}

// written waits until what Redis has acknowledged is in its file: with
// appendfsync everysec it holds that back while a slow flush is running, and what
// it holds back dies with it (README, acknowledgement "memory").
func (c clinic) written() {
	c.t.Helper()
	containers.Eventually(c.t, patience, func(ctx context.Context) error {
		info, err := c.Redis.Info(ctx, "persistence").Result()
		if err == nil && !strings.Contains(info, "aof_buffer_length:0\r\n") {
			return fmt.Errorf("Redis has not written everything yet: %s", info)
		}
		return err
	})
}

// arrivesOnce checks what must be so after the outage: what core wrote stays,
// what was acknowledged before and not overtaken arrives.
func (c clinic) arrivesOnce(post int) {
	c.t.Helper()
	c.WaitForOffload(c.t)
	c.arrives(post, "status", "native")
	c.arrives(post, "room", "from Redis")
	c.arrives(post, "notes")
	c.sync()
	equal(c.t, "status after a sync", c.row(post, "status"), "native")
	equal(c.t, "notes after a sync", len(c.rows(post, "notes")), 0)
	equal(c.t, "WordPress sees", fmt.Sprint(c.php(step{"get_post_meta", post, "status", true}, step{"get_post_meta", post, "room", true}, step{"get_post_meta", post, "notes"})),
		fmt.Sprint([]result{{Value: []byte(`"native"`)}, {Value: []byte(`"from Redis"`)}, {Value: []byte("[]")}}))
}

// overtake writes natively over what may wait unseen.
func (c clinic) overtake(post int) {
	c.t.Helper()
	did := c.web(step{"update_post_meta", post, "status", "native"}, step{"delete_post_meta", post, "notes"})
	equal(c.t, "native update", did[0].String(), "true")
	equal(c.t, "native deletion", did[1].String(), "true")
	equal(c.t, "row", c.row(post, "status"), "native")
	equal(c.t, "mode", c.Mode(c.t), "native")
}

// TestOldNeverReplacesNewer: fields that were acknowledged before an outage
// arrive after it, unless core wrote them meanwhile.
func TestOldNeverReplacesNewer(t *testing.T) {
	for _, service := range []string{"sidecar", "redis"} {
		for _, how := range []string{"killed", "stopped"} {
			t.Run(service+" "+how, func(t *testing.T) {
				c, end := open(t), (*containers.Stack).Kill
				if how == "stopped" {
					end = (*containers.Stack).Stop
				}
				post := c.waiting(func() { end(c.Stack, t, service) })
				c.overtake(post)
				c.Start(t, service)
				c.arrivesOnce(post)
			})
		}
	}

	t.Run("equal to the row but not to what waits", func(t *testing.T) {
		c := open(t)
		post := c.waiting(func() { c.Kill(t, "sidecar") })
		// Core would answer "unchanged" and write nothing; yet an older value waits.
		c.web(step{"update_post_meta", post, "room", "1"})
		c.Start(t, "sidecar")
		c.WaitForOffload(t)
		c.arrives(post, "status", "from Redis")
		c.sync()
		equal(t, "room", c.row(post, "room"), "1")
	})
}

// TestRedisFlushed: a Redis that was emptied while nothing was dirty costs
// nothing but a take-over.
func TestRedisFlushed(t *testing.T) {
	c := open(t)
	post := c.post(appointment, meta{"status": "pending"})
	equal(t, "update", c.php(step{"update_post_meta", post, "status", "confirmed"})[0].String(), "true")
	c.sync()
	equal(t, "row", c.row(post, "status"), "confirmed")
	if err := c.Redis.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	equal(t, "update of an emptied Redis", c.web(step{"update_post_meta", post, "status", "completed"})[0].String(), "true")
	equal(t, "another process sees", c.php(step{"get_post_meta", post, "status", true})[0].String(), `"completed"`)
	c.WaitForOffload(t)
	c.sync()
	equal(t, "row at last", c.row(post, "status"), "completed")
	release := c.hold(post)
	defer release()
	c.api("PUT", fmt.Sprint("/v1/appointments/", post), `{"fields":{"status":"checked_in"}}`).want(t, http.StatusOK, "")
	equal(t, "offloaded again", fmt.Sprint(c.dirty(post)), "[status]")
}
