package e2e

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// slug is the id in the guide's example.
const slug = "appt_12345"

// guide runs the example as the guide prints it, and returns what it prints.
func (c clinic) guide() string {
	c.t.Helper()
	return c.Exec(c.t, "wordpress", "php", "-r", unhurried+"require '/e2e/wordpress/guide.php';")
}

// unhurried: what a slug's calls ask of a sidecar on a busy machine nobody else
// can do, so they wait for it.
const unhurried = "define( 'HOSPITAL_SIDECAR_TIMEOUT_MS', 5000 ); "

// unhurried is php for calls by slug.
func (c clinic) unhurried(steps ...step) []result {
	c.t.Helper()
	return decode(c.t, steps, c.Exec(c.t, "wordpress", "php", "-r", unhurried+"require '/e2e/wordpress/steps.php';", "--", encode(c.t, steps)))
}

var stamped = regexp.MustCompile(`\[(timestamp|last_updated_redis)\] => \d+`)

// guided is what the guide's example prints; more are the fields that the
// appointment has besides.
func guided(text string, t *testing.T, more ...string) {
	t.Helper()
	text = stamped.ReplaceAllString(text, "[$1] => T")
	for i, status := range []string{"confirmed", "completed"} {
		said := []string{"Metadata set successfully.\n", "Status updated successfully.\n"}[i]
		_, rest, ok := strings.Cut(text, said)
		if !ok {
			t.Fatalf("not said: %s in\n%s", said, text)
		}
		array, _, _ := strings.Cut(rest, "\n)\n")
		for _, line := range append([]string{"[status] => " + status, "[patient_name] => John Doe", "[doctor_id] => 5", "[timestamp] => T", "[last_updated_redis] => T"}, more...) {
			if !strings.Contains(array, line+"\n") && !strings.HasSuffix(array, line) {
				t.Errorf("after %q there is no %s in\n%s", said, line, array)
			}
		}
		text = rest
	}
	if !strings.Contains(text, "Metadata deleted successfully.") || strings.Contains(text, "Failed") {
		t.Errorf("the example ends with\n%s", text)
	}
}

// TestGuide: code written after the guide runs unmodified.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile("wordpress/guide.php")
	if err != nil || !strings.Contains(string(text), "set_appointment_metadata( $appointment_id, $metadata, 3600 )") {
		t.Fatalf("the example is not the guide's: %v", err)
	}

	t.Run("the example, without such a post", func(t *testing.T) {
		c := open(t)
		guided(c.guide(), t)
		c.sync()
		equal(t, "afterwards", c.php(step{"clinic_guide", "get_appointment_metadata", slug})[0].String(), "null")
		// It was set and deleted, and nobody knew it: nothing of it may end as a dead letter when all is drained.
		epoch := c.returned()
		c.written()
		c.Kill(t, "redis")
		c.Start(t, "redis")
		c.returns(epoch)
		equal(t, "dirty", fmt.Sprint(c.dirty(slug)), "[]")
		for _, key := range []string{"status", "patient_name"} {
			if r := c.api("GET", "/v1/dead-letters/"+slug+"/"+key, ""); r.code() != "unknown_dead_letter" {
				t.Errorf("the deletion of what never was is a dead letter: %s", r.body)
			}
		}
	})

	t.Run("metadata that waits for its post", func(t *testing.T) {
		c := open(t)
		set := c.unhurried(
			step{"clinic_guide", "set_appointment_metadata", slug, meta{"status": "confirmed"}, 3600},
			step{"clinic_guide", "get_appointment_metadata", slug},
			step{"clinic_guide", "execute_atomic_update_script", slug, "checked_in"},
			step{"clinic_guide", "execute_atomic_update_script", "appt_nobody", "checked_in"},
			step{"clinic_redis", "smembers", "appointments:dirty"},
			step{"clinic_redis", "hgetall", "appointment:" + slug},
		)
		equal(t, "set", set[0].String(), "true")
		equal(t, "get", value[map[string]any](t, set[1])["status"], any("confirmed"))
		equal(t, "atomic update", set[2].String(), "true")
		equal(t, "atomic update of nobody", set[3].String(), "false")
		if members := value[[]string](t, set[4]); !slices.Contains(members, slug) {
			t.Errorf("smembers: %q", members)
		}
		equal(t, "hgetall", value[map[string]string](t, set[5])["status"], "checked_in")
		post := c.slugged()
		c.php(step{"sync_redis_appointments_to_db"}, step{"sync_redis_appointments_to_db"})
		c.arrives(post, "status", "checked_in")
	})

	t.Run("the example, with such a post", func(t *testing.T) {
		c := open(t)
		post := c.slugged()
		c.php(step{"add_post_meta", post, "room", "12"})
		guided(c.guide(), t, "[room] => 12")
		c.sync()
		for _, key := range []string{"status", "patient_name", "doctor_id", "timestamp"} {
			equal(t, "rows of "+key, len(c.rows(post, key)), 0)
		}
		equal(t, "what did not come through Redis", c.row(post, "room"), "12")
	})

	t.Run("its functions and commands", func(t *testing.T) {
		c := open(t)
		post := c.slugged()
		release := c.hold(post)
		defer release()
		did := c.unhurried(
			step{"update_appointment_status_in_redis", slug, "pending_confirmation"},
			step{"clinic_redis", "hgetall", fmt.Sprint("appointment:", post)},
			step{"get_post_meta", post, "status", true},
			step{"execute_atomic_update_script", slug, "confirmed"},
			step{"mark_appointment_for_sync", slug},
			step{"clinic_redis", "sadd", "appointments:dirty", slug},
			step{"clinic_redis", "smembers", "appointments:dirty"},
			step{"clinic_redis", "hgetall", "appointment:" + slug},
		)
		equal(t, "update", did[0].String(), "true")
		equal(t, "hgetall", value[map[string]string](t, did[1])["status"], "pending_confirmation")
		equal(t, "get_post_meta", did[2].String(), `"pending_confirmation"`)
		equal(t, "atomic update", did[3].String(), "true")
		equal(t, "sadd", did[5].String(), "1")
		if members := value[[]string](t, did[6]); !slices.Contains(members, fmt.Sprint(post)) {
			t.Errorf("smembers: %q", members)
		}
		equal(t, "hgetall by slug", value[map[string]string](t, did[7])["status"], "confirmed")
		equal(t, "the row meanwhile", len(c.rows(post, "status")), 0)
		release()
		c.php(step{"sync_redis_appointments_to_db"})
		equal(t, "the row", c.row(post, "status"), "confirmed")
		equal(t, "smembers afterwards", c.php(step{"clinic_redis", "smembers", "appointments:dirty"})[0].String(), "[]")
	})
}

// returned is the epoch of the last return to offload.
func (c clinic) returned() (epoch int) {
	c.t.Helper()
	if err := c.DB.QueryRowContext(c.t.Context(), "SELECT returned FROM wp_hospital_sync_state WHERE blog_id = 1").Scan(&epoch); err != nil {
		c.t.Fatal(err)
	}
	return epoch
}

// returns waits for a return after that of an epoch.
func (c clinic) returns(since int) {
	c.t.Helper()
	containers.Eventually(c.t, patience, func(context.Context) error {
		if n := c.returned(); n <= since {
			return fmt.Errorf("returned in epoch %d", n)
		}
		return nil
	})
	c.WaitForOffload(c.t)
}

// slugged returns the only post of the guide's slug, fresh.
func (c clinic) slugged() int {
	c.t.Helper()
	posts := value[[]int](c.t, c.php(step{"clinic_posts", 1, appointment, meta{"seen": "1"}, meta{"post_name": slug}})[0])
	c.t.Cleanup(func() { c.php(step{"wp_delete_post", posts[0], true}) })
	return posts[0]
}
