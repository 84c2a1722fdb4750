package redisstore_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestForeignKeys: what meets a key that somebody else has put a string into
// leaves no mark of a value that is nowhere, and a claim names the post.
func TestForeignKeys(t *testing.T) {
	b := open(t)
	b.dead(t, post(7), "notes", "bad")
	b.set(t, post(8), "status", "x")
	if err := b.raw.Set(t.Context(), "appointment:7", "somebody's", 0).Err(); err != nil {
		t.Fatal(err)
	}
	w := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "notes", Value: "better"}}}
	if err := b.Retry(t.Context(), w, post(7), "notes"); !errors.Is(err, appointment.ErrForeignKeys) {
		t.Errorf("Retry: %v", err)
	}
	if _, err := b.SetStatus(t.Context(), w, "x", true); err == nil {
		t.Error("SetStatus: no error")
	}
	if marks := b.hash(t, "appointment:7:dirty"); len(marks) != 0 {
		t.Errorf("marks %v", marks)
	}
	b.wantFields(t, 1, "of the other post")
	if _, err := b.DeadLetter(t.Context(), post(7), "notes"); err != nil {
		t.Errorf("the letter: %v", err)
	}

	b.raw.HSet(t.Context(), "appointment:7:dirty", "status", "2-5@1000")
	readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7), post(8)}, true)
	var foreign *appointment.ForeignKeysError
	if !errors.As(err, &foreign) || len(foreign.Posts) != 1 || foreign.Posts[0] != post(7) {
		t.Errorf("Claim: %v", err)
	}
	if len(readings) != 1 || readings[0].Post != post(8) {
		t.Errorf("claimed %+v", readings)
	}
}

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
