package ownership_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
)

// shared is how a native write takes the site row, until its COMMIT.
const shared = "SELECT epoch FROM wp_hospital_sync_state WHERE blog_id = 1 LOCK IN SHARE MODE"

func (b bench) share() (*sql.Tx, error) {
	tx, err := b.sql.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err == nil {
		err = tx.QueryRow(shared).Scan(new(uint64))
	}
	return tx, err
}

// held is a transaction that has the site row.
func (b bench) held(t *testing.T) *sql.Tx {
	t.Helper()
	tx, err := b.share()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

// busy keeps the site row locked as the writes of so many pairs of processes do:
// of each, one commits once the other has it, or after a tenth of a second.
func (b bench) busy(t *testing.T, pairs int) {
	t.Helper()
	var running sync.WaitGroup
	over := make(chan struct{})
	t.Cleanup(func() { close(over); running.Wait() })
	for range pairs {
		holds := b.held(t)
		running.Go(func() {
			pace := time.NewTicker(10 * time.Millisecond)
			defer pace.Stop()
			for {
				follows := make(chan *sql.Tx, 1)
				go func() {
					next, err := b.share()
					if err != nil {
						t.Errorf("a native write: %v", err)
					}
					follows <- next
				}()
				var next *sql.Tx
				select {
				case next = <-follows:
				case <-time.After(100 * time.Millisecond):
					_ = holds.Rollback()
					next = <-follows
				}
				_ = holds.Rollback()
				if holds = next; holds == nil {
					return
				}
				select {
				case <-over:
					_ = holds.Rollback()
					return
				case <-pace.C:
				}
			}
		})
	}
}

// TestBusySite: native writes hold the site row one after another, so that it is
// never free when a return asks for it.
func TestBusySite(t *testing.T) {
	t.Run("returns though its row is never free", func(t *testing.T) {
		b := open(t)
		b.busy(t, 4)
		b.sidecar(t, b.redis).run(t)
		if site := b.until(t, offload); site.Epoch != 5 || site.Settled != 4 {
			t.Errorf("site %+v", site)
		}
	})
	t.Run("returns after a transaction that was longer than anybody waits", func(t *testing.T) {
		b := open(t)
		s := b.sidecar(t, b.redis)
		long := b.held(t)
		s.run(t)
		s.problem(t, "which a transaction may hold")
		began := time.Now()
		after(t, began.Add(3*time.Second)) // of which one was spent in the queue
		if site, err := b.site(t.Context()); err != nil || !site.Native || site.Epoch != 4 {
			t.Errorf("site %+v, %v", site, err)
		}
		_ = long.Rollback()
		b.until(t, offload)
	})
	t.Run("is given up before anybody whom it would deadlock with", func(t *testing.T) {
		b := open(t)
		b.exec(t, "INSERT INTO wp_postmeta (meta_id, post_id, meta_key, meta_value) VALUES (1, 1, 'status', 'x')")
		one := b.held(t)
		other, err := b.sql.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer other.Rollback()
		const row = "UPDATE wp_postmeta SET meta_value = 'y' WHERE meta_id = 1"
		if _, err := other.Exec("SELECT * FROM wp_postmeta WHERE meta_id = 1 FOR UPDATE"); err != nil {
			t.Fatal(err)
		}
		b.sidecar(t, b.redis).run(t)
		b.waits(t, 1) // the return, for the one
		done := make(chan error, 1)
		go func() { _, err := one.Exec(row); done <- err }()
		b.waits(t, 2)                                                    // the one, for the other
		if err := other.QueryRow(shared).Scan(new(uint64)); err != nil { // the other, for the return
			t.Errorf("who has the post's row: %v", err)
		}
		_ = other.Commit()
		if err := <-done; err != nil {
			t.Errorf("who has the site row: %v", err)
		}
		_ = one.Commit()
		b.until(t, offload)
	})
	t.Run("drains after growing pauses where posts are left, as two sidecars leave them to each other", func(t *testing.T) {
		b := open(t)
		drains := make(leftover)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.sidecar(t, b.redis).Run(ctx, drains) }()
		began := <-drains
		for range 3 {
			<-drains
		}
		if took, least := time.Since(began), 1750*time.Millisecond; took < least {
			t.Errorf("three more after %v; want at least %v", took, least)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Run("leaves no copies of what core wrote after the others were dropped", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, late{b.redis, sync.OnceFunc(func() {
			b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (1, 2, '', 5)")
		})})
		for id := uint64(1); id <= 3; id++ {
			if _, err := s.Write(t.Context(), status(id, "old", false), 0); err != nil {
				t.Fatal(err)
			}
		}
		if report, err := s.syncer.Sync(t.Context(), 1); err != nil || report.Left != 0 {
			t.Fatalf("Sync = %+v, %v", report, err)
		}
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = 5")
		b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (1, 1, '', 5)")
		s.run(t)
		b.until(t, offload)
		if n := b.raw.Exists(t.Context(), "appointment:1", "appointment:2").Val(); n != 0 {
			t.Errorf("%d stale copies left", n)
		}
		if b.raw.Exists(t.Context(), "appointment:3").Val() != 1 {
			t.Error("the copy of post 3 is gone")
		}
	})
}

// late is a real Redis that lets core write once more after the first copies
// were dropped.
type late struct {
	ownership.Fields
	write func()
}

func (l late) Drop(ctx context.Context, blog uint64, posts []appointment.Post, fields []string) error {
	defer l.write()
	return l.Fields.Drop(ctx, blog, posts, fields)
}

// leftover is a drainer that leaves a post each time, and says when.
type leftover chan time.Time

func (l leftover) Drain(ctx context.Context, _ uint64) (appointment.SyncReport, error) {
	select {
	case l <- time.Now():
	case <-ctx.Done():
	}
	return appointment.SyncReport{Left: 1}, ctx.Err()
}

// waits waits until so many transactions wait for a lock.
func (b bench) waits(t *testing.T, want int) {
	t.Helper()
	containers.Eventually(t, 10*time.Second, func(ctx context.Context) error {
		var name string
		var n int
		err := b.sql.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'").Scan(&name, &n)
		if err == nil && n != want {
			err = fmt.Errorf("%d wait", n)
		}
		return err
	})
}
