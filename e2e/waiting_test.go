package e2e

import (
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// What the stack runs with, in ms: HOSPITAL_SIDECAR_TIMEOUT_MS and
// HOSPITAL_LEASE_MS.
const (
	timeout = 250
	lease   = 300
)

// TestNobodyWaits: whatever is wrong, one request waits for one timeout and one
// lease, and no other waits at all (P7). Each is compared with the same request of
// a post type that is not offloaded, since a machine may be busy.
func TestNobodyWaits(t *testing.T) {
	const requests = 12
	for _, each := range []struct {
		name, service string
		begin, end    func(*containers.Stack, testing.TB, string)
	}{
		{"the sidecar is stopped", "sidecar", (*containers.Stack).Stop, (*containers.Stack).Start},
		{"the sidecar hangs", "sidecar", (*containers.Stack).Pause, (*containers.Stack).Resume},
		{"the sidecar refuses, Redis is stopped", "redis", (*containers.Stack).Stop, (*containers.Stack).Start},
		{"the sidecar is slow, Redis hangs", "redis", (*containers.Stack).Pause, (*containers.Stack).Resume},
	} {
		t.Run(each.name, func(t *testing.T) {
			c := open(t)
			post, other := c.post(appointment, meta{"status": "pending"}), c.post(twin, meta{"status": "pending"})
			each.begin(c.Stack, t, each.service)
			var first, later, worst, natively float64
			for i := range requests {
				took, native := 0.0, 0.0
				for _, r := range c.web(step{"get_post_meta", post, "status", true}, step{"clinic_timed_updates", post, "status", 1}) {
					took += r.MS
				}
				for _, r := range c.web(step{"get_post_meta", other, "status", true}, step{"clinic_timed_updates", other, "status", 1}) {
					native += r.MS
				}
				natively += native
				if i == 0 {
					first = took
				} else {
					later, worst = later+took, max(worst, took-native)
				}
			}
			t.Logf("the first request waited %.0f ms, %d others %.0f ms in all; natively all %d took %.0f ms", first, requests-1, later, requests, natively)
			if most := natively + timeout + lease + 250; first > most {
				t.Errorf("the first request took %.0f ms, want at most %.0f", first, most)
			}
			if worst >= timeout {
				t.Errorf("one of the others took %.0f ms more than its native twin; none may wait", worst)
			}
			equal(t, "mode", c.Mode(t), "native")
			each.end(c.Stack, t, each.service)
			c.WaitForOffload(t)
		})
	}
}
