package redisstore_test

import (
	"errors"
	"os"
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
		if err := b.Discard(t.Context(), dead); !errors.Is(err, appointment.ErrUnknownDeadLetter) {
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

// TestWhatABuriedFieldUncovers: an older value of it may be in MySQL, committed
// by a sync that was not acknowledged here, and WordPress hears of that too.
func TestWhatABuriedFieldUncovers(t *testing.T) {
	b := open(t)
	w := appointment.Write{Post: post(7), Lease: b.lease, Direct: true, Fields: []appointment.Field{{Key: "status", Value: "refused"}}}
	if _, err := b.Write(t.Context(), []appointment.Write{w}); err != nil {
		t.Fatal(err)
	}
	before := b.hash(t, "appointments:floor")["generation"]
	r := b.claim(t, post(7))
	letter := appointment.DeadLetter{Post: r.Post, Key: "status", Mark: r.Fields[0].Mark}
	if ours, err := b.Bury(t.Context(), b.lease, r, []appointment.DeadLetter{letter}); err != nil || !ours {
		t.Fatal(ours, err)
	}
	if after := b.hash(t, "appointments:floor")["generation"]; after == before {
		t.Errorf("the generation is %s as before", after)
	}
	if notices := b.hash(t, "appointments:synced"); notices["7:status"] != r.Fields[0].Mark {
		t.Errorf("the notices are %v", notices)
	}
}

// dead buries the only field of a post.
func (b bench) dead(t *testing.T, p appointment.Post, key, value string) {
	t.Helper()
	b.set(t, p, key, value)
	r := b.claim(t, p)
	f := r.Fields[0]
	l := appointment.DeadLetter{Post: r.Post, Key: f.Key, Value: f.Value, Version: f.Version, Code: appointment.DeadRefused, Reason: "why", At: r.At, Slot: f.Slot, Mark: f.Mark}
	if ours, err := b.Bury(t.Context(), b.lease, r, []appointment.DeadLetter{l}); err != nil || !ours {
		t.Fatalf("Bury = %v, %v", ours, err)
	}
}

func retryLua(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("lua/retry.lua")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRetryAndEdit(t *testing.T) {
	again := func(b bench) appointment.Write {
		return appointment.Write{Post: post(7), Lease: b.lease, Direct: true}
	}
	t.Run("an edited letter is retried with its new value, under the key of its own type", func(t *testing.T) {
		b := open(t)
		doctor := appointment.Post{Blog: 1, ID: 7, Type: "hospital_doctor"}
		b.dead(t, doctor, "notes", "bad")
		if err := b.Edit(t.Context(), b.letter(t, "notes"), "good \xff"); err != nil {
			t.Fatal(err)
		}
		if l, err := b.DeadLetter(t.Context(), post(7), "notes"); err != nil || l.Value != "good \xff" || l.Code != appointment.DeadRefused {
			t.Errorf("DeadLetter = %+v, %v", l, err)
		}
		w := again(b)
		w.Post = doctor
		if err := b.Retry(t.Context(), w, doctor, "notes"); err != nil {
			t.Fatal(err)
		}
		wantValues(t, b.values(t, "doctor:7:availability"), map[string]string{"notes": "good \xff"})
		b.wantFields(t, 1, "a retry")
		if n := b.raw.Exists(t.Context(), "appointments:dead").Val(); n != 0 || b.dirtyCount(t) != 1 {
			t.Errorf("%d letters left, %d posts dirty", n, b.dirtyCount(t))
		}
	})
	t.Run("a deletion is retried as one, and edited becomes a value", func(t *testing.T) {
		b := open(t)
		b.raw.HSet(t.Context(), "appointments:dead", "7:notes", `{"deleted":true,"version":"2-1","code":"refused","type":"hospital_appointment"}`)
		if err := b.Retry(t.Context(), again(b), post(7), "notes"); err != nil {
			t.Fatal(err)
		}
		if f := b.claim(t, post(7)).Fields[0]; !f.Deleted || !f.Direct {
			t.Errorf("%+v", f)
		}
		b.raw.HSet(t.Context(), "appointments:dead", "7:room", `{"deleted":true,"version":"2-1"}`)
		if err := b.Edit(t.Context(), b.letter(t, "room"), ""); err != nil {
			t.Fatal(err)
		}
		if l, err := b.DeadLetter(t.Context(), post(7), "room"); err != nil || l.Deleted {
			t.Errorf("DeadLetter = %+v, %v", l, err)
		}
	})
	t.Run("one of a slug is retried to its post where that has come, over the post's own letter", func(t *testing.T) {
		b := open(t)
		slug := appointment.Post{Blog: 1, Slug: "appt_7", Type: "hospital_appointment"}
		b.dead(t, post(7), "notes", "older")
		b.dead(t, slug, "notes", "kiosk")
		if err := b.Retry(t.Context(), again(b), slug, "notes"); err != nil {
			t.Fatal(err)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"notes": "kiosk"})
		if n := b.raw.Exists(t.Context(), "appointments:dead", "appointment:appt_7:dirty").Val(); n != 0 {
			t.Errorf("%d left of letters and of what is dirty by the slug", n)
		}
	})
	t.Run("and leaves the post's own letter if that is newer", func(t *testing.T) {
		b := open(t)
		slug := appointment.Post{Blog: 1, Slug: "appt_7", Type: "hospital_appointment"}
		b.dead(t, slug, "notes", "kiosk")
		b.dead(t, post(7), "notes", "newer")
		for _, each := range []appointment.Post{slug, post(7)} {
			if err := b.Retry(t.Context(), again(b), each, "notes"); err != nil {
				t.Fatal(err)
			}
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"notes": "newer"})
	})
	t.Run("a retry never comes back over a write that was made since it was asked for", func(t *testing.T) {
		b := open(t)
		b.dead(t, post(7), "notes", "old")
		letter := b.hash(t, "appointments:dead")["7:notes"]
		b.set(t, post(7), "notes", "newer")
		stale := b.raw.Eval(t.Context(), retryLua(t), []string{"appointments:floor", "appointment:7", "appointment:7:dirty", "appointments:dirty", "appointments:dead"},
			b.hash(t, "appointments:floor")["token"], 2, "7", 250, "d", 0, "notes", letter, "=", "old", "7:notes")
		if n, err := stale.Int(); err != nil || n != 0 {
			t.Errorf("the script of a retry that had read the letter before: %d, %v", n, err)
		}
		if err := b.Retry(t.Context(), again(b), post(7), "notes"); !errors.Is(err, appointment.ErrUnknownDeadLetter) {
			t.Errorf("Retry: %v", err)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"notes": "newer"})
	})
	t.Run("and what is not there cannot be edited", func(t *testing.T) {
		b := open(t)
		if err := b.Edit(t.Context(), appointment.DeadLetter{Post: post(7), Key: "notes"}, "x"); !errors.Is(err, appointment.ErrUnknownDeadLetter) {
			t.Errorf("Edit: %v", err)
		}
	})
	t.Run("is refused like any write while as much waits as may, and the letter stays", func(t *testing.T) {
		b := open(t)
		b.dead(t, post(7), "notes", "old")
		b.set(t, post(8), "status", "x")
		b.MaxDirty = 1
		if err := b.Retry(t.Context(), again(b), post(7), "notes"); !errors.Is(err, appointment.ErrBacklog) {
			t.Errorf("Retry: %v", err)
		}
		if _, err := b.DeadLetter(t.Context(), post(7), "notes"); err != nil {
			t.Errorf("the letter: %v", err)
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
