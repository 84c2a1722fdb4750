package redisstore_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestClaim(t *testing.T) {
	t.Run("reads every dirty field with a new stamp, and hides the post until its lease ends", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x", "room", "1")
		r := b.claim(t, post(7))
		if len(r.Fields) != 2 || r.Stamp != 3 {
			t.Errorf("reading %+v", r)
		}
		if again := b.claim(t, post(7)); again.Stamp != 4 {
			t.Errorf("second stamp %d; want a new one", again.Stamp)
		}
		score := b.raw.ZScore(t.Context(), "appointments:dirty", "7").Val()
		if left := time.Until(time.UnixMilli(int64(score))); left < 5*time.Second || left > 11*time.Second {
			t.Errorf("comes due again in %v; want the claim's lease", left)
		}
	})
	t.Run("leaves out what is not due, unless forced", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		b.raw.ZAdd(t.Context(), "appointments:dirty", z("7", time.Now().Add(20*time.Second)))
		if readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7)}, false); err != nil || len(readings) != 0 {
			t.Errorf("Claim = %v, %v", readings, err)
		}
	})
	t.Run("leaves alone what is too large to be claimed with others, and claims it by itself", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "notes", strings.Repeat("x", 100_000))
		b.set(t, post(8), "status", "x")
		readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7), post(8)}, true)
		var large *appointment.LargeError
		if !errors.As(err, &large) || !slices.Equal(large.Posts, []appointment.Post{post(7)}) {
			t.Errorf("Claim: %v", err)
		}
		if len(readings) != 1 || readings[0].Post != post(8) || len(b.hash(t, "appointments:claims")) != 1 {
			t.Errorf("%d readings, claims %v; want the other's", len(readings), b.hash(t, "appointments:claims"))
		}
		if r := b.claim(t, post(7)); len(r.Fields[0].Value) != 100_000 {
			t.Errorf("%d bytes", len(r.Fields[0].Value))
		}
	})
	t.Run("takes a clean post out of the dirty set", func(t *testing.T) {
		b := open(t)
		if err := b.Mark(t.Context(), b.lease, post(9)); err != nil {
			t.Fatal(err)
		}
		if readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(9)}, false); err != nil || len(readings) != 0 || b.dirtyCount(t) != 0 {
			t.Errorf("Claim = %v, %v, %d in the dirty set", readings, err, b.dirtyCount(t))
		}
	})
	t.Run("finds a post under the key of another type", func(t *testing.T) {
		b := open(t)
		b.set(t, appointment.Post{Blog: 1, ID: 7, Type: "hospital_doctor"}, "available", "1")
		b.ack(t, b.claim(t, appointment.Post{Blog: 1, ID: 7}))
		if b.dirtyCount(t) != 0 || len(b.hash(t, "doctor:7:availability:dirty")) != 0 {
			t.Error("still dirty")
		}
	})
}

func TestDue(t *testing.T) {
	b := open(t)
	b.set(t, post(1), "status", "x")
	b.raw.ZAdd(t.Context(), "appointments:dirty", z("2", time.Now().Add(-time.Second)), z("3", time.Now().Add(20*time.Second)))
	t.Run("lists what is due, oldest first", func(t *testing.T) {
		if due, err := b.Due(t.Context(), []uint64{1}, 10); err != nil || !slices.Equal(due[1], []string{"2"}) {
			t.Errorf("Due = %v, %v", due, err)
		}
	})
	t.Run("takes what lies beyond any lease for a clock that stepped back", func(t *testing.T) {
		b.raw.ZRem(t.Context(), "appointments:dirty", "1", "2", "3")
		b.raw.ZAdd(t.Context(), "appointments:dirty", z("4", time.Now().Add(time.Hour)))
		if due, err := b.Due(t.Context(), []uint64{1}, 10); err != nil || !slices.Equal(due[1], []string{"4"}) {
			t.Errorf("Due = %v, %v", due, err)
		}
	})
}

func TestDueOfANetwork(t *testing.T) {
	b := open(t)
	var blogs []uint64
	for blog := uint64(1); blog <= 100; blog++ {
		blogs = append(blogs, blog)
	}
	b.raw.ZAdd(t.Context(), "appointments:dirty", z("2", time.Now().Add(-time.Second)))
	b.raw.ZAdd(t.Context(), "site:77:appointments:dirty", z("5", time.Now().Add(-time.Second)), z("6", time.Now().Add(20*time.Second)))
	due, err := b.Due(t.Context(), blogs, 10)
	if err != nil || len(due) != 2 || !slices.Equal(due[1], []string{"2"}) || !slices.Equal(due[77], []string{"5"}) {
		t.Errorf("Due = %v, %v", due, err)
	}
	b.raw.SAdd(t.Context(), "site:5:appointments:dirty", "7") // as the guide's own code does
	due, err = b.Due(t.Context(), blogs, 10)
	var broken appointment.BlogErrors
	if !errors.As(err, &broken) || len(broken) != 1 || !errors.Is(broken[5], appointment.ErrForeignKeys) || len(due) != 2 {
		t.Errorf("Due beside a blog with somebody else's set = %v, %v", due, broken)
	}
}

func TestAck(t *testing.T) {
	t.Run("makes the post clean and lets its copy expire", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		if !b.ack(t, b.claim(t, post(7))) {
			t.Error("refused")
		}
		if n := b.raw.Exists(t.Context(), "appointment:7:dirty", "appointments:dirty", "appointments:claims").Val(); n != 0 {
			t.Errorf("%d keys of a clean post left", n)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "x"})
		if ttl := b.raw.TTL(t.Context(), "appointment:7").Val(); ttl <= 50*time.Minute || ttl > time.Hour {
			t.Errorf("TTL %v", ttl)
		}
	})
	t.Run("counts the guide's TTL from when everything is clean", func(t *testing.T) {
		b := open(t)
		w := appointment.Write{Post: post(7), Lease: b.lease, TTL: time.Minute, Fields: []appointment.Field{{Key: "status", Value: "x"}}}
		if _, err := b.Write(t.Context(), []appointment.Write{w}); err != nil {
			t.Fatal(err)
		}
		if ttl := b.raw.TTL(t.Context(), "appointment:7").Val(); ttl != -1 {
			t.Errorf("TTL %v while dirty", ttl)
		}
		b.ack(t, b.claim(t, post(7)))
		if ttl := b.raw.TTL(t.Context(), "appointment:7").Val(); ttl < 50*time.Second || ttl > time.Minute {
			t.Errorf("TTL %v when clean", ttl)
		}
	})
	t.Run("keeps a newer write dirty", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "old", "room", "1")
		r := b.claim(t, post(7))
		b.set(t, post(7), "status", "new")
		b.ack(t, r)
		again := b.claim(t, post(7))
		if len(again.Fields) != 1 || again.Fields[0].Value != "new" {
			t.Errorf("left dirty: %+v; want the newer status only", again.Fields)
		}
	})
	t.Run("clears nothing under a claim that is not the post's any more (R4)", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		slept := b.claim(t, post(7))
		b.claim(t, post(7))
		if b.ack(t, slept) {
			t.Error("a slept syncer cleared the field")
		}
		if len(b.hash(t, "appointment:7:dirty")) != 1 {
			t.Error("the field is gone from the dirty hash")
		}
	})
	t.Run("drops the copy of what was left out", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "stale", "room", "1")
		r := b.claim(t, post(7))
		settled := []appointment.Settled{{Dirty: r.Fields[0], LeftOut: r.Fields[0].Key == "status"}, {Dirty: r.Fields[1], LeftOut: r.Fields[1].Key == "status"}}
		if _, err := b.Ack(t.Context(), b.lease, []appointment.Reading{r}, [][]appointment.Settled{settled}); err != nil {
			t.Fatal(err)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"room": "1"})
	})
	t.Run("moves the generation on whenever it cleared something", func(t *testing.T) {
		b := open(t)
		first := b.generation(t)
		if first < uint64(time.Now().Add(-time.Hour).UnixMilli()) {
			t.Errorf("begins with %d: an emptied Redis would count up to it again", first)
		}
		b.set(t, post(7), "status", "x")
		b.ack(t, b.claim(t, post(7)))
		if now := b.generation(t); now != first+1 {
			t.Errorf("%d after a sync; it was %d", now, first)
		}
		b.set(t, post(7), "status", "y")
		r := b.claim(t, post(7))
		b.set(t, post(7), "status", "z")
		b.ack(t, r)
		if now := b.generation(t); now != first+1 {
			t.Errorf("%d after a sync that cleared nothing; it was %d", now, first+1)
		}
	})
}

// The loop of the guide reads a hash, writes SQL, then takes the id out of the
// dirty set. A write between the read and SREM is lost there.
func TestTheRaceOfTheGuide(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	b.raw.HSet(ctx, "guide:7", "status", "confirmed")
	b.raw.SAdd(ctx, "guide:dirty", "7")
	read := b.raw.HGetAll(ctx, "guide:7").Val()
	b.raw.HSet(ctx, "guide:7", "status", "cancelled") // a receptionist, meanwhile
	b.raw.SAdd(ctx, "guide:dirty", "7")
	b.raw.SRem(ctx, "guide:dirty", "7") // the loop goes on
	if read["status"] != "confirmed" || b.raw.SCard(ctx, "guide:dirty").Val() != 0 {
		t.Fatal("the guide's race is not what it was: this test proves nothing")
	}

	b.set(t, post(7), "status", "confirmed")
	reading := b.claim(t, post(7))
	b.set(t, post(7), "status", "cancelled")
	b.ack(t, reading)
	if again := b.claim(t, post(7)); again.Fields[0].Value != "cancelled" {
		t.Errorf("the write between read and clear is lost: %+v", again)
	}
}

func TestPutBack(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "status", "x")
	r := b.claim(t, post(7))
	if err := b.PutBack(t.Context(), b.lease, []appointment.Reading{r}, 0); err != nil {
		t.Fatal(err)
	}
	if due, err := b.Due(t.Context(), []uint64{1}, 10); err != nil || len(due[1]) != 1 {
		t.Errorf("Due = %v, %v", due, err)
	}
	newer := b.claim(t, post(7))
	if err := b.PutBack(t.Context(), b.lease, []appointment.Reading{r}, 0); err != nil {
		t.Fatal(err)
	}
	if due, _ := b.Due(t.Context(), []uint64{1}, 10); len(due) != 0 {
		t.Errorf("claim %d gave back claim %d", r.Stamp, newer.Stamp)
	}
}
