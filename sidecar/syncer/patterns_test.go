package syncer_test

import (
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
)

// TestTypesThatThisSidecarDoesNotHave: what was acknowledged under a key pattern
// that only another sidecar has, or that this one had before it was started again,
// comes home like the rest.
func TestTypesThatThisSidecarDoesNotHave(t *testing.T) {
	// other writes one field of post 1 as a sidecar that has the post's type under another pattern.
	other := func(t *testing.T, b bench, key, value string) {
		t.Helper()
		options := b.redis.Options
		options.Types = appointment.Types{{Name: "hospital_appointment", Pattern: "doctor:{id}"}}
		s := redisstore.Open(options)
		t.Cleanup(func() { _ = s.Close() })
		w := appointment.Write{Post: post(1), Lease: b.lease(), Fields: []appointment.Field{{Key: key, Value: value}}}
		if _, err := s.Write(t.Context(), []appointment.Write{w}); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("of what waited over a restart the newest stays", func(t *testing.T) {
		b := open(t, lazy)
		other(t, b, "status", "older")
		other(t, b, "room", "12")
		b.set(t, post(1), "status", "newer")
		b.synced(t)
		b.want(t, 1, "status", "newer")
		b.want(t, 1, "room", "12")
		b.wantDirty(t)
	})
	t.Run("a barrier brings home what another acknowledges since it was looked for last", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		b.synced(t)
		other(t, b, "room", "12")
		if report, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1)}, nil); err != nil || report.Synced != 1 {
			t.Errorf("Barrier = %+v, %v", report, err)
		}
		b.want(t, 1, "room", "12")
		b.wantDirty(t)
	})
}
