package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// TestDatabaseAway: while MySQL is away the direct API goes on taking writes,
// says what it cannot know, and brings them home afterwards.
func TestDatabaseAway(t *testing.T) {
	c := open(t)
	const nobody = 99999999
	post := c.post(appointment, meta{"status": "pending", "room": "1"})
	path := fmt.Sprint("/v1/appointments/", post)
	named := c.post(appointment, meta{"status": "pending"})
	if _, err := c.DB.ExecContext(t.Context(), "UPDATE wp_posts SET post_name = 'there-before' WHERE ID = ?", named); err != nil {
		t.Fatal(err)
	}
	before := c.epoch()
	c.Stop(t, "database")

	put := c.api("PUT", path, `{"fields":{"status":"checked_in","kiosk":"3"}}`).want(t, http.StatusOK, "")
	equal(t, "unverified", put.field("unverified"), "true")
	equal(t, "ack", put.field("ack"), "memory")
	patch := c.api("PATCH", path+"/fields/room", `{"value":"2"}`).want(t, http.StatusOK, "")
	equal(t, "unverified", patch.field("unverified"), "true")
	got := c.api("GET", path, "").want(t, http.StatusOK, "")
	equal(t, "complete", got.field("complete"), "false")
	equal(t, "status", got.field("fields", "status"), "checked_in")
	lost := c.api("PUT", fmt.Sprint("/v1/appointments/", nobody), `{"fields":{"notes":"for nobody"}}`).want(t, http.StatusOK, "")
	equal(t, "resolved", lost.field("resolved"), "false")

	for _, slug := range []string{"there-before", "made-afterwards"} {
		byName := c.api("PATCH", "/v1/appointments/"+slug+"/fields/status", `{"value":"by name"}`).want(t, http.StatusOK, "")
		equal(t, "resolved by name", byName.field("resolved"), "false")
		equal(t, "unverified by name", byName.field("unverified"), "true")
	}

	c.Start(t, "database")
	c.WaitForOffload(t)
	made := value[[]int](t, c.php(step{"clinic_posts", 1, appointment, meta{"status": "by staff"}, map[string]string{"post_name": "made-afterwards"}})[0])[0] // maybe before the slug was looked up
	c.WaitForOffload(t)
	c.settles("there-before", named)
	c.settles("made-afterwards", made)
	// WordPress may have found the database before the sidecar did, and taken the site over. Then nobody can say any more
	// which is newer, what came by the name or what core may have written since, and a person decides.
	if c.api("GET", "/v1/dead-letters/there-before/status", "").status == http.StatusOK {
		if now := c.epoch(); now == before {
			t.Errorf("a dead letter, and still epoch %d", now)
		}
		c.ExecAs(t, "sidecar", "", "/hospital-sidecar", "dead", "retry", "there-before", "status")
	}
	c.arrives(named, "status", "by name")
	equal(t, "status of the post made afterwards", fmt.Sprint(c.rows(made, "status")), "[by staff]")
	c.arrives(post, "status", "checked_in")
	c.arrives(post, "kiosk", "3")
	c.arrives(post, "room", "2")
	equal(t, "complete afterwards", c.api("GET", path, "").want(t, http.StatusOK, "").field("complete"), "true")

	letter := fmt.Sprintf("/v1/dead-letters/%d/notes", nobody)
	containers.Eventually(t, patience, func(context.Context) error {
		if r := c.api("GET", letter, ""); r.status != http.StatusOK || r.field("dead_letter", "value") != "for nobody" {
			return fmt.Errorf("%s: %d %s", letter, r.status, r.body)
		}
		return nil
	})
	equal(t, "rows for nobody", len(c.rows(nobody, "notes")), 0)

	listed := func() bool {
		var list struct {
			Letters []struct{ Post, Key, Value, Code string } `json:"dead_letters"`
		}
		text := c.ExecAs(t, "sidecar", "", "/hospital-sidecar", "dead", "list", "--json")
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		for _, l := range list.Letters {
			if l.Post == fmt.Sprint(nobody) && l.Key == "notes" {
				return true
			}
		}
		return false
	}
	equal(t, "listed by the command line", listed(), true)
	c.ExecAs(t, "sidecar", "", "/hospital-sidecar", "dead", "discard", fmt.Sprint(nobody), "notes", "--reason", "made by a test")
	equal(t, "listed after it was discarded", listed(), false)
}

// epoch is the site's.
func (c clinic) epoch() int {
	c.t.Helper()
	var epoch int
	if err := c.DB.QueryRowContext(c.t.Context(), "SELECT epoch FROM wp_hospital_sync_state WHERE blog_id = 1").Scan(&epoch); err != nil {
		c.t.Fatal(err)
	}
	return epoch
}

// TestBornUnderASlug: what came by a slug while nobody could look it up is older
// than a post that is inserted under it, though no sync has looked again yet.
func TestBornUnderASlug(t *testing.T) {
	c := open(t)
	const slug = "born-late"
	c.api("PATCH", "/v1/appointments/"+slug+"/fields/status", `{"value":"by name"}`).want(t, http.StatusOK, "")
	containers.Eventually(t, patience, func(ctx context.Context) error { // looked up in vain, and not again for half a minute
		due, err := c.Redis.ZScore(ctx, "appointments:dirty", slug).Result()
		if ahead := time.Until(time.UnixMilli(int64(due))); err != nil || ahead < 15*time.Second {
			return fmt.Errorf("%s is due in %s: %v", slug, ahead, err)
		}
		return nil
	})
	mark, err := c.Redis.HGet(t.Context(), "appointment:"+slug+":dirty", "status").Result()
	if err == nil { // as if MySQL had been away
		err = errors.Join(
			c.Redis.HSet(t.Context(), "appointment:"+slug+":dirty", "status", mark+"u").Err(),
			c.Redis.HSet(t.Context(), "appointments:floor", "unseen:"+slug, 1).Err(),
			c.Redis.HIncrBy(t.Context(), "appointments:floor", "unseen", 1).Err())
	}
	if err != nil {
		t.Fatal(err)
	}
	made := value[[]int](t, c.php(step{"clinic_posts", 1, appointment, meta{"status": "by staff"}, map[string]string{"post_name": slug}})[0])[0]
	c.settles(slug, made)
	equal(t, "status", fmt.Sprint(c.rows(made, "status")), "[by staff]")
}

// settles waits until nothing waits for MySQL under a slug nor for its post.
func (c clinic) settles(slug string, post int) {
	c.t.Helper()
	containers.Eventually(c.t, patience, func(context.Context) error {
		c.sync()
		if waiting := append(c.dirty(slug), c.dirty(post)...); len(waiting) > 0 {
			return fmt.Errorf("%q wait under %s and of its post %d", waiting, slug, post)
		}
		return nil
	})
}
