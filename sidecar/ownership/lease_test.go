package ownership_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
)

func TestLease(t *testing.T) {
	t.Run("says epoch and token of the row, lapses when MySQL is away, and is renewed when it is back", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		lease := s.leased(t, 4)
		if site, _ := b.site(t.Context()); lease != (appointment.Lease{Blog: 1, Epoch: 4, Token: site.RedisID}) {
			t.Errorf("lease %+v of %+v", lease, site)
		}
		b.line.Cut()
		began := time.Now()
		containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
			if _, err := s.Lease(ctx, 1); !errors.Is(err, appointment.ErrMySQLAway) {
				return fmt.Errorf("error %v; want ErrMySQLAway", err)
			}
			return nil
		})
		if lasted := time.Since(began); lasted > 5*leaseTime || s.Lapses.Load() == 0 {
			t.Errorf("it lasted for %v, %d lapses", lasted, s.Lapses.Load())
		}
		b.line.Mend()
		s.leased(t, 4)
	})
	t.Run("is kept by Run", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis, func(o *ownership.Options) { o.Lease = time.Second })
		s.run(t)
		s.leased(t, 4)
		lapses, began := s.Lapses.Load(), time.Now()
		for time.Since(began) < 2500*time.Millisecond {
			if _, err := s.Lease(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.Lapses.Load(); n != lapses {
			t.Errorf("lapsed %d times", n-lapses)
		}
	})
	t.Run("counts from the beginning of the read, not from its answer", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		release := b.locked(t)
		answer := make(chan error, 1)
		began := time.Now()
		go func() { _, err := s.Lease(context.Background(), 1); answer <- err }()
		after(t, began.Add(leaseTime+100*time.Millisecond))
		release()
		if err := <-answer; !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v; want none given: it was over before it came", err)
		}
		s.leased(t, 4)
	})
	t.Run("is ErrNative while core writes, without a site row, and without our tables", func(t *testing.T) {
		b := open(t)
		s := b.sidecar(t, b.redis)
		for _, change := range []string{"SELECT 1", "DELETE FROM wp_hospital_sync_state", "DROP TABLE wp_hospital_sync_state"} {
			b.exec(t, change)
			if _, err := s.Site(t.Context(), 1); err != nil && !errors.Is(err, appointment.ErrNative) {
				t.Errorf("Site after %s: %v", change, err)
			}
			if lease, err := s.Lease(t.Context(), 1); !errors.Is(err, appointment.ErrNative) {
				t.Errorf("Lease after %s = %+v, %v", change, lease, err)
			}
		}
	})
	t.Run("is not lost because a caller hung up", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		s.leased(t, 4)
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		if _, err := s.Site(gone, 1); err == nil {
			t.Error("a read for a caller that is gone succeeded")
		}
		if _, err := s.Lease(t.Context(), 1); err != nil {
			t.Errorf("the next caller: %v", err)
		}
	})
	t.Run("costs nobody a timeout while MySQL hangs", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		s.run(t)
		s.leased(t, 4)
		b.locked(t)
		containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
			if _, err := s.Lease(ctx, 1); !errors.Is(err, appointment.ErrMySQLAway) {
				return fmt.Errorf("error %v", err)
			}
			return nil
		})
		began := time.Now()
		for range 50 {
			if _, err := s.Write(t.Context(), status(1, "kiosk", true), 0); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took > 1500*time.Millisecond {
			t.Errorf("50 direct writes took %v", took)
		}
	})
	t.Run("can be had by two sidecars at once", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		one, other := b.sidecar(t, b.redis), b.sidecar(t, b.redis)
		if x, y := one.leased(t, 4), other.leased(t, 4); x != y {
			t.Errorf("leases %+v and %+v", x, y)
		}
	})
}

func TestTicket(t *testing.T) {
	b := open(t)
	s := b.sidecar(t, b.redis)
	t.Run("is ErrNative before the site rows were read", func(t *testing.T) {
		if _, err := s.Ticket(t.Context(), 1); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v", err)
		}
	})
	if _, err := s.Site(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	t.Run("in native is of no Redis that has no floor", func(t *testing.T) {
		if _, err := s.Ticket(t.Context(), 1); !errors.Is(err, appointment.ErrOtherRedis) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("in native is of the Redis there is, in the row's epoch", func(t *testing.T) {
		id, err := b.redis.RaiseFloor(t.Context(), 1, 4, b.name, false)
		if err != nil {
			t.Fatal(err)
		}
		if ticket, err := s.Ticket(t.Context(), 1); err != nil || ticket != (appointment.Lease{Blog: 1, Epoch: 4, Token: id}) {
			t.Errorf("Ticket = %+v, %v", ticket, err)
		}
	})
	t.Run("in native is never of another site's Redis, nor of one that is ahead of this database", func(t *testing.T) {
		b.raw.HSet(t.Context(), "appointments:floor", "epoch", 9)
		if _, err := s.Ticket(t.Context(), 1); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("ahead: error %v", err)
		}
		b.raw.HSet(t.Context(), "appointments:floor", "site", "another", "epoch", 1)
		if _, err := s.Ticket(t.Context(), 1); !errors.Is(err, appointment.ErrOtherSite) {
			t.Errorf("error %v", err)
		}
	})
}
