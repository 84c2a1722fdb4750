package syncer_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/syncer"
)

// running runs a syncer until the test ends, or stop is called.
func (b bench) running(t *testing.T) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return func() error { cancel(); return <-ended }
}

// home waits until a field is in MySQL and Redis is clean.
func (b bench) home(t *testing.T, id uint64, key, value string) {
	t.Helper()
	containers.Eventually(t, 10*time.Second, func(ctx context.Context) error {
		left, err := b.redis.Members(ctx, 1, -1)
		if got := b.value(t, id, key); err != nil || got != value || len(left) > 0 {
			return fmt.Errorf("%q in MySQL, left %v, %v", got, left, err)
		}
		return nil
	})
}

func TestRun(t *testing.T) {
	t.Run("brings home what is written, and stops with its context", func(t *testing.T) {
		b := open(t)
		stop := b.running(t)
		b.set(t, post(1), "status", "x")
		b.home(t, 1, "status", "x")
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Run("writes a field once, however often it changed within a delay", func(t *testing.T) {
		b := open(t, func(o *syncer.Options) { o.Delay = 2 * time.Second })
		for i := range 100 {
			b.set(t, post(1), "status", strconv.Itoa(i))
		}
		if b.Batches.Load() != 0 {
			t.Fatal("it ran before the test said so")
		}
		b.running(t)
		b.home(t, 1, "status", "99")
		if n := b.Batches.Load(); n != 1 || b.Synced.Load() != 1 {
			t.Errorf("%d transactions, %d fields; want one", n, b.Synced.Load())
		}
	})
	t.Run("syncs a field that never rests once in a delay, not more and not never", func(t *testing.T) {
		const delay = 100 * time.Millisecond
		b := open(t, func(o *syncer.Options) { o.Delay = delay })
		b.running(t)
		began, i := time.Now(), 0
		for ; time.Since(began) < 10*delay; i++ {
			b.set(t, post(1), "status", strconv.Itoa(i))
		}
		if n, most := b.Batches.Load(), uint64(time.Since(began)/delay)+1; n < 3 || n > most {
			t.Errorf("%d transactions for %d writes in %v; want 3 to %d", n, i, time.Since(began), most)
		}
		b.home(t, 1, "status", strconv.Itoa(i-1))
	})
	t.Run("loses nothing while MySQL is away, counts no attempt, and comes home when it is back", func(t *testing.T) {
		b := open(t)
		b.line.Cut()
		b.running(t)
		b.set(t, post(1), "status", "x")
		unverified := b.lease()
		unverified.Unverified = true
		w := appointment.Write{Post: slug("appt_2"), Lease: unverified, Fields: []appointment.Field{{Key: "status", Value: "y"}}}
		if _, err := b.redis.Write(t.Context(), []appointment.Write{w}); err != nil {
			t.Fatal(err)
		}
		containers.Eventually(t, 5*time.Second, func(context.Context) error {
			if n := b.Batches.Load(); n < 3 {
				return fmt.Errorf("%d tries", n)
			}
			return nil
		})
		b.want(t, 1, "status", "before")
		b.wantLetters(t)
		b.line.Mend()
		b.home(t, 1, "status", "x")
		b.home(t, 2, "status", "y")
		b.wantLetters(t)
	})
	t.Run("comes through a COMMIT whose answer was lost", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		b.set(t, post(1), "room", "born")
		b.line.LoseAnswerTo("\x03COMMIT")
		b.running(t)
		b.home(t, 1, "status", "x")
		var rows int
		if err := b.sql.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM wp_postmeta WHERE meta_key = 'room'").Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%d rows, %v; want one", rows, err)
		}
	})
}
