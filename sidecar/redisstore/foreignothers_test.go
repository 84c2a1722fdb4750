package redisstore_test

import (
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// foreign puts strings where the hashes of post 7 would be.
func (b bench) foreign(t *testing.T, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if err := b.raw.Set(t.Context(), key, "somebody's", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestForeignKeysHoldUpNoOther: what is done for many posts at once is done for
// the others.
func TestForeignKeysHoldUpNoOther(t *testing.T) {
	t.Run("copies are dropped", func(t *testing.T) {
		b := open(t)
		b.foreign(t, "appointment:7")
		b.raw.HSet(t.Context(), "appointment:8", "status", "a copy")
		if err := b.Drop(t.Context(), 1, nil, nil); err != nil {
			t.Errorf("Drop of all: %v", err)
		}
		if err := b.Drop(t.Context(), 1, []appointment.Post{post(7), post(8)}, []string{"status"}); err != nil {
			t.Errorf("Drop: %v", err)
		}
		wantValues(t, b.hash(t, "appointment:8"), nil)
	})
	t.Run("lost places are found again", func(t *testing.T) {
		b := open(t)
		b.foreign(t, "appointment:7:dirty")
		b.set(t, post(8), "status", "x")
		b.raw.Del(t.Context(), "appointments:dirty")
		if found, err := b.Reconcile(t.Context(), b.lease); err != nil || found.PutBack != 1 {
			t.Errorf("Reconcile = %+v, %v", found, err)
		}
	})
	t.Run("they are read", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		b.set(t, post(8), "status", "x")
		b.foreign(t, "appointment:7")
		view, err := b.Dirty(t.Context(), 1, b.lease.Token, []appointment.Post{post(7), post(8)})
		if err != nil || len(view.Posts["8"]) != 1 {
			t.Errorf("Dirty = %+v, %v", view.Posts, err)
		}
	})
	t.Run("they are due, however many cannot be claimed", func(t *testing.T) {
		b := open(t)
		b.raw.ZAdd(t.Context(), "appointments:dirty", redis.Z{Score: 1, Member: "7"}, redis.Z{Score: 2, Member: "8"})
		b.raw.HSet(t.Context(), "appointment:7:dirty", "status", "2-5@1000")
		b.raw.HSet(t.Context(), "appointment:8:dirty", "status", "2-6@1000")
		b.foreign(t, "appointment:7")
		if _, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7)}, false); err == nil {
			t.Error("a post with foreign keys was claimed")
		}
		due, err := b.Due(t.Context(), []uint64{1}, 1)
		if err != nil || !slices.Equal(due[1], []string{"8"}) {
			t.Errorf("due %v, %v", due, err)
		}
	})
	t.Run("what was scored before the clock stepped back is due while others are", func(t *testing.T) {
		b := open(t)
		b.raw.ZAdd(t.Context(), "appointments:dirty", redis.Z{Score: 1, Member: "7"}, redis.Z{Score: 1e15, Member: "8"})
		due, err := b.Due(t.Context(), []uint64{1}, 10)
		if err != nil || !slices.Equal(due[1], []string{"7", "8"}) {
			t.Errorf("due %v, %v", due, err)
		}
	})
}
