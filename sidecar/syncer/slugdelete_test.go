package syncer_test

import (
	"context"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
)

// TestDeletedUnderASlug: once its post is there, a deletion of what waits under
// the slug is of the same kind as the write that it deletes.
func TestDeletedUnderASlug(t *testing.T) {
	deleted := func(b bench) {
		t.Helper()
		for _, p := range []appointment.Post{slug("appt_1"), post(1)} { // as DELETE by slug does it
			if _, err := b.redis.Delete(t.Context(), appointment.Write{Post: p, Lease: b.lease(), Direct: true}); err != nil {
				t.Fatal(err)
			}
		}
		b.synced(t)
		b.synced(t)
		b.wantLetters(t)
	}
	t.Run("written while MySQL was away, it was the post's, and goes", func(t *testing.T) {
		b := open(t, lazy)
		b.unseen(t, "appt_1", "status")
		deleted(b)
		b.want(t, 1, "status", "")
	})
	t.Run("written before the post came, it changes no row, and nobody has to decide about it", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, slug("appt_1"), "status", "kiosk")
		deleted(b)
		b.want(t, 1, "status", "before")
	})
}

// TestBarriersWaitForNoSlugWhosePostHasForeignKeys: what came by it while MySQL
// was away may be newer than anything, and cannot be put where it belongs.
func TestBarriersWaitForNoSlugWhosePostHasForeignKeys(t *testing.T) {
	b := open(t, lazy)
	b.unseen(t, "appt_7", "room")
	if err := containers.RedisAdmin(t).Set(t.Context(), "appointment:7", "somebody's", 0).Err(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if _, err := b.Barrier(ctx, 1, []appointment.Post{post(8)}, nil); err != nil {
		t.Errorf("a barrier for another: %v", err)
	}
	b.wantLetters(t, "appt_7 room unresolved kiosk")
}
