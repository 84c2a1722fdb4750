package redisstore_test

import (
	"errors"
	"slices"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestDeadLetters(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "notes", "bad \xff", "status", "x")
	r := b.claim(t, post(7))
	i := slices.IndexFunc(r.Fields, func(d appointment.Dirty) bool { return d.Key == "notes" })
	f := r.Fields[i]
	dead := appointment.DeadLetter{Post: r.Post, Key: f.Key, Value: f.Value, Version: f.Version, Code: appointment.DeadRefused, Reason: "why", At: r.At, Slot: f.Slot, Mark: f.Mark}

	t.Run("a field moves there with its value, and out of the dirty hash", func(t *testing.T) {
		if ours, err := b.Bury(t.Context(), b.lease, r, []appointment.DeadLetter{dead}); err != nil || !ours {
			t.Fatal(ours, err)
		}
		got, err := b.DeadLetter(t.Context(), post(7), "notes")
		if err != nil || got.Value != "bad \xff" || got.Code != appointment.DeadRefused || got.Post.Type != "hospital_appointment" || !got.At.Equal(r.At) {
			t.Errorf("DeadLetter = %+v, %v", got, err)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "x"})
	})
	t.Run("all are listed", func(t *testing.T) {
		if all, err := b.DeadLetters(t.Context(), 1); err != nil || len(all) != 1 || all[0].Key != "notes" {
			t.Errorf("DeadLetters = %+v, %v", all, err)
		}
	})
	t.Run("a newer write of the field takes the letter's place", func(t *testing.T) {
		b.set(t, post(7), "notes", "good")
		if _, err := b.DeadLetter(t.Context(), post(7), "notes"); !errors.Is(err, appointment.ErrUnknownDeadLetter) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a field that was written since does not die", func(t *testing.T) {
		if ours, err := b.Bury(t.Context(), b.lease, r, []appointment.DeadLetter{dead}); err != nil || !ours {
			t.Fatal(ours, err)
		}
		if err := b.Discard(t.Context(), post(7), "notes"); !errors.Is(err, appointment.ErrUnknownDeadLetter) {
			t.Errorf("a living field was buried: %v", err)
		}
	})
	t.Run("nothing moves there under a claim that is not the post's any more", func(t *testing.T) {
		b.claim(t, post(7))
		if ours, err := b.Bury(t.Context(), b.lease, r, []appointment.DeadLetter{dead}); err != nil || ours {
			t.Errorf("Bury = %v, %v", ours, err)
		}
	})
}

// TestBuriedAndKilled: a sidecar that dies between burying a post's last dirty
// field and acknowledging leaves copies that end all the same.
func TestBuriedAndKilled(t *testing.T) {
	b := open(t)
	bury := func(keys ...string) {
		t.Helper()
		for _, key := range keys {
			b.set(t, post(7), key, "x")
		}
		r := b.claim(t, post(7))
		var letters []appointment.DeadLetter
		for _, f := range r.Fields {
			letters = append(letters, appointment.DeadLetter{Post: r.Post, Key: f.Key, Value: f.Value, Version: f.Version, Slot: f.Slot, Mark: f.Mark})
		}
		if ours, err := b.Bury(t.Context(), b.lease, r, letters); err != nil || !ours {
			t.Fatal(ours, err)
		}
		if readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7)}, true); err != nil || len(readings) != 0 {
			t.Fatalf("Claim = %v, %v; want a clean post", readings, err)
		}
	}
	t.Run("a hash of nothing else is gone", func(t *testing.T) {
		bury("notes")
		if left := b.hash(t, "appointment:7"); len(left) != 0 {
			t.Errorf("left %v", left)
		}
	})
	t.Run("a clean copy expires", func(t *testing.T) {
		b.set(t, post(7), "status", "x")
		b.ack(t, b.claim(t, post(7)))
		bury("notes")
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "x"})
		if ttl := b.raw.TTL(t.Context(), "appointment:7").Val(); ttl <= 0 {
			t.Errorf("TTL %v", ttl)
		}
	})
}
