package syncer_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/syncer"
)

func open2(t *testing.T, conf *mysql.Config) *sql.DB {
	t.Helper()
	connector, err := mysql.NewConnector(conf)
	if err != nil {
		t.Fatal(err)
	}
	pool := sql.OpenDB(connector)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

func TestFlushOnce(t *testing.T) {
	t.Run("brings home what is due, and clears it", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "confirmed")
		b.set(t, post(2), "room", "12")
		b.flush(t)
		b.flush2(t)
		b.want(t, 1, "status", "confirmed")
		b.want(t, 2, "room", "12")
		b.wantDirty(t)
		if _, _, count := b.Lag.Quantiles(); count != 2 || b.Synced.Load() != 2 {
			t.Errorf("lag of %d fields, %d synced; want 2", count, b.Synced.Load())
		}
	})
	t.Run("leaves what is not due", func(t *testing.T) {
		b := open(t, func(o *syncer.Options) { o.Delay = time.Minute })
		b.set(t, post(1), "status", "confirmed")
		if n, err := b.FlushOnce(t.Context(), 1); n != 0 || err != nil {
			t.Errorf("FlushOnce = %d, %v", n, err)
		}
		b.want(t, 1, "status", "before")
	})
	t.Run("keeps a write dirty that came while the older one was committed", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "older")
		b.rows.after = func() { b.rows.after = func() {}; b.set(t, post(1), "status", "newer") }
		b.flush(t)
		b.want(t, 1, "status", "older")
		b.wantDirty(t, "1")
		b.flush(t)
		b.want(t, 1, "status", "newer")
		b.wantDirty(t)
	})
	t.Run("clears nothing when another syncer claimed the post meanwhile", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		b.rows.after = func() { b.rows.after = func() {}; b.claim(t, post(1)) }
		b.flush(t)
		b.want(t, 1, "status", "x")
		b.wantDirty(t, "1")
	})
	t.Run("puts posts back at once when the epoch moved on", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		b.exec(t, "UPDATE wp_hospital_sync_state SET epoch = 3, mode = 'native'")
		containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
			if n, err := b.FlushOnce(ctx, 1); !errors.Is(err, appointment.ErrNative) {
				return fmt.Errorf("FlushOnce = %d, %v; want ErrNative", n, err)
			}
			return nil
		})
		b.want(t, 1, "status", "before")
		b.owner.site.Epoch = 3
		b.flush(t)
		b.want(t, 1, "status", "x")
	})
	t.Run("lifts the counter of a Redis that came back older, and comes through", func(t *testing.T) {
		b := open(t)
		b.exec(t, "INSERT INTO wp_hospital_sync_fence VALUES (1, 1, 2, 5000, 2, 0)")
		b.set(t, post(1), "status", "x")
		b.flush(t)
		b.want(t, 1, "status", "before")
		b.flush(t)
		b.want(t, 1, "status", "x")
	})
	t.Run("backs off longer each time while somebody holds the post's rows, and lets others pass", func(t *testing.T) {
		b := open(t)
		tx, err := b.sql.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec("SELECT * FROM wp_postmeta WHERE post_id = 1 FOR UPDATE"); err != nil {
			t.Fatal(err)
		}
		b.set(t, post(1), "status", "x")
		b.flush(t)
		b.set(t, post(2), "status", "y")
		b.flush(t)
		b.wantDirty(t, "1")
		b.want(t, 2, "status", "y")
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		b.flush(t)
		b.want(t, 1, "status", "x")
	})
	t.Run("looks again soon where it is the table that somebody holds, not a post's rows", func(t *testing.T) {
		for posts, most := range map[uint64]time.Duration{1: 6 * time.Second, 3: 2 * time.Second} {
			b := open(t, func(o *syncer.Options) { o.Delay, o.BackoffMax = 3*time.Second, time.Minute })
			tx, err := b.sql.Begin()
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback()
			if _, err := tx.Exec("SELECT * FROM wp_postmeta WHERE post_id <= ? FOR UPDATE", posts); err != nil {
				t.Fatal(err)
			}
			for id := range posts {
				b.set(t, post(id+1), "status", "x")
			}
			b.synced(t)
			raw := containers.RedisAdmin(t)
			now, due := raw.Time(t.Context()).Val(), raw.ZRangeWithScores(t.Context(), "appointments:dirty", 0, -1).Val()
			for _, each := range due {
				if wait := time.UnixMilli(int64(each.Score)).Sub(now); wait > most || wait < most-time.Second {
					t.Errorf("of %d posts, %v waits %s; want %s", posts, each.Member, wait, most)
				}
			}
			if len(due) != int(posts) {
				t.Errorf("%d posts are dirty; want %d", len(due), posts)
			}
		}
	})
	t.Run("goes on past what is no post in the dirty set", func(t *testing.T) {
		b := open(t)
		containers.RedisAdmin(t).ZAdd(t.Context(), "appointments:dirty", member("no:post"))
		b.set(t, post(1), "status", "x")
		containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
			_, err := b.FlushOnce(ctx, 1)
			if got := b.value(t, 1, "status"); err != nil || got != "x" {
				return fmt.Errorf("%q, %v", got, err)
			}
			return nil
		})
	})
}

func TestDeadLetters(t *testing.T) {
	t.Run("take the bad field only: the rest of its post and the batch are committed", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "notes", "bad \xff")
		b.set(t, post(1), "status", "x")
		b.set(t, post(2), "status", "y")
		b.flush(t)
		b.flush2(t)
		b.want(t, 1, "status", "x")
		b.want(t, 2, "status", "y")
		b.wantDirty(t)
		if got := b.letters(t); !slices.Equal(got, []string{"1 notes refused bad \xff"}) || b.Buried.Load() != 1 {
			t.Errorf("dead letters %q, %d buried", got, b.Buried.Load())
		}
	})
	t.Run("take one of a batch of 500: the other 499 arrive in the same cycle", func(t *testing.T) {
		b := open(t, func(o *syncer.Options) { o.Delay, o.Batch = 5*time.Millisecond, 500 })
		for id := uint64(10); id < 510; id++ {
			b.made(t, id)
		}
		for id := uint64(10); id < 510; id++ {
			b.set(t, post(id), "status", map[bool]string{true: "bad \xff", false: "good"}[id == 260])
		}
		containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
			if due, err := b.redis.Due(ctx, []uint64{1}, 500); err != nil || len(due[1]) < 500 {
				return fmt.Errorf("%d are due, %v", len(due[1]), err)
			}
			return nil
		})
		if n, err := b.FlushOnce(t.Context(), 1); err != nil || n != 500 {
			t.Fatalf("FlushOnce = %d, %v", n, err)
		}
		var arrived int
		if err := b.sql.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM wp_postmeta WHERE meta_value = 'good'").Scan(&arrived); err != nil || arrived != 499 {
			t.Errorf("%d arrived, %v", arrived, err)
		}
		b.wantDirty(t)
		b.wantLetters(t, "260 status refused bad \xff")
	})
	t.Run("take all fields of a post that is gone", func(t *testing.T) {
		b := open(t)
		b.set(t, post(99), "status", "x")
		b.flush(t)
		b.wantDirty(t)
		b.wantLetters(t, "99 status post_gone x")
	})
	t.Run("shut out every older read: none comes back once they are buried", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "older")
		slept := b.claim(t, post(1))
		b.set(t, post(1), "status", "bad \xff")
		if _, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1)}, nil); err != nil {
			t.Fatal(err)
		}
		b.exec(t, "UPDATE wp_postmeta SET meta_value = 'core' WHERE post_id = 1") // as core does after the barrier
		verdicts, err := b.rows.DB.Sync(t.Context(), 1, 2, []appointment.Reading{slept})
		if err != nil || verdicts[0].Fate != appointment.Forgotten {
			t.Errorf("the slept read: %+v, %v; want forgotten", verdicts, err)
		}
		b.want(t, 1, "status", "core")
	})
	t.Run("wait for the claim: nothing is committed over a field that could not be buried", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "notes", "bad \xff")
		b.set(t, post(1), "status", "x") // newer: the fence would rise over the notes
		b.rows.after = func() { b.rows.after = func() {}; b.claim(t, post(1)) }
		b.flush(t)
		b.want(t, 1, "status", "before")
		if _, err := b.Sync(t.Context(), 1); err != nil { // the other one crashed
			t.Fatal(err)
		}
		if got := b.letters(t); !slices.Equal(got, []string{"1 notes refused bad \xff"}) {
			t.Errorf("dead letters %q: the value is nowhere", got)
		}
		b.want(t, 1, "status", "x")
	})
}
