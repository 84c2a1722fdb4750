package redisstore_test

import (
	"slices"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// direct writes one field past WordPress.
func (b bench) direct(t *testing.T, p appointment.Post, key, value string) {
	t.Helper()
	w := appointment.Write{Post: p, Lease: b.lease, Direct: true, Fields: []appointment.Field{{Key: key, Value: value}}}
	if _, err := b.Write(t.Context(), []appointment.Write{w}); err != nil {
		t.Fatal(err)
	}
}

// notices takes the turn for one sidecar, and returns the names of what is to
// be told.
func (b bench) notices(t *testing.T, sender string) (names []string, all []appointment.Notice) {
	t.Helper()
	all, now, err := b.Notices(t.Context(), b.lease, sender, time.Minute, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) > 0 && time.Since(now).Abs() > time.Hour {
		t.Errorf("it is %v", now)
	}
	for _, n := range all {
		names = append(names, n.Key)
	}
	slices.Sort(names)
	return names, all
}

func TestNotices(t *testing.T) {
	t.Run("are what came past WordPress and was cleared, written or left out", func(t *testing.T) {
		b := open(t)
		b.direct(t, post(7), "status", "x")
		b.direct(t, post(7), "a:b", "x")
		b.set(t, post(7), "room", "1")
		if names, _ := b.notices(t, "a"); len(names) != 0 {
			t.Errorf("before the sync: %q", names)
		}
		r := b.claim(t, post(7))
		settled := make([]appointment.Settled, len(r.Fields))
		for i, f := range r.Fields {
			settled[i] = appointment.Settled{Dirty: f, LeftOut: f.Key == "status"}
		}
		if _, err := b.Ack(t.Context(), b.lease, []appointment.Reading{r}, [][]appointment.Settled{settled}); err != nil {
			t.Fatal(err)
		}
		names, all := b.notices(t, "a")
		if !slices.Equal(names, []string{"a:b", "status"}) || all[0].Post != 7 {
			t.Errorf("%+v", all)
		}
		if counts, err := b.NoticeCounts(t.Context(), []uint64{1, 2}); err != nil || counts[1] != 2 || counts[2] != 0 {
			t.Errorf("counts %v, %v", counts, err)
		}
	})
	t.Run("are none for a slug that is no post", func(t *testing.T) {
		b := open(t)
		slug := appointment.Post{Blog: 1, Slug: "appt_1"}
		b.direct(t, slug, "status", "x")
		b.ack(t, b.claim(t, slug))
		if names, _ := b.notices(t, "a"); len(names) != 0 {
			t.Errorf("%q", names)
		}
	})
	t.Run("stay when the field was synced again meanwhile", func(t *testing.T) {
		b := open(t)
		b.direct(t, post(7), "status", "x")
		b.direct(t, post(7), "room", "1")
		b.ack(t, b.claim(t, post(7)))
		_, told := b.notices(t, "a")
		b.direct(t, post(7), "status", "y")
		b.ack(t, b.claim(t, post(7)))
		if err := b.Notified(t.Context(), b.lease, "a", told); err != nil {
			t.Fatal(err)
		}
		if names, _ := b.notices(t, "a"); !slices.Equal(names, []string{"status"}) {
			t.Errorf("left: %q", names)
		}
	})
	t.Run("are one sidecar's turn at a time, until it ends it", func(t *testing.T) {
		b := open(t)
		b.direct(t, post(7), "status", "x")
		b.ack(t, b.claim(t, post(7)))
		b.notices(t, "a")
		if names, _ := b.notices(t, "b"); len(names) != 0 {
			t.Errorf("another's turn: %q", names)
		}
		if err := b.Notified(t.Context(), b.lease, "b", nil); err != nil {
			t.Fatal(err)
		}
		if names, _ := b.notices(t, "b"); len(names) != 0 {
			t.Errorf("ended by another: %q", names)
		}
		if err := b.Notified(t.Context(), b.lease, "a", nil); err != nil {
			t.Fatal(err)
		}
		if names, _ := b.notices(t, "b"); len(names) != 1 {
			t.Errorf("its turn now: %q", names)
		}
	})
	t.Run("are kept by an equal write of WordPress, which tells nobody, and not by another", func(t *testing.T) {
		b := open(t)
		for _, p := range []uint64{7, 8} {
			b.direct(t, post(p), "status", "x")
		}
		b.set(t, post(7), "status", "x")
		b.set(t, post(8), "status", "y")
		b.ack(t, b.claim(t, post(7)))
		b.ack(t, b.claim(t, post(8)))
		if _, all := b.notices(t, "a"); len(all) != 1 || all[0].Post != 7 {
			t.Errorf("%+v", all)
		}
	})
	t.Run("are gone with a site that retires", func(t *testing.T) {
		b := open(t)
		b.direct(t, post(7), "status", "x")
		b.ack(t, b.claim(t, post(7)))
		b.notices(t, "a")
		if err := b.Retire(t.Context(), b.lease, false); err != nil {
			t.Fatal(err)
		}
		if left := b.raw.Keys(t.Context(), "*").Val(); len(left) != 0 {
			t.Errorf("left: %q", left)
		}
	})
}
