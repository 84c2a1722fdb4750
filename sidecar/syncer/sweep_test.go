package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/syncer"
)

func member(name string) redis.Z { return redis.Z{Member: name, Score: 1} }

// flush2 flushes what is left, if anything is.
func (b bench) flush2(t testing.TB) {
	t.Helper()
	containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
		if _, err := b.FlushOnce(ctx, 1); err != nil {
			return err
		}
		if left, err := b.redis.Members(ctx, 1, -1); err != nil || len(left) > 0 {
			return fmt.Errorf("left %v, %v", left, err)
		}
		return nil
	})
}

func slug(name string) appointment.Post { return appointment.Post{Blog: 1, Slug: name} }

func TestDrain(t *testing.T) {
	b := open(t, lazy)
	b.set(t, slug("appt_77"), "status", "kiosk")
	b.set(t, slug("appt_8"), "status", "late")
	b.set(t, post(1), "status", "x")
	t.Run("by Sync keeps slugs that wait for their post", func(t *testing.T) {
		b.owner.site.Native = true
		report, err := b.Sync(t.Context(), 1)
		if err != nil || report.Left != 2 || report.Waiting != 2 || report.Synced != 1 {
			t.Errorf("Sync = %+v, %v", report, err)
		}
		b.want(t, 1, "status", "x")
	})
	t.Run("leaves nothing: such slugs become dead letters", func(t *testing.T) {
		report, err := b.Drain(t.Context(), 1)
		if err != nil || report.Left != 0 || report.Dead != 2 {
			t.Errorf("Drain = %+v, %v", report, err)
		}
		b.wantLetters(t, "appt_77 status unresolved kiosk", "appt_8 status unresolved late")
	})
}

// TestDrainEndsWithItsEpoch: another sidecar has drained and returned; what was
// acknowledged since waits for its post as ever.
func TestDrainEndsWithItsEpoch(t *testing.T) {
	b := open(t, lazy, func(o *syncer.Options) { o.Batch = 1 })
	for i := uint64(1); i <= 9; i++ {
		b.set(t, post(i), "status", "x")
	}
	b.set(t, slug("appt_77"), "status", "since")
	b.owner.site.Native = true
	b.rows.after = func() {
		b.owner.Lock()
		defer b.owner.Unlock()
		if b.owner.site.Native {
			b.exec(t, "UPDATE wp_hospital_sync_state SET epoch = 3")
		}
		b.owner.site.Native, b.owner.site.Epoch = false, 3
	}
	if _, err := b.Drain(t.Context(), 1); !errors.Is(err, appointment.ErrNative) {
		t.Errorf("Drain: %v, want %v", err, appointment.ErrNative)
	}
	b.wantLetters(t)
}

func TestRetire(t *testing.T) {
	b := open(t, lazy)
	admin := containers.RedisAdmin(t)
	keys := func() []string { k := admin.Keys(t.Context(), "*").Val(); slices.Sort(k); return k }
	b.set(t, post(1), "status", "x")
	b.set(t, post(2), "notes", "bad \xff")

	for name, site := range map[string]appointment.Site{"in offload": {Epoch: 2}, "in native that is not held": {Epoch: 2, Native: true}} {
		t.Run("refuses a site "+name, func(t *testing.T) {
			b.owner.site.Native, b.owner.site.Held = site.Native, site.Held
			if _, err := b.Retire(t.Context(), 1, false); !errors.Is(err, appointment.ErrNotHeld) {
				t.Errorf("error %v", err)
			}
			b.wantDirty(t, "1", "2")
		})
	}
	b.owner.site.Native, b.owner.site.Held = true, true
	t.Run("removes nothing from a Redis that is another site's, dirty or not", func(t *testing.T) {
		before := keys()
		b.owner.err = appointment.ErrOtherSite
		defer func() { b.owner.err = nil }()
		if _, err := b.Retire(t.Context(), 1, false); !errors.Is(err, appointment.ErrOtherSite) {
			t.Errorf("error %v", err)
		}
		id := b.owner.site.RedisID
		b.owner.site.RedisID = "" // a site that never returned
		if report, err := b.Retire(t.Context(), 1, false); err != nil || report.Left != 0 {
			t.Errorf("Retire = %+v, %v", report, err)
		}
		b.owner.site.RedisID = id
		if after := keys(); !slices.Equal(before, after) {
			t.Errorf("%q; want %q", after, before)
		}
	})
	t.Run("drains a site that is held, and leaves only its dead letters", func(t *testing.T) {
		report, err := b.Retire(t.Context(), 1, false)
		if err != nil || report.Left != 0 || report.Dead != 1 {
			t.Errorf("Retire = %+v, %v", report, err)
		}
		b.want(t, 1, "status", "x")
		if got := keys(); !slices.Equal(got, []string{"appointments:dead"}) {
			t.Errorf("keys left: %q", got)
		}
	})
	t.Run("told to discard, removes dead letters too, and writes nothing to MySQL", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		b.owner.site.Native, b.owner.site.Held, b.owner.err = true, true, appointment.ErrBlogGone
		admin.HSet(t.Context(), "appointments:dead", "2:notes", "{}")
		admin.HSet(t.Context(), "site:2:appointments:floor", "token", "another blog's")
		id := b.owner.site.RedisID
		b.owner.site.RedisID = "another:one"
		if _, err := b.Retire(t.Context(), 1, true); !errors.Is(err, appointment.ErrOtherRedis) {
			t.Errorf("of a Redis that may be another's: %v", err)
		}
		b.owner.site.RedisID = id
		if _, err := b.Retire(t.Context(), 1, true); err != nil {
			t.Error(err)
		}
		if got := keys(); !slices.Equal(got, []string{"site:2:appointments:floor"}) {
			t.Errorf("keys left: %q", got)
		}
		b.want(t, 1, "status", "before")
	})
}
