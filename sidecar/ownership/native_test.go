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
	"hospital-appointments-redis/sidecar/redisstore"
)

// offline is a site in offload whose sidecar's line to Redis can be cut.
type offline struct {
	bench
	wire  *containers.Proxy
	store *redisstore.Store
}

func openOffline(t *testing.T) offline {
	t.Helper()
	b := open(t)
	options := containers.Redis(t) // it empties Redis
	b.offload(t)
	wire := containers.NewProxy(t, options.Addr)
	options.Addr = wire.Addr
	store := reopen(t, redisstore.Options{Redis: options, Types: b.types, SyncDelay: time.Minute, ClaimLease: 10 * time.Second, BackoffMax: time.Second, CleanTTL: time.Hour})
	return offline{b, wire, store}
}

func lease(l time.Duration) func(*ownership.Options) {
	return func(o *ownership.Options) { o.Lease = l }
}

func (b offline) number(t *testing.T, query string) (n int) {
	t.Helper()
	if err := b.sql.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWithoutRedis(t *testing.T) {
	t.Run("a direct write takes the site over, waits until every lease is over, and is in wp_postmeta", func(t *testing.T) {
		b := openOffline(t)
		s := b.sidecar(t, b.store, lease(time.Second))
		s.leased(t, 4)
		b.wire.Cut()
		began := time.Now()
		result, err := s.Write(t.Context(), status(1, "kiosk", true), 0)
		if err != nil || !result.Committed || result.Epoch != 5 || len(result.Outcomes[0]) != 1 || time.Since(began) < time.Second {
			t.Errorf("Write = %+v, %v after %v", result, err, time.Since(began))
		}
		if site, err := b.site(t.Context()); err != nil || !site.Native || site.Epoch != 5 || site.Settled != 5 {
			t.Errorf("site %+v, %v", site, err)
		}
		if got := b.value(t, 1, "status"); got != "kiosk" {
			t.Errorf("the row is %q", got)
		}
		if n := b.number(t, "SELECT COUNT(*) FROM wp_hospital_native_write WHERE post_id = 1 AND meta_key = 'status' AND epoch = 5"); n != 1 {
			t.Error("it is not marked")
		}
		if n := b.number(t, "SELECT COUNT(*) FROM wp_hospital_sync_notice WHERE post_id = 1 AND meta_key = 'status'"); n != 1 {
			t.Error("WordPress would never be told")
		}
	})
	t.Run("the wait is paid once, by whoever comes first", func(t *testing.T) {
		b := openOffline(t)
		s, other := b.sidecar(t, b.store, lease(3*time.Second)), b.sidecar(t, b.store, lease(3*time.Second))
		b.wire.Cut()
		if _, err := s.Write(t.Context(), status(1, "first", true), 0); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, each := range []sidecar{s, other} {
			if result, err := each.Write(t.Context(), status(1, "next", true), 0); err != nil || !result.Committed {
				t.Errorf("Write = %+v, %v", result, err)
			}
		}
		if took := time.Since(began); took >= 3*time.Second {
			t.Errorf("two more took %v", took)
		}
	})
	t.Run("what was acknowledged before is older, and does not come over it", func(t *testing.T) {
		b := openOffline(t)
		s := b.sidecar(t, b.store)
		if _, err := s.Write(t.Context(), status(1, "older", true), 0); err != nil {
			t.Fatal(err)
		}
		b.wire.Cut()
		if result, err := s.Write(t.Context(), status(1, "newer", true), 0); err != nil || !result.Committed {
			t.Fatalf("Write = %+v, %v", result, err)
		}
		b.wire.Mend()
		s.run(t)
		b.until(t, offload)
		if got := b.value(t, 1, "status"); got != "newer" || len(b.marks(t, 1)) != 0 {
			t.Errorf("%q after the return, dirty %v", got, b.marks(t, 1))
		}
	})
	t.Run("a status is set where there is such a post, and is nothing where there is none", func(t *testing.T) {
		b := openOffline(t)
		s := b.sidecar(t, b.store)
		b.wire.Cut()
		if result, err := s.SetStatus(t.Context(), direct(2), "checked_in", true); err != nil || !result.Committed || b.value(t, 2, "status") != "checked_in" {
			t.Errorf("SetStatus = %+v, %v", result, err)
		}
		if result, err := s.SetStatus(t.Context(), direct(99), "checked_in", true); err != nil || len(result.Outcomes) != 0 {
			t.Errorf("SetStatus of nobody = %+v, %v", result, err)
		}
	})
	t.Run("a write of WordPress', a delete and a slug that no post has are refused, and change nothing", func(t *testing.T) {
		b := openOffline(t)
		s := b.sidecar(t, b.store)
		b.wire.Cut()
		slug := appointment.Write{Post: appointment.Post{Blog: 1, Slug: "appt_x", Type: "hospital_appointment"}, Direct: true, Fields: []appointment.Field{{Key: "a", Value: "b"}}}
		_, wordpress := s.Write(t.Context(), status(1, "x", false), 0)
		_, unresolved := s.Write(t.Context(), []appointment.Write{slug}, 0)
		_, deleted := s.Delete(t.Context(), direct(1))
		for _, err := range []error{wordpress, unresolved, deleted} {
			if !errors.Is(err, appointment.ErrRedisAway) && !errors.Is(err, appointment.ErrUnknownOutcome) {
				t.Errorf("error %v", err)
			}
		}
		if site, err := b.site(t.Context()); err != nil || site.Native {
			t.Errorf("site %+v, %v", site, err)
		}
	})
	t.Run("since before the sidecar was started, a direct write and a status take the site over all the same", func(t *testing.T) {
		for name, write := range map[string]func(sidecar) (appointment.WriteResult, error){
			"Write": func(s sidecar) (appointment.WriteResult, error) {
				return s.Write(t.Context(), status(1, "kiosk", true), 0)
			},
			"SetStatus": func(s sidecar) (appointment.WriteResult, error) {
				return s.SetStatus(t.Context(), direct(1), "kiosk", true)
			},
		} {
			b := openOffline(t)
			options := b.redis.Options
			redis := *options.Redis
			redis.Addr = "127.0.0.1:1" // refuses; one that is cut takes the connection first, and leaves a doubt
			options.Redis = &redis
			result, err := write(b.sidecar(t, reopen(t, options)))
			if err != nil || !result.Committed || result.Epoch != 5 || b.value(t, 1, "status") != "kiosk" {
				t.Errorf("%s = %+v, %v; the row is %q", name, result, err, b.value(t, 1, "status"))
			}
		}
	})
	t.Run("nor MySQL nothing is written", func(t *testing.T) {
		b := openOffline(t)
		s := b.sidecar(t, b.store)
		s.leased(t, 4)
		b.wire.Cut()
		b.line.Cut()
		if result, err := s.Write(t.Context(), status(1, "x", true), 0); err == nil || b.value(t, 1, "status") != "" {
			t.Errorf("Write = %+v", result)
		}
	})
}

func TestNativeWrite(t *testing.T) {
	native := func(t *testing.T) offline {
		b := openOffline(t)
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = 5, settled = 5")
		return b
	}
	t.Run("whose COMMIT is not answered has an unknown outcome, and is not tried again", func(t *testing.T) {
		b := native(t)
		s := b.sidecar(t, b.store)
		b.line.LoseAnswerTo("\x03COMMIT") // the packet: READ COMMITTED is another
		if _, err := s.Write(t.Context(), status(1, "x", true), 0); !errors.Is(err, appointment.ErrUnknownCommit) {
			t.Errorf("error %v", err)
		}
		containers.Eventually(t, 10*time.Second, func(context.Context) error {
			if got := b.value(t, 1, "status"); got != "x" {
				return fmt.Errorf("%q", got)
			}
			return nil
		})
		if n := b.number(t, "SELECT COUNT(*) FROM wp_postmeta WHERE post_id = 1"); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("after its deadline is ErrDeadline, and nothing is written", func(t *testing.T) {
		b := native(t)
		b.exec(t, "UPDATE wp_hospital_sync_state SET settled = 4")
		s := b.sidecar(t, b.store, lease(2*time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, err := s.Write(ctx, status(1, "x", true), now(t)+int64(200*time.Millisecond)); !errors.Is(err, appointment.ErrDeadline) {
			t.Errorf("while it waits: error %v", err)
		}
		b.exec(t, "UPDATE wp_hospital_sync_state SET settled = 5")
		if _, err := s.Write(t.Context(), status(1, "x", true), now(t)-1); !errors.Is(err, appointment.ErrDeadline) {
			t.Errorf("before the transaction: error %v", err)
		}
		if got := b.value(t, 1, "status"); got != "" {
			t.Errorf("the row is %q", got)
		}
	})
	t.Run("that finds another epoch than it waited for waits again", func(t *testing.T) {
		b := native(t)
		b.exec(t, "UPDATE wp_hospital_sync_state SET settled = 4")
		s := b.sidecar(t, b.store, lease(time.Second), func(o *ownership.Options) {
			write, once := o.WriteNative, false
			o.WriteNative = func(ctx context.Context, epoch uint64, w appointment.Write) error {
				if !once { // stalled: the site has returned and was taken over again
					once = true
					b.exec(t, "UPDATE wp_hospital_sync_state SET epoch = 7")
				}
				return write(ctx, epoch, w)
			}
		})
		began := time.Now()
		result, err := s.Write(t.Context(), status(1, "x", true), 0)
		if err != nil || !result.Committed || result.Epoch != 7 || time.Since(began) < 2*time.Second {
			t.Errorf("Write = %+v, %v after %v", result, err, time.Since(began))
		}
	})
	t.Run("that finds the site offloaded again goes to Redis", func(t *testing.T) {
		b := native(t)
		s := b.sidecar(t, b.store, func(o *ownership.Options) {
			write := o.WriteNative
			o.WriteNative = func(ctx context.Context, epoch uint64, w appointment.Write) error {
				b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'offload', epoch = 6, returned = 6")
				return write(ctx, epoch, w)
			}
		})
		result, err := s.Write(t.Context(), status(1, "x", true), 0)
		if err != nil || result.Committed || result.Epoch != 6 || len(b.marks(t, 1)) != 1 || b.value(t, 1, "status") != "" {
			t.Errorf("Write = %+v, %v; dirty %v", result, err, b.marks(t, 1))
		}
	})
	t.Run("is not made while the site is held for a deactivation", func(t *testing.T) {
		b := native(t)
		b.exec(t, "UPDATE wp_hospital_sync_state SET held = 1")
		s := b.sidecar(t, b.store)
		if _, err := s.Write(t.Context(), status(1, "x", true), 0); !errors.Is(err, appointment.ErrNative) || b.value(t, 1, "status") != "" {
			t.Errorf("error %v", err)
		}
	})
}
