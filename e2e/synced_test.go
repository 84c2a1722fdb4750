package e2e

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// heard is what a plugin that listens to hospital_appointments_synced noted of
// one field: with what get_post_meta() gave it.
type heard struct {
	Post       int
	Key, Value string
}

// heard returns what was said of a post, call by call.
func (c clinic) heard(post int) []heard {
	c.t.Helper()
	var all []heard
	for line := range strings.Lines(c.Exec(c.t, "wordpress", "sh", "-c", "cat /tmp/hospital-heard 2>/dev/null || true")) {
		var call []heard
		if err := json.Unmarshal([]byte(line), &call); err != nil {
			c.t.Fatalf("%q: %v", line, err)
		}
		for _, h := range call {
			if h.Post == post {
				all = append(all, h)
			}
		}
	}
	return all
}

// listen lets the plugin note what it hears, for one test: it reads, and others
// count what is read.
func (c clinic) listen() {
	c.t.Helper()
	c.Exec(c.t, "wordpress", "touch", "/tmp/hospital-heard")
	c.t.Cleanup(func() { c.Exec(c.t, "wordpress", "rm", "-f", "/tmp/hospital-heard") })
}

// told waits until WordPress was told of all that was synced.
func (c clinic) told() {
	c.t.Helper()
	containers.Eventually(c.t, time.Minute, func(context.Context) error {
		if n := c.notices(); n != 0 {
			return fmt.Errorf("%d notices; the sidecar says: %s", n, c.api("GET", "/v1/stats", "").body)
		}
		return nil
	})
}

// hears waits until a post is synced and WordPress was told of all, and returns
// what was said of the post.
func (c clinic) hears(post int) []heard {
	c.t.Helper()
	c.sync()
	c.told()
	return c.heard(post)
}

// notices is how many fields WordPress was not told of yet.
func (c clinic) notices() int64 {
	c.t.Helper()
	n, err := c.Redis.HLen(c.t.Context(), "appointments:synced").Result()
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// TestSynced: other plugins hear of what came past WordPress, once it is in
// MySQL, and of nothing else.
func TestSynced(t *testing.T) {
	t.Run("of a kiosk's write, with its keys, and never of WordPress' own", func(t *testing.T) {
		withCaches(t, func(c clinic, _ bool) {
			t := c.t
			c.listen()
			post, other := c.post(appointment, meta{"status": "pending", "room": "1"}), c.post(appointment, meta{"status": "pending"})
			equal(t, "update", c.php(step{"update_post_meta", other, "status", "confirmed"})[0].String(), "true")
			equal(t, "by the guide's class", c.php(step{"clinic_guide", "set_appointment_metadata", other, meta{"room": "2"}})[0].String(), "true")
			c.kiosk(post, meta{"status": "checked_in", "kiosk": "7"})
			equal(t, "heard", fmt.Sprint(c.hears(post)), fmt.Sprint([]heard{{post, "kiosk", "7"}, {post, "status", "checked_in"}}))
			equal(t, "heard of the other", len(c.hears(other)), 0)
			equal(t, "its row", c.row(post, "status"), "checked_in")
		})
	})

	t.Run("after WordPress was down", func(t *testing.T) {
		c := open(t)
		c.listen()
		post := c.post(appointment, meta{"status": "pending"})
		c.Stop(t, "wordpress")
		c.kiosk(post, meta{"status": "checked_in"})
		c.arrives(post, "status", "checked_in")
		c.waits(post)
		c.Start(t, "wordpress")
		equal(t, "heard", fmt.Sprint(c.hears(post)), fmt.Sprint([]heard{{post, "status", "checked_in"}}))
	})

	t.Run("after the sidecar was killed between the sync and the call", func(t *testing.T) {
		c := open(t)
		c.listen()
		post := c.post(appointment, meta{"status": "pending"})
		c.Stop(t, "wordpress")
		c.kiosk(post, meta{"status": "checked_in"})
		c.waits(post)
		c.Kill(t, "sidecar")
		c.Start(t, "wordpress")
		c.Start(t, "sidecar")
		c.WaitForOffload(t)
		equal(t, "heard", fmt.Sprint(c.hears(post)), fmt.Sprint([]heard{{post, "status", "checked_in"}}))
	})

	t.Run("when a listener that threw has recovered", func(t *testing.T) {
		c := open(t)
		c.listen()
		post := c.post(appointment, meta{"status": "pending"})
		c.Exec(t, "wordpress", "touch", "/tmp/hospital-bad-day")
		t.Cleanup(func() { c.Exec(t, "wordpress", "rm", "-f", "/tmp/hospital-bad-day") })
		c.kiosk(post, meta{"status": "checked_in"})
		c.waits(post)
		containers.Eventually(t, patience, func(context.Context) error {
			if body := c.api("GET", "/v1/stats", "").body; !strings.Contains(body, "hospital_listener_failed") {
				return fmt.Errorf("the sidecar does not say that it failed: %s", body)
			}
			return nil
		})
		equal(t, "heard on the bad day", len(c.heard(post)), 0)
		c.Exec(t, "wordpress", "rm", "/tmp/hospital-bad-day")
		equal(t, "heard", fmt.Sprint(c.hears(post)), fmt.Sprint([]heard{{post, "status", "checked_in"}}))
	})
}

// waits waits until a field of a post was synced and WordPress must be told.
func (c clinic) waits(post int) {
	c.t.Helper()
	containers.Eventually(c.t, patience, func(ctx context.Context) error {
		if is, err := c.Redis.HExists(ctx, "appointments:synced", fmt.Sprint(post, ":status")).Result(); err != nil || !is {
			return fmt.Errorf("noted: %t, %v", is, err)
		}
		return nil
	})
}

// TestSyncedRoute: the route is open to the sidecar of this site alone, and
// tells nobody else why.
func TestSyncedRoute(t *testing.T) {
	c := open(t)
	c.listen()
	post := c.post(appointment, meta{"status": "pending"})
	c.hears(post)
	var redisID string
	if err := c.DB.QueryRowContext(t.Context(), "SELECT redis_id FROM wp_hospital_sync_state WHERE blog_id = 1").Scan(&redisID); err != nil {
		t.Fatal(err)
	}
	call := func(blog int, redisID string, at time.Time) string {
		sum := sha256.Sum256([]byte(redisID))
		return fmt.Sprintf(`{"blog":%d,"redis":%q,"time":%d,"nonce":"n","posts":[{"id":%d,"keys":["status"]}]}`, blog, hex.EncodeToString(sum[:]), at.UnixMilli(), post)
	}
	sign := func(token, body string) string {
		mac := hmac.New(sha256.New, []byte(token))
		mac.Write([]byte("hospital_appointments_synced\n" + body))
		return hex.EncodeToString(mac.Sum(nil))
	}
	send := func(body, signature string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), "POST", c.WordPress+"/?rest_route=/hospital-appointments-redis/v1/synced", bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Hospital-Signature", signature)
		return c.send(request)
	}
	now := time.Now()
	good := call(1, redisID, now)
	_, refusal := send("{}", "")
	for name, bad := range map[string][2]string{
		"unsigned":               {good, ""},
		"signed by another":      {good, sign("another", good)},
		"changed":                {good + " ", sign(c.Token, good)},
		"of another blog":        {call(2, redisID, now), sign(c.Token, call(2, redisID, now))},
		"of a copy of the site":  {call(1, "other", now), sign(c.Token, call(1, "other", now))},
		"from long ago":          {call(1, redisID, now.Add(-time.Hour)), sign(c.Token, call(1, redisID, now.Add(-time.Hour)))},
		"from the future":        {call(1, redisID, now.Add(time.Hour)), sign(c.Token, call(1, redisID, now.Add(time.Hour)))},
		"signed, but of nothing": {"[]", sign(c.Token, "[]")},
	} {
		status, body := send(bad[0], bad[1])
		equal(t, name, fmt.Sprint(status, body), fmt.Sprint(http.StatusUnauthorized, refusal))
	}
	equal(t, "heard so far", len(c.heard(post)), 0)
	status, body := send(good, sign(c.Token, good))
	equal(t, "the sidecar's", fmt.Sprint(status, body), `200{"taken":"n"}`)
	status, body = send(good, sign(c.Token, good))
	equal(t, "the same once more", fmt.Sprint(status, body), fmt.Sprint(http.StatusUnauthorized, refusal))
	equal(t, "heard", fmt.Sprint(c.heard(post)), fmt.Sprint([]heard{{post, "status", "pending"}}))
	request, err := http.NewRequestWithContext(t.Context(), "GET", c.WordPress+"/?rest_route=/hospital-appointments-redis/v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := c.send(request); strings.Contains(body, "synced") {
		t.Errorf("the route is listed (%d): %s", status, body)
	}
}
