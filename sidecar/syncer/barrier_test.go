package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/syncer"
)

func lazy(o *syncer.Options) { o.Delay = time.Minute }

func TestBarrier(t *testing.T) {
	t.Run("brings home the posts asked for, due or not, and no others", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		b.set(t, post(2), "status", "y")
		report, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1), post(1), post(3)}, nil)
		if err != nil || report.Synced != 1 || report.Left != 0 {
			t.Errorf("Barrier = %+v, %v", report, err)
		}
		b.want(t, 1, "status", "x")
		b.wantDirty(t, "2")
	})
	t.Run("brings home everything when no posts are named", func(t *testing.T) {
		b := open(t, lazy, func(o *syncer.Options) { o.Batch = 2 })
		for id := uint64(1); id <= 5; id++ {
			b.set(t, post(id), "status", "x")
		}
		if report, err := b.Barrier(t.Context(), 1, nil, nil); err != nil || report.Synced != 5 {
			t.Errorf("Barrier = %+v, %v", report, err)
		}
		b.wantDirty(t)
	})
	t.Run("is one round trip to Redis, and none to MySQL, when nothing that it is asked for is dirty", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		if _, err := b.Barrier(t.Context(), 1, nil, nil); err != nil { // Redis knows the scripts from here on
			t.Fatal(err)
		}
		b.set(t, post(2), "status", "y")
		batches, before := b.Batches.Load(), b.trips.Load()
		if report, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1), post(3)}, nil); err != nil || report.Synced != 0 {
			t.Errorf("Barrier = %+v, %v", report, err)
		}
		if n := b.trips.Load() - before; n != 1 {
			t.Errorf("%d round trips for clean posts; want 1", n)
		}
		if _, err := b.Barrier(t.Context(), 1, nil, nil); err != nil {
			t.Fatal(err)
		}
		if n := b.Batches.Load() - batches; n != 1 {
			t.Errorf("%d transactions; want 1, of the post that was dirty", n)
		}
		before = b.trips.Load()
		if _, err := b.Barrier(t.Context(), 1, nil, nil); err != nil {
			t.Fatal(err)
		}
		if n := b.trips.Load() - before; n != 1 {
			t.Errorf("%d round trips with nothing dirty; want 1", n)
		}
		b.wantDirty(t)
	})
	t.Run("ends above a claim that slept: nothing older comes after it", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		var slept appointment.Reading
		b.rows.before = func() { b.rows.before = func() {}; slept = b.claim(t, post(1)) }
		if _, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1)}, nil); err != nil {
			t.Fatal(err)
		}
		b.exec(t, "UPDATE wp_postmeta SET meta_value = 'core' WHERE post_id = 1")
		verdicts, err := b.rows.DB.Sync(t.Context(), 1, 2, []appointment.Reading{slept})
		if err != nil || verdicts[0].Fate != appointment.Forgotten {
			t.Errorf("the slept sync: %+v, %v; want it forgotten", verdicts, err)
		}
		b.want(t, 1, "status", "core")
		b.wantDirty(t)
	})
	t.Run("waits for a post that somebody holds", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		tx, err := b.sql.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec("SELECT * FROM wp_postmeta WHERE post_id = 1 FOR UPDATE"); err != nil {
			t.Fatal(err)
		}
		b.rows.after = func() { b.rows.after = func() {}; _ = tx.Rollback() }
		if _, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1)}, nil); err != nil {
			t.Fatal(err)
		}
		b.want(t, 1, "status", "x")
		if n := b.Batches.Load(); n != 2 {
			t.Errorf("%d transactions; want one that was locked out and one more", n)
		}
	})
	t.Run("whose caller goes away leaves its posts due, not claimed", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		ctx, hangUp := context.WithCancel(t.Context())
		b.rows.before = hangUp
		if _, err := b.Barrier(ctx, 1, []appointment.Post{post(1)}, nil); err == nil {
			t.Error("no error")
		}
		b.rows.before = func() {}
		if n, err := b.FlushOnce(t.Context(), 1); n != 1 || err != nil {
			t.Errorf("FlushOnce = %d, %v; want the post due", n, err)
		}
		b.want(t, 1, "status", "x")
	})
	t.Run("whose caller goes away while it claims leaves its posts due, too", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		ctx, hangUp := context.WithCancel(t.Context())
		far := syncer.New(answersLate{b.redis, hangUp}, b.rows, b.owner, b.Options)
		if _, err := far.Barrier(ctx, 1, []appointment.Post{post(1)}, nil); err == nil {
			t.Error("no error")
		}
		if n, err := b.FlushOnce(t.Context(), 1); n != 1 || err != nil {
			t.Errorf("FlushOnce = %d, %v; want the post due", n, err)
		}
		b.want(t, 1, "status", "x")
	})
	t.Run("drops the clean copies that core is about to write, and keeps what is dirty", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		b.set(t, post(1), "room", "1")
		b.rows.after = func() { b.rows.after = func() {}; b.set(t, post(1), "room", "2") }
		if _, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1)}, []string{"status", "room"}); err != nil {
			t.Fatal(err)
		}
		if copies, _, err := b.redis.Copy(t.Context(), post(1)); err != nil || fmt.Sprint(copies) != "map[room:2]" {
			t.Errorf("copies %v, %v", copies, err)
		}
	})
	t.Run("tells the generation, which each sync moves on", func(t *testing.T) {
		b := open(t, lazy)
		before, err := b.Barrier(t.Context(), 1, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		w := appointment.Write{Post: post(1), Lease: b.lease(), Direct: true, Fields: []appointment.Field{{Key: "status", Value: "x"}}}
		if _, err := b.redis.Write(t.Context(), []appointment.Write{w}); err != nil {
			t.Fatal(err)
		}
		if report, err := b.Barrier(t.Context(), 1, nil, nil); err != nil || report.Generation != before.Generation+1 {
			t.Errorf("Barrier = %+v, %v", report, err)
		}
	})
	t.Run("is ErrNative without a lease, and when its epoch ended meanwhile", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		b.rows.after = func() { b.owner.site.Epoch = 4 }
		if _, err := b.Barrier(t.Context(), 1, nil, nil); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v", err)
		}
		b.owner.site.Native = true
		if _, err := b.Barrier(t.Context(), 1, nil, nil); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("ends with its caller's patience while somebody holds a post", func(t *testing.T) {
		b := open(t, lazy)
		b.set(t, post(1), "status", "x")
		b.rows.before = func() { b.claim(t, post(1)) } // again and again
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if report, err := b.Barrier(ctx, 1, nil, nil); err == nil || ctx.Err() == nil {
			t.Errorf("Barrier = %+v, %v", report, err)
		}
	})
}

// answersLate claims, but its caller has hung up by the time that it answers.
type answersLate struct {
	*redisstore.Store
	hangUp func()
}

func (a answersLate) Claim(ctx context.Context, lease appointment.Lease, posts []appointment.Post, force bool) ([]appointment.Reading, error) {
	readings, err := a.Store.Claim(context.WithoutCancel(ctx), lease, posts, force)
	a.hangUp()
	return readings, errors.Join(err, ctx.Err())
}
