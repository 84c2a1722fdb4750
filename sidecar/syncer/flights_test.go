package syncer_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/syncer"
)

// looks counts what barriers look at what waits: when they begin to, and when
// they have.
type looks struct {
	*redisstore.Store
	n     atomic.Int64
	first func() // before the first of them has
}

func (l *looks) Waiting(ctx context.Context, lease appointment.Lease, posts []appointment.Post) (appointment.Waiting, error) {
	if n := l.n.Add(1); n == 1 && l.first != nil {
		l.first()
	}
	defer l.n.Add(1)
	return l.Store.Waiting(ctx, lease, posts)
}

// until waits for so many looks.
func (l *looks) until(t testing.TB, n int64) {
	t.Helper()
	containers.Eventually(t, 5*time.Second, func(context.Context) error {
		if have := l.n.Load(); have < n {
			return fmt.Errorf("%d times", have)
		}
		return nil
	})
}

// counted is the bench with its looks counted.
func counted(t *testing.T, change ...func(*syncer.Options)) (bench, *looks) {
	b := open(t, append(change, lazy)...)
	l := &looks{Store: b.redis}
	b.Syncer = syncer.New(l, b.rows, b.owner, b.Options)
	return b, l
}

// TestBarriersAtOnce: none takes the claim from another, so that it would not
// end before its caller's patience.
func TestBarriersAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		written bool
		most    uint64 // transactions
	}{
		// Of one for all, and of the one that took the post over from it.
		"of a dirty post": {false, 2},
		// Each barrier's own, and again of each for all from which one took the post over.
		"of one that is written to all the time": {true, 24},
	} {
		t.Run(name, func(t *testing.T) {
			b, l := counted(t)
			b.set(t, post(1), "status", "x")
			var began, ended atomic.Int64
			b.rows.before = func() {
				if began.Add(1) == 1 { // nobody is home before all have come
					l.until(t, 32)
				}
			}
			b.rows.after = func() {
				if n := ended.Add(1); c.written {
					b.set(t, post(1), "status", fmt.Sprint("written ", n))
				}
			}
			var group sync.WaitGroup
			for i := range 16 {
				posts := map[bool][]appointment.Post{true: {post(1)}}[i%2 == 0]
				group.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
					defer cancel()
					if _, err := b.Barrier(ctx, 1, posts, nil); err != nil {
						t.Errorf("Barrier(%v): %v", posts, err)
					}
				})
			}
			group.Wait()
			if n := b.Batches.Load(); n > c.most {
				t.Errorf("%d transactions; want %d at most", n, c.most)
			}
		})
	}
}

// TestABarrierBesideAnother: of what another one has claimed, and of what it has not.
func TestABarrierBesideAnother(t *testing.T) {
	// beside runs once the other one has claimed its first posts.
	run := func(t *testing.T, b bench, posts []appointment.Post, beside func()) {
		t.Helper()
		var once atomic.Bool
		b.rows.before = func() {
			if once.CompareAndSwap(false, true) {
				beside()
			}
		}
		if _, err := b.Barrier(t.Context(), 1, posts, nil); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("does not wait behind all posts for one", func(t *testing.T) {
		b, _ := counted(t, func(o *syncer.Options) { o.Batch = 1 })
		for id := uint64(1); id <= 5; id++ {
			b.set(t, post(id), "status", "x")
		}
		run(t, b, nil, func() {
			for _, id := range []uint64{1, 5} { // claimed for all, and not yet
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				if _, err := b.Barrier(ctx, 1, []appointment.Post{post(id)}, nil); err != nil {
					t.Error(err)
				}
				b.want(t, id, "status", "x")
			}
		})
		b.wantDirty(t)
	})
	t.Run("ends with its own caller's patience", func(t *testing.T) {
		b, _ := counted(t)
		b.set(t, post(1), "status", "x")
		run(t, b, []appointment.Post{post(1)}, func() {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if report, err := b.Barrier(ctx, 1, []appointment.Post{post(1)}, nil); err == nil || ctx.Err() == nil {
				t.Errorf("Barrier = %+v, %v", report, err)
			}
		})
		b.wantDirty(t)
	})
	t.Run("is not content with what that one claimed before the call", func(t *testing.T) {
		b, l := counted(t)
		b.set(t, post(1), "status", "x")
		ended := make(chan error, 1)
		run(t, b, []appointment.Post{post(1)}, func() {
			b.set(t, post(1), "status", "y")
			go func() {
				_, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1)}, nil)
				b.want(t, 1, "status", "y")
				ended <- err
			}()
			l.until(t, 4)
		})
		if err := <-ended; err != nil {
			t.Error(err)
		}
		b.wantDirty(t)
	})
	for name, joins := range map[string]bool{"goes on alone where that one failed": false, "goes on alone where one that it joined failed": true} {
		t.Run(name, func(t *testing.T) {
			b, l := counted(t)
			b.set(t, post(1), "status", "x")
			ctx, hangUp := context.WithCancel(t.Context())
			claimed, ended := make(chan struct{}), make(chan error, 1)
			join := func() {
				_, err := b.Barrier(t.Context(), 1, []appointment.Post{post(1)}, nil)
				ended <- err
			}
			if joins { // it has called before that one claims, and goes on then
				l.first = func() { <-claimed }
				go join()
				l.until(t, 1)
			}
			var once atomic.Bool
			b.rows.before = func() {
				if once.CompareAndSwap(false, true) {
					if close(claimed); !joins {
						go join()
					}
					l.until(t, 4)
					hangUp()
				}
			}
			if _, err := b.Barrier(ctx, 1, []appointment.Post{post(1)}, nil); err == nil {
				t.Error("no error")
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
			b.want(t, 1, "status", "x")
			b.wantDirty(t)
		})
	}
}
