package postmeta_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
)

// waiting returns when some transaction waits for a row lock.
func (b bench) waiting(t *testing.T) {
	t.Helper()
	containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
		var name string
		var n int
		if err := b.sql.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'").Scan(&name, &n); err != nil {
			return err
		}
		if n == 0 {
			return errors.New("nobody waits for a row lock")
		}
		return nil
	})
}

// foreign begins a transaction of another program, as InnoDB does by default.
func (b bench) foreign(t *testing.T, statements ...string) *sql.Tx {
	t.Helper()
	tx, err := b.sql.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	for _, each := range statements {
		if _, err := tx.ExecContext(t.Context(), each); err != nil {
			t.Fatal(err)
		}
	}
	return tx
}

// syncing runs a sync beside the test.
func (b bench) syncing(t *testing.T, readings ...appointment.Reading) func() []appointment.Verdict {
	type result struct {
		verdicts []appointment.Verdict
		err      error
	}
	done := make(chan result, 1)
	go func() {
		verdicts, err := b.rows.Sync(t.Context(), 1, epoch, readings)
		done <- result{verdicts, err}
	}()
	return func() []appointment.Verdict {
		t.Helper()
		r := <-done
		if r.err != nil || len(r.verdicts) != len(readings) {
			t.Fatalf("Sync = %+v, %v", r.verdicts, r.err)
		}
		return r.verdicts
	}
}

func TestLocked(t *testing.T) {
	b := open(t)
	b.posts(t, 10, 500)
	for id := range uint64(500) {
		b.row(t, id+1, "status", "before")
	}
	stamp := uint64(1000)
	for _, c := range []struct {
		name, lock string
		limit      time.Duration
	}{
		{"a post whose rows somebody holds is put back, 499 others commit at once", "SELECT * FROM wp_postmeta WHERE post_id = 250 FOR UPDATE", 5 * time.Second},
		{"so is one whose fence a native write holds", "INSERT INTO wp_hospital_sync_fence (blog_id, post_id) VALUES (1, 250) ON DUPLICATE KEY UPDATE post_id = post_id", 5 * time.Second},
		{"so is one that is being deleted", "DELETE FROM wp_posts WHERE ID = 250", 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			stamp += 1000
			tx := b.foreign(t, c.lock)
			defer tx.Rollback()
			readings := make([]appointment.Reading, 500)
			for i := range readings {
				readings[i] = read(uint64(i+1), stamp+600, set("status", c.name, stamp+uint64(i)))
			}
			began := time.Now()
			verdicts := b.sync(t, readings...)
			if took := time.Since(began); took > c.limit {
				t.Errorf("took %v", took)
			}
			for i, v := range verdicts {
				if want := map[bool]appointment.Fate{true: appointment.Locked}[i == 249]; v.Fate != want {
					t.Errorf("post %d: fate %d; want %d", i+1, v.Fate, want)
				}
			}
			if n := b.number(t, "SELECT COUNT(*) FROM wp_postmeta WHERE meta_value = ?", c.name); n != 499 {
				t.Errorf("%d rows committed; want 499", n)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			wantSettled(t, b.sync(t, readings[249])[0], false)
		})
	}
}

// A gap that somebody locked stops births only, and NOWAIT does not reach them.
// MariaDB is told all the same; MySQL waits, so it tells fewer posts apart.
func TestLockedGap(t *testing.T) {
	b := open(t)
	b.posts(t, 10, 500)
	b.row(t, 600, "status", "the end of the gap")
	readings := make([]appointment.Reading, 500)
	for i := range readings {
		readings[i] = read(uint64(i+1), 600, set("status", "born", uint64(i+1)))
		b.row(t, uint64(i+1), "status", "before")
	}
	readings[499] = read(500, 600, set("room", "in the gap", 500))
	tx := b.foreign(t, "SELECT * FROM wp_postmeta WHERE post_id = 599 FOR UPDATE")
	began := time.Now()
	verdicts := b.sync(t, readings...)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	locked := 0
	for _, v := range verdicts {
		if v.Fate == appointment.Locked {
			locked++
		}
	}
	if locked > 500/4 || verdicts[499].Fate != appointment.Locked {
		t.Errorf("%d posts locked; want the one in the gap, and not many more", locked)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	for i, v := range verdicts {
		if v.Fate == appointment.Locked {
			wantSettled(t, b.sync(t, readings[i])[0], false)
		}
	}
}

func TestTransaction(t *testing.T) {
	b := open(t)
	b.row(t, 7, "status", "before")
	b.row(t, 8, "status", "before")

	t.Run("is READ COMMITTED, and waits a second at most", func(t *testing.T) {
		tx := b.foreign(t, "UPDATE wp_postmeta SET meta_value = 'theirs' WHERE post_id = 7")
		verdicts := b.syncing(t, read(7, 2, set("status", "ours", 1)))
		b.waiting(t)
		if n := b.number(t, "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_isolation_level = 'READ COMMITTED'"); n != 1 {
			t.Errorf("%d transactions wait in READ COMMITTED", n)
		}
		if v := verdicts()[0]; v.Fate != appointment.Locked {
			t.Errorf("fate %d", v.Fate)
		}
		_ = tx.Rollback()
	})
	t.Run("makes no second row when another program adds the key while it waits", func(t *testing.T) {
		tx := b.foreign(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (7, 'room', 'theirs')")
		verdicts := b.syncing(t, read(7, 4, set("room", "ours", 3)))
		b.waiting(t)
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wantSettled(t, verdicts()[0], false)
		b.want(t, 7, "room", "ours")
	})
	t.Run("bears no row for a post that is deleted while it waits", func(t *testing.T) {
		tx := b.foreign(t, "DELETE FROM wp_posts WHERE ID = 9")
		verdicts := b.syncing(t, read(9, 4, set("room", "ours", 3)))
		b.waiting(t)
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if v := verdicts()[0]; v.Fate != appointment.Doomed {
			t.Errorf("fate %d", v.Fate)
		}
		b.want(t, 9, "room")
	})
	t.Run("waits for a native write of the post, and sees its mark", func(t *testing.T) {
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native'")
		defer b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'offload'")
		defer b.exec(t, "DELETE FROM wp_hospital_native_write")
		tx := b.foreign(t, "SELECT * FROM wp_hospital_sync_state WHERE blog_id = 1 LOCK IN SHARE MODE",
			"INSERT INTO wp_hospital_sync_fence (blog_id, post_id) VALUES (1, 8) ON DUPLICATE KEY UPDATE post_id = post_id",
			"INSERT INTO wp_hospital_native_write VALUES (1, 8, 'status', 6)",
			"UPDATE wp_postmeta SET meta_value = 'core' WHERE post_id = 8 AND meta_key = 'status'")
		verdicts := b.syncing(t, read(8, 6, set("status", "older", 5)))
		b.waiting(t)
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wantSettled(t, verdicts()[0], true)
		b.want(t, 8, "status", "core")
	})
	t.Run("is tried again when it is the victim of a deadlock", func(t *testing.T) {
		b.sync(t, read(7, 10, set("status", "x", 9)), read(8, 10, set("status", "x", 9))) // the fence rows exist: we are the lighter one
		before := deadlocks(t, b)
		tx := b.foreign(t, "INSERT INTO wp_postmeta (post_id, meta_key) SELECT 1000, 'weight' FROM wp_posts", "UPDATE wp_postmeta SET meta_value = 'theirs' WHERE post_id = 8")
		verdicts := b.syncing(t, read(7, 13, set("status", "ours", 11)), read(8, 13, set("status", "ours", 12)))
		b.waiting(t)
		if _, err := tx.ExecContext(t.Context(), "UPDATE wp_postmeta SET meta_value = 'theirs' WHERE post_id = 7"); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts() {
			wantSettled(t, v, false)
		}
		b.want(t, 7, "status", "ours")
		b.want(t, 8, "status", "ours")
		if deadlocks(t, b) == before {
			t.Error("there was no deadlock: this proves nothing")
		}
	})
}

func deadlocks(t *testing.T, b bench) int {
	t.Helper()
	return b.number(t, "SELECT COUNT FROM information_schema.innodb_metrics WHERE NAME = 'lock_deadlocks'")
}
