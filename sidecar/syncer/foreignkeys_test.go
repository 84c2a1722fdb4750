package syncer_test

import (
	"context"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
)

// TestASlugWithForeignKeys: what waited under it are dead letters, and no
// barrier waits for it, though it could not be looked up when it was written to.
func TestASlugWithForeignKeys(t *testing.T) {
	b := open(t)
	raw := containers.RedisAdmin(t)
	for name, key := range map[string]string{"appt_7": "appointment:appt_7", "appt_8": "appointment:appt_8:dirty", "appt_77": "appointment:appt_77:dirty"} {
		w := appointment.Write{Post: slug(name), Lease: b.lease(), Unseen: true, Fields: []appointment.Field{{Key: "room", Value: "1"}}}
		if _, err := b.redis.Write(t.Context(), []appointment.Write{w}); err != nil {
			t.Fatal(err)
		}
		raw.Set(t.Context(), key, "somebody's", 0)
		defer func() {
			if value := raw.Get(t.Context(), key).Val(); value != "somebody's" {
				t.Errorf("%s holds %q", key, value)
			}
		}()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := b.Barrier(ctx, 1, nil, nil); err != nil {
		t.Error(err)
	}
	b.wantDirty(t)
	b.wantLetters(t, "appt_77 * no_version ", "appt_77 room no_version 1", "appt_8 * no_version ", "appt_8 room no_version 1", "7 room value_lost ")
}

func TestASlugWhosePostHasForeignKeysHoldsUpNoOther(t *testing.T) {
	b := open(t)
	b.set(t, slug("appt_7"), "room", "7")
	b.set(t, slug("appt_8"), "room", "8")
	if err := containers.RedisAdmin(t).Set(t.Context(), "appointment:7", "somebody's", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if report, err := b.Sync(t.Context(), 1); err != nil || report.Left != 2 {
		t.Errorf("Sync = %+v, %v", report, err)
	}
	b.synced(t)
	b.want(t, 8, "room", "8")
	b.wantDirty(t, "appt_7")
	if _, err := b.Barrier(t.Context(), 1, []appointment.Post{post(8)}, nil); err != nil {
		t.Errorf("a barrier for another: %v", err)
	}
}
