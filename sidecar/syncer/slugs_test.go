package syncer_test

import (
	"errors"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/syncer"
)

func TestSlugs(t *testing.T) {
	t.Run("one whose post appears is synced under its id", func(t *testing.T) {
		b := open(t)
		b.set(t, slug("appt_77"), "status", "kiosk")
		b.flush(t)
		b.wantDirty(t, "appt_77")
		b.made(t, 77)
		b.synced(t)
		b.flush2(t)
		b.want(t, 77, "status", "kiosk")
		b.wantLetters(t)
	})
	t.Run("one that no post has for too long is a dead letter with its value", func(t *testing.T) {
		b := open(t, func(o *syncer.Options) { o.Unresolved = time.Nanosecond })
		b.set(t, slug("appt_77"), "status", "kiosk")
		b.set(t, post(1), "status", "x")
		b.flush2(t)
		b.wantLetters(t, "appt_77 status unresolved kiosk")
		b.want(t, 1, "status", "x")
	})
	t.Run("what its post was made with later stays, and the older write is a dead letter", func(t *testing.T) {
		b := open(t)
		b.set(t, slug("appt_77"), "status", "kiosk")
		b.set(t, slug("appt_77"), "room", "12")
		b.made(t, 77)
		b.row(t, 77, "status", "pending")
		b.synced(t)
		b.flush2(t)
		b.want(t, 77, "status", "pending")
		b.want(t, 77, "room", "12")
		b.wantLetters(t, "77 status overtaken kiosk")
	})
	t.Run("so do several rows, one under another spelling, and one that comes in between", func(t *testing.T) {
		b := open(t)
		for key, value := range map[string]string{"staff": "kiosk", "status": "kiosk", "room": "kiosk", "notes": "the same"} {
			b.set(t, slug("appt_77"), key, value)
		}
		b.made(t, 77)
		b.row(t, 77, "staff", "one")
		b.row(t, 77, "staff", "two")
		b.row(t, 77, "Status", "theirs")
		b.row(t, 77, "notes", "the same")
		b.synced(t)
		b.row(t, 77, "room", "theirs")
		b.flush2(t)
		b.want(t, 77, "Status", "theirs")
		b.want(t, 77, "room", "theirs")
		b.want(t, 77, "notes", "the same")
		b.wantLetters(t, "77 room overtaken kiosk", "77 staff overtaken kiosk", "77 status overtaken kiosk")
		b.wantDirty(t)
	})
	t.Run("where MySQL was away for it, what was synced to the post since stays, and what was there before does not", func(t *testing.T) {
		b := open(t)
		b.made(t, 77)
		b.made(t, 78)
		b.row(t, 77, "status", "pending")
		b.row(t, 78, "status", "pending")
		b.unseen(t, "appt_77", "status")
		b.unseen(t, "appt_78", "status")
		b.set(t, post(77), "status", "staff")
		b.synced(t) // the posts come before the slugs
		b.flush2(t)
		b.want(t, 77, "status", "staff")
		b.want(t, 78, "status", "kiosk")
		b.wantLetters(t, "77 status overtaken kiosk")
	})
	t.Run("where MySQL was away for it, nothing of another field is lost in silence", func(t *testing.T) {
		b := open(t)
		b.unseen(t, "appt_1", "room")
		b.unseen(t, "appt_1", "status")
		b.set(t, post(1), "notes", "staff")
		b.row(t, 1, "room", "kiosk")
		b.synced(t)
		b.flush2(t)
		b.want(t, 1, "room", "kiosk")
		b.wantLetters(t, "1 status overtaken kiosk") // or it is, as far as anybody can tell
	})
	t.Run("where MySQL was away for it, a barrier of any post brings it home before core writes", func(t *testing.T) {
		b := open(t, lazy)
		b.unseen(t, "appt_1", "status")
		b.unseen(t, "appt_77", "status") // has no post
		if _, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1)}, nil); err != nil {
			t.Fatal(err)
		}
		b.want(t, 1, "status", "kiosk")
		look, err := b.redis.Waiting(t.Context(), b.lease(), nil)
		if err != nil || len(look.Unseen) != 0 {
			t.Errorf("to be looked up: %v, %v", look.Unseen, err)
		}
		b.made(t, 77)
		b.row(t, 77, "status", "pending")
		for range 2 {
			b.synced(t)
		}
		b.want(t, 77, "status", "pending")
		b.wantLetters(t, "77 status overtaken kiosk")
	})
	t.Run("a barrier is not answered while it cannot look up", func(t *testing.T) {
		b := open(t, lazy)
		b.unseen(t, "appt_1", "status")
		b.line.Set(containers.Toxics{Refuse: true})
		if _, err := b.Barrier(t.Context(), 1, []appointment.Post{post(2)}, nil); !errors.Is(err, appointment.ErrMySQLAway) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("one that was set and deleted leaves nothing, at once", func(t *testing.T) {
		b := open(t)
		b.set(t, slug("appt_77"), "status", "kiosk")
		w := appointment.Write{Post: slug("appt_77"), Lease: b.lease()}
		if deleted, err := b.redis.Delete(t.Context(), w); !deleted || err != nil {
			t.Fatalf("Delete = %v, %v", deleted, err)
		}
		b.flush2(t)
		b.wantDirty(t)
		b.wantLetters(t)
	})
	t.Run("one of a post type that is no appointment waits, and holds up nobody", func(t *testing.T) {
		doctors, err := appointment.ParseTypes("hospital_doctor=doctor:{id}:availability,hospital_appointment=visit:{id}")
		if err != nil {
			t.Fatal(err)
		}
		b := open(t, func(o *syncer.Options) { o.Types = doctors })
		b.set(t, slug("appt_1"), "status", "kiosk")
		b.flush(t)
		b.wantDirty(t, "appt_1")
	})
	t.Run("one that cannot be moved holds up nobody", func(t *testing.T) {
		b := open(t)
		b.set(t, slug("appt_9"), "status", "kiosk")
		b.set(t, post(1), "status", "x")
		b.rows.after = func() { containers.RedisAdmin(t).HSet(t.Context(), "appointments:floor", "epoch", 9) } // Move will be refused
		if _, err := b.Sync(t.Context(), 1); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v", err)
		}
		b.want(t, 1, "status", "x")
		b.wantDirty(t, "appt_9")
	})
}

// unseen writes "kiosk" by a slug that nobody can look up.
func (b bench) unseen(t *testing.T, name, key string) {
	t.Helper()
	w := appointment.Write{Post: slug(name), Lease: b.lease(), Unseen: true, Fields: []appointment.Field{{Key: key, Value: "kiosk"}}}
	if _, err := b.redis.Write(t.Context(), []appointment.Write{w}); err != nil {
		t.Fatal(err)
	}
}
