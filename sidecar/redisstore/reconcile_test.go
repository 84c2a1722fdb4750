package redisstore_test

import (
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

func (b bench) reconcile(t *testing.T, want appointment.Reconciled) {
	t.Helper()
	if got, err := b.Reconcile(t.Context(), b.lease); err != nil || got != want {
		t.Errorf("Reconcile = %+v, %v; want %+v", got, err, want)
	}
}

func TestReconcile(t *testing.T) {
	t.Run("puts back what has no place in the dirty set, due now", func(t *testing.T) {
		b := open(t)
		for id := uint64(1); id <= 2500; id++ { // more than one page
			b.set(t, post(id), "status", "x")
		}
		b.set(t, appointment.Post{Blog: 1, ID: 9001, Type: "hospital_doctor"}, "available", "1")
		b.set(t, appointment.Post{Blog: 1, Slug: "appt_7", Type: "hospital_appointment"}, "status", "x")
		b.raw.ZRem(t.Context(), "appointments:dirty", "3", "2400", "9001", "appt_7")
		b.reconcile(t, appointment.Reconciled{PutBack: 4})
		score := b.raw.ZScore(t.Context(), "appointments:dirty", "9001").Val()
		if late := time.UnixMilli(int64(score)); time.Since(late) < 0 || b.dirtyCount(t) != 2502 {
			t.Errorf("due at %v, %d in the dirty set", late, b.dirtyCount(t))
		}
		b.reconcile(t, appointment.Reconciled{})
	})
	t.Run("puts everything back when the dirty set is lost", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		b.set(t, post(2), "status", "x")
		b.raw.Del(t.Context(), "appointments:dirty")
		b.reconcile(t, appointment.Reconciled{PutBack: 2})
	})
	t.Run("removes claims and ttls of clean posts, and places that no post can have", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		b.claim(t, post(1))
		b.raw.HSet(t.Context(), "appointments:claims", "2", "77")
		b.raw.HSet(t.Context(), "appointments:ttl", "3", "60")
		b.raw.ZAdd(t.Context(), "appointments:dirty", z("no post at all", time.Now()))
		b.reconcile(t, appointment.Reconciled{Stale: 3})
		if b.raw.HGet(t.Context(), "appointments:claims", "1").Val() == "" || b.dirtyCount(t) != 1 {
			t.Error("it took away what was right")
		}
	})
	t.Run("leaves keys alone that are no post's", func(t *testing.T) {
		b := open(t)
		b.raw.HSet(t.Context(), "appointment:somebody's own:dirty", "a", "b")
		b.reconcile(t, appointment.Reconciled{})
	})
	t.Run("does nothing to another Redis", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		b.raw.Del(t.Context(), "appointments:dirty")
		b.lease.Token = b.lease.Token[:len(b.lease.Token)-1]
		if got, err := b.Reconcile(t.Context(), b.lease); err == nil || b.dirtyCount(t) != 0 {
			t.Errorf("Reconcile = %+v, %v", got, err)
		}
	})
}

func TestAFieldWithAMarkOfSomebodyElsesHoldsUpNobody(t *testing.T) {
	b := open(t)
	b.set(t, post(1), "status", "x")
	for _, mark := range []string{"yes", "2-1", "2-x@5", "@", ""} {
		b.raw.HSet(t.Context(), "appointment:1:dirty", "status", mark)
		if f := b.claim(t, post(1)).Fields[0]; f.Version != (appointment.Version{}) || f.Value != "x" || f.Mark != mark {
			t.Errorf("mark %q: %+v", mark, f)
		}
	}
}

func TestCopiesAlwaysHaveAnEnd(t *testing.T) {
	t.Run("when the last field was buried and nobody came to acknowledge it", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x", "room", "12")
		r := b.claim(t, post(1))
		if !b.ack(t, appointment.Reading{Post: r.Post, Stamp: r.Stamp, Fields: r.Fields[:1]}) {
			t.Fatal("not acknowledged")
		}
		r = b.claim(t, post(1))
		if ours, err := b.Bury(t.Context(), b.lease, r, []appointment.DeadLetter{{Post: r.Post, Key: r.Fields[0].Key, Mark: r.Fields[0].Mark}}); err != nil || !ours {
			t.Fatalf("Bury = %v, %v", ours, err)
		}
		if readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(1)}, true); err != nil || len(readings) != 0 {
			t.Fatalf("Claim = %v, %v", readings, err)
		}
		if ttl := b.raw.TTL(t.Context(), "appointment:1").Val(); ttl <= 0 {
			t.Errorf("the copy stays for %v", ttl)
		}
	})
	t.Run("when all that was clean was dropped, the date too", func(t *testing.T) {
		for _, acked := range []bool{true, false} {
			b := open(t)
			b.set(t, post(1), "status", "x")
			if err := b.Drop(t.Context(), 1, nil, nil); err != nil {
				t.Fatal(err)
			}
			if r := b.claim(t, post(1)); acked {
				b.ack(t, r)
			} else { // its mark was lost
				b.raw.Del(t.Context(), "appointment:1:dirty")
				b.clean(t, 1)
			}
			if ttl := b.raw.TTL(t.Context(), "appointment:1").Val(); ttl <= 0 {
				t.Errorf("acknowledged %t: the copy stays for %v", acked, ttl)
			}
		}
	})
	t.Run("and a slug's fields take the end they were given with them to their post", func(t *testing.T) {
		b := open(t)
		slug := appointment.Post{Blog: 1, Slug: "appt_7", Type: "hospital_appointment"}
		away := b.lease
		away.Unverified = true // MySQL was away: the post may have been there, and the letter too
		w := appointment.Write{Post: slug, Lease: away, TTL: 90 * time.Second, Fields: []appointment.Field{{Key: "status", Value: "x"}}}
		if _, err := b.Write(t.Context(), []appointment.Write{w}); err != nil {
			t.Fatal(err)
		}
		b.raw.HSet(t.Context(), "appointments:dead", "7:status", `{"version":"1-9"}`)
		if err := b.Move(t.Context(), b.lease, appointment.Reading{Post: appointment.Post{Blog: 1, Slug: "appt_7"}}, post(7)); err != nil {
			t.Fatal(err)
		}
		if ttls := fmt.Sprint(b.hash(t, "appointments:ttl")); ttls != "map[7:90]" {
			t.Errorf("ttls are %s", ttls)
		}
		if n := b.raw.HLen(t.Context(), "appointments:dead").Val(); n != 0 {
			t.Error("an older dead letter of the field stayed beside its newer value")
		}
	})
}
