package redisstore_test

import (
	"errors"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestMarkMakesABackedOffPostDueNow: that of a post which waits already would
// else leave it where it was.
func TestMarkMakesABackedOffPostDueNow(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "status", "x")
	if err := b.PutBack(t.Context(), b.lease, []appointment.Reading{b.claim(t, post(7))}, 30*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := b.Mark(t.Context(), b.lease, post(7)); err != nil {
		t.Fatal(err)
	}
	if due, err := b.Due(t.Context(), []uint64{1}, 10); err != nil || len(due[1]) != 1 {
		t.Errorf("due: %v, %v; want post 7", due, err)
	}
}

// TestLostValues: only a delete makes a tombstone.
func TestLostValues(t *testing.T) {
	state := func(d appointment.Dirty) string {
		return map[bool]string{true: "deleted"}[d.Deleted] + map[bool]string{true: "lost"}[d.Lost] + d.Value
	}
	want := func(t *testing.T, b bench, claimed, read string) {
		t.Helper()
		view, err := b.Dirty(t.Context(), 1, b.lease.Token, []appointment.Post{post(7)})
		if err != nil {
			t.Fatal(err)
		}
		seen := ""
		for _, d := range view.Posts["7"] {
			seen += state(d)
		}
		if seen != read {
			t.Errorf("readers see %q; want %q", seen, read)
		}
		if r := b.claim(t, post(7)); len(r.Fields) != 1 || state(r.Fields[0]) != claimed || r.Fields[0].At.IsZero() {
			t.Errorf("claimed %+v; want %q", r.Fields, claimed)
		}
	}
	remove := appointment.Write{Post: post(7), Fields: []appointment.Field{{Key: "status", Delete: true}}}
	t.Run("a mark without a value is none", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		b.raw.Del(t.Context(), "appointment:7")
		want(t, b, "lost", "")
	})
	t.Run("a field that a write deletes is one", func(t *testing.T) {
		b := open(t)
		remove.Lease = b.lease
		for range 2 {
			if _, err := b.Write(t.Context(), []appointment.Write{remove}); err != nil {
				t.Fatal(err)
			}
		}
		want(t, b, "deleted", "deleted")
		b.set(t, post(7), "status", "y")
		want(t, b, "y", "y")
	})
	t.Run("so is one of a deleted appointment, and one that is retried", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		if _, err := b.Delete(t.Context(), appointment.Write{Post: post(7), Lease: b.lease, Direct: true}); err != nil {
			t.Fatal(err)
		}
		want(t, b, "deleted", "deleted")
		r := b.claim(t, post(7))
		dead := appointment.DeadLetter{Post: post(7), Key: "status", Deleted: true, Version: r.Fields[0].Version, Mark: r.Fields[0].Mark}
		if ours, err := b.Bury(t.Context(), b.lease, r, []appointment.DeadLetter{dead}); err != nil || !ours {
			t.Fatal(ours, err)
		}
		if err := b.Retry(t.Context(), appointment.Write{Post: post(7), Lease: b.lease}, post(7), "status"); err != nil {
			t.Fatal(err)
		}
		want(t, b, "deleted", "deleted")
	})
	t.Run("so is one that moves from a slug to its post", func(t *testing.T) {
		b := open(t)
		slug := appointment.Post{Blog: 1, Slug: "appt_7", Type: "hospital_appointment"}
		byName := appointment.Write{Post: slug, Lease: b.lease, Fields: remove.Fields}
		if _, err := b.Write(t.Context(), []appointment.Write{byName}); err != nil {
			t.Fatal(err)
		}
		if err := b.Move(t.Context(), b.lease, b.claim(t, slug), post(7)); err != nil {
			t.Fatal(err)
		}
		want(t, b, "deleted", "deleted")
	})
	t.Run("an older sidecar's plain tombstone is one from its first claim", func(t *testing.T) {
		b := open(t)
		b.raw.HDel(t.Context(), "appointments:floor", "plain")
		b.raw.HSet(t.Context(), "appointments:floor", "counter", 8)
		b.raw.HSet(t.Context(), "appointment:7:dirty", "status", "2-8@1732345678000d")
		want(t, b, "deleted", "")
		want(t, b, "deleted", "deleted")
		b.raw.HSet(t.Context(), "appointment:7:dirty", "status", "2-20@1732345678000d")
		want(t, b, "lost", "")
	})
}

// TestUnreadableLetters: one that no sidecar keeps like that holds up no other.
func TestUnreadableLetters(t *testing.T) {
	b := open(t)
	b.dead(t, post(8), "notes", "bad")
	b.raw.HSet(t.Context(), "appointments:dead", "7:notes", "no JSON", "no post:notes", "{}")
	all, err := b.DeadLetters(t.Context(), 1)
	if err != nil || len(all) != 3 || all[0].Post.Member() != "no post" || all[1].Code != appointment.DeadUnreadable || all[1].Value != "no JSON" || all[2].Value != "bad" {
		t.Fatalf("DeadLetters = %+v, %v", all, err)
	}
	w := appointment.Write{Post: post(7), Lease: b.lease}
	if err := b.Retry(t.Context(), w, post(7), "notes"); !errors.Is(err, appointment.ErrNothingToWrite) {
		t.Errorf("Retry: %v", err)
	}
	if err := b.Edit(t.Context(), b.letter(t, "notes"), "good"); err != nil {
		t.Fatal(err)
	}
	if err := b.Retry(t.Context(), w, post(7), "notes"); err != nil {
		t.Errorf("Retry of what was edited: %v", err)
	}
	wantValues(t, b.values(t, "appointment:7"), map[string]string{"notes": "good"})
}
