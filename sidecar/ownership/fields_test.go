package ownership_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestDirty(t *testing.T) {
	b := open(t)
	b.offload(t)
	s := b.sidecar(t, b.redis)
	if _, err := s.Write(t.Context(), status(1, "x", false), 0); err != nil {
		t.Fatal(err)
	}
	posts := []appointment.Post{post(1), post(2)}
	t.Run("under a lease says so", func(t *testing.T) {
		view, err := s.Dirty(t.Context(), 1, posts)
		if err != nil || !view.Leased || len(view.Posts) != 1 || view.Posts["1"][0].Value != "x" {
			t.Errorf("Dirty = %+v, %v", view, err)
		}
	})
	t.Run("that ended during the read is no lease", func(t *testing.T) {
		slow := b.sidecar(t, meddling{b.redis, func() {
			b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = 5")
			after(t, time.Now().Add(leaseTime))
		}})
		if view, err := slow.Dirty(t.Context(), 1, posts); err != nil || view.Leased || len(view.Posts) != 1 {
			t.Errorf("Dirty = %+v, %v", view, err)
		}
	})
	t.Run("in native mode says that it has no lease, and tells the fields all the same", func(t *testing.T) {
		view, err := s.Dirty(t.Context(), 1, posts)
		if view.Leased { // the lease of before is still good
			after(t, time.Now().Add(leaseTime))
			view, err = s.Dirty(t.Context(), 1, posts)
		}
		if err != nil || view.Leased || len(view.Posts["1"]) != 1 {
			t.Errorf("Dirty = %+v, %v", view, err)
		}
	})
	t.Run("tells them when another sidecar has returned since the row was read", func(t *testing.T) {
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'offload', epoch = 6")
		b.raw.HSet(t.Context(), "appointments:floor", "epoch", 6)
		if view, err := s.Dirty(t.Context(), 1, posts); err != nil || len(view.Posts["1"]) != 1 {
			t.Errorf("Dirty = %+v, %v", view, err)
		}
	})
	t.Run("never tells another site's fields, whoever asks first", func(t *testing.T) {
		b.raw.HSet(t.Context(), "appointments:floor", "site", "another clinic")
		fresh := b.sidecar(t, b.redis)
		if view, err := fresh.Dirty(t.Context(), 1, posts); !errors.Is(err, appointment.ErrOtherSite) || len(view.Posts) != 0 {
			t.Errorf("Dirty = %+v, %v", view, err)
		}
	})
	t.Run("of an emptied Redis is nothing", func(t *testing.T) {
		b.raw.FlushAll(t.Context())
		if view, err := s.Dirty(t.Context(), 1, posts); err != nil || view.Leased || len(view.Posts) != 0 {
			t.Errorf("Dirty = %+v, %v", view, err)
		}
	})
}

func TestFields(t *testing.T) {
	b := open(t)
	b.offload(t)
	s := b.sidecar(t, b.redis)
	t.Run("a status is set where the appointment is known, and nowhere else", func(t *testing.T) {
		if updated, err := s.SetStatus(t.Context(), direct(1), "confirmed", true); err != nil || len(updated.Outcomes) != 1 || updated.Committed {
			t.Errorf("SetStatus = %v, %v", updated, err)
		}
		if updated, err := s.SetStatus(t.Context(), direct(9), "confirmed", false); err != nil || len(updated.Outcomes) != 0 {
			t.Errorf("SetStatus of nobody = %v, %v", updated, err)
		}
	})
	t.Run("Delete leaves tombstones of what Redis holds", func(t *testing.T) {
		if deleted, err := s.Delete(t.Context(), direct(1)); err != nil || !deleted {
			t.Errorf("Delete = %v, %v", deleted, err)
		}
		if deleted, err := s.Delete(t.Context(), direct(2)); err != nil || deleted {
			t.Errorf("Delete of nothing = %v, %v", deleted, err)
		}
		view, err := s.Dirty(t.Context(), 1, []appointment.Post{post(1)})
		if err != nil || !view.Posts["1"][0].Deleted {
			t.Errorf("Dirty = %+v, %v", view, err)
		}
	})
	t.Run("Mark makes a post due", func(t *testing.T) {
		if err := s.Mark(t.Context(), post(3)); err != nil {
			t.Fatal(err)
		}
		if due, err := b.redis.Due(t.Context(), []uint64{1}, 10); err != nil || len(due[1]) != 1 || due[1][0] != "3" {
			t.Errorf("Due = %v, %v", due, err)
		}
	})
	t.Run("Forget drops everything of a deleted post, and counts", func(t *testing.T) {
		if n, err := s.Forget(t.Context(), 1, []appointment.Post{post(1), post(4)}); err != nil || n != 1 {
			t.Errorf("Forget = %d, %v", n, err)
		}
		if len(b.marks(t, 1)) != 0 {
			t.Error("it is still dirty")
		}
	})
}

func TestRetry(t *testing.T) {
	b := open(t)
	b.offload(t)
	s := b.sidecar(t, b.redis)
	if _, err := s.Write(t.Context(), []appointment.Write{{Post: post(1), Fields: []appointment.Field{{Key: "notes", Value: "bad \xff"}}}}, 0); err != nil {
		t.Fatal(err)
	}
	if report, err := s.syncer.Sync(t.Context(), 1); err != nil || report.Dead != 1 {
		t.Fatalf("Sync = %+v, %v", report, err)
	}
	t.Run("makes a dead letter a write of this moment", func(t *testing.T) {
		before, err := b.redis.DeadLetter(t.Context(), post(1), "notes")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Retry(t.Context(), direct(1), post(1), "notes"); err != nil {
			t.Fatal(err)
		}
		mark := b.marks(t, 1)["notes"]
		version, _, _ := strings.Cut(mark, "@")
		if v, err := appointment.ParseVersion(version); err != nil || v.Compare(before.Version) <= 0 || !strings.HasSuffix(mark, "d") {
			t.Errorf("mark %q; want a new one, above %v", mark, before.Version)
		}
		if _, err := b.redis.DeadLetter(t.Context(), post(1), "notes"); !errors.Is(err, appointment.ErrUnknownDeadLetter) {
			t.Errorf("the letter: %v", err)
		}
	})
	t.Run("brings it home once MySQL takes it", func(t *testing.T) {
		b.exec(t, "ALTER TABLE wp_postmeta MODIFY meta_value LONGBLOB")
		if _, err := s.syncer.Sync(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if got := b.value(t, 1, "notes"); got != "bad \xff" {
			t.Errorf("%q in MySQL", got)
		}
	})
	t.Run("of none is ErrUnknownDeadLetter", func(t *testing.T) {
		if err := s.Retry(t.Context(), direct(1), post(1), "notes"); !errors.Is(err, appointment.ErrUnknownDeadLetter) {
			t.Errorf("error %v", err)
		}
	})
}
