package ownership_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
)

func TestReturn(t *testing.T) {
	b := open(t)
	// What an outage leaves: a clean copy and a dirty field of epoch 3, and core's own writes of epoch 4.
	before, err := b.redis.RaiseFloor(t.Context(), 1, 3, b.name, false)
	if err != nil {
		t.Fatal(err)
	}
	b.exec(t, "UPDATE wp_hospital_sync_state SET redis_id = ? WHERE blog_id = 1", before)
	lease := appointment.Lease{Blog: 1, Epoch: 3, Token: before}
	for id := uint64(1); id <= 3; id++ {
		w := status(id, "redis", false)
		w[0].Lease = lease
		if _, err := b.redis.Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	b.raw.Del(t.Context(), "appointment:3:dirty") // clean
	b.raw.ZRem(t.Context(), "appointments:dirty", "3")
	b.exec(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (1, 'status', 'core'), (3, 'status', 'core')")
	b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (1, 1, 'status', 4), (1, 3, '', 4), (2, 1, '', 4)")
	b.exec(t, "INSERT INTO wp_hospital_sync_fence VALUES (1, 5, 2, 1, 2, 1), (2, 5, 2, 1, 2, 1)")

	s := b.sidecar(t, b.redis)
	began := time.Now()
	s.run(t)
	site := b.until(t, offload)
	if took := time.Since(began); took < time.Second {
		t.Errorf("after %v; want at least a second of native mode", took)
	}
	t.Run("makes the epoch a new one, and names it and the Redis in the row", func(t *testing.T) {
		if want := (appointment.Site{Blog: 1, Epoch: 5, Settled: 4, Returned: 5, RedisID: before}); site != want {
			t.Errorf("site %+v; want %+v", site, want)
		}
		s.leased(t, 5)
		if s.Returns.Load() != 1 || len(s.Problems()) != 0 {
			t.Errorf("%d returns, problems %q", s.Returns.Load(), s.Problems())
		}
	})
	t.Run("has raised the floor, so that late scripts of the old owner are refused", func(t *testing.T) {
		w := status(4, "late", false)
		w[0].Lease = lease
		if _, err := b.redis.Write(t.Context(), w); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("has drained what was dirty, and left out what core wrote", func(t *testing.T) {
		if n := b.raw.ZCard(t.Context(), "appointments:dirty").Val(); n != 0 {
			t.Errorf("%d posts dirty", n)
		}
		if got := b.value(t, 1, "status"); got != "core" {
			t.Errorf("post 1: %q", got)
		}
		if got := b.value(t, 2, "status"); got != "redis" {
			t.Errorf("post 2: %q", got)
		}
	})
	t.Run("has dropped the clean copies of what core wrote, and no others", func(t *testing.T) {
		if n := b.raw.Exists(t.Context(), "appointment:1", "appointment:3").Val(); n != 0 {
			t.Errorf("%d stale copies left", n)
		}
		if b.raw.Exists(t.Context(), "appointment:2").Val() != 1 {
			t.Error("the copy of post 2 is gone")
		}
	})
	t.Run("has removed the native writes and the old fence rows of this blog only", func(t *testing.T) {
		for table, kept := range map[string]int{"wp_hospital_native_write": 0, "wp_hospital_sync_fence": 1} {
			containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
				var ours, others int
				err := b.sql.QueryRowContext(ctx, "SELECT COALESCE(SUM(blog_id = 1), 0), COALESCE(SUM(blog_id = 2), 0) FROM "+table).Scan(&ours, &others)
				if err != nil || ours != kept || others != 1 {
					return fmt.Errorf("%s: %d rows of ours, %d of others, %v", table, ours, others, err)
				}
				return nil
			})
		}
	})
	t.Run("has noted the epoch beside the site row, should that be lost", func(t *testing.T) {
		var epoch uint64
		if err := b.sql.QueryRowContext(t.Context(), "SELECT epoch FROM wp_hospital_sync_fence WHERE blog_id = 1 AND post_id = 0").Scan(&epoch); err != nil || epoch != 5 {
			t.Errorf("epoch %d, %v; want 5", epoch, err)
		}
	})
}

func TestNoReturn(t *testing.T) {
	t.Run("of a site that is held, but it is settled", func(t *testing.T) {
		b := open(t)
		b.exec(t, "UPDATE wp_hospital_sync_state SET held = 1")
		s := b.sidecar(t, b.redis)
		s.run(t)
		b.until(t, func(s appointment.Site) bool { return s.Settled == 4 })
		after(t, time.Now().Add(4*leaseTime))
		if site, err := b.site(t.Context()); err != nil || !site.Native || site.Epoch != 4 {
			t.Errorf("site %+v, %v", site, err)
		}
		b.exec(t, "UPDATE wp_hospital_sync_state SET held = 0")
		b.until(t, offload)
	})
	t.Run("to a Redis that loses writes, until it is mended", func(t *testing.T) {
		b := open(t)
		fit := make(chan struct{})
		s := b.sidecar(t, b.redis, func(o *ownership.Options) {
			o.Fit = func(context.Context) error {
				select {
				case <-fit:
					return nil
				default:
					return errors.New("maxmemory-policy is allkeys-lru")
				}
			}
		})
		s.run(t)
		s.problem(t, "allkeys-lru")
		if site, err := b.site(t.Context()); err != nil || !site.Native || b.raw.Exists(t.Context(), "appointments:floor").Val() != 0 {
			t.Errorf("site %+v, %v, or a floor was made", site, err)
		}
		close(fit)
		b.until(t, offload)
	})
	t.Run("while somebody holds the rows of what is dirty", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		if _, err := s.Write(t.Context(), status(1, "x", false), 0); err != nil {
			t.Fatal(err)
		}
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = 5")
		b.exec(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (1, 'status', 'before')")
		tx, err := b.sql.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec("SELECT * FROM wp_postmeta WHERE post_id = 1 FOR UPDATE"); err != nil {
			t.Fatal(err)
		}
		s.run(t)
		s.problem(t, "held by somebody else")
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		b.until(t, offload)
		if got := b.value(t, 1, "status"); got != "x" {
			t.Errorf("%q in MySQL", got)
		}
	})
	t.Run("by more than one of two sidecars, and both have the lease", func(t *testing.T) {
		b := open(t)
		one, other := b.sidecar(t, b.redis), b.sidecar(t, b.redis)
		one.run(t)
		other.run(t)
		one.leased(t, 5)
		other.leased(t, 5)
		if n := one.Returns.Load() + other.Returns.Load(); n != 1 {
			t.Errorf("%d returns", n)
		}
	})
	t.Run("of blogs without a row; each blog of a network returns by itself", func(t *testing.T) {
		b := open(t)
		b.exec(t, "INSERT INTO wp_hospital_sync_state (blog_id, epoch) VALUES (2, 7)")
		b.exec(t, "CREATE TABLE wp_2_options LIKE wp_options")
		b.exec(t, "INSERT INTO wp_2_options (option_name, option_value) VALUES ('siteurl', 'http://clinic.test/two')")
		s := b.sidecar(t, b.redis)
		s.run(t)
		b.until(t, offload)
		containers.Eventually(t, 10*time.Second, func(ctx context.Context) error {
			if lease, err := s.Lease(ctx, 2); err != nil || lease.Epoch != 8 {
				return fmt.Errorf("lease %+v, %v", lease, err)
			}
			return nil
		})
		if b.raw.HGet(t.Context(), "site:2:appointments:floor", "epoch").Val() != "7" {
			t.Error("blog 2 has no floor of its own")
		}
		if _, err := s.Lease(t.Context(), 3); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("blog 3: %v", err)
		}
	})
}

// problem waits until a sidecar says why it does not return, in all these words.
func (s sidecar) problem(t *testing.T, words ...string) {
	t.Helper()
	containers.Eventually(t, 10*time.Second, func(context.Context) error {
		got := strings.Join(s.Problems(), "\n")
		for _, each := range words {
			if !strings.Contains(got, each) {
				return fmt.Errorf("problems %q; want %q in them", got, each)
			}
		}
		return nil
	})
}
