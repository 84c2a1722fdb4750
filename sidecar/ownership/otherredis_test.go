package ownership_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
)

func adopt(o *ownership.Options) { o.Adopt = true }

func TestEmptiedRedis(t *testing.T) {
	b := open(t)
	b.offload(t)
	s := b.sidecar(t, b.redis)
	s.run(t)
	old := s.leased(t, 4)
	if _, err := s.Write(t.Context(), status(1, "lost", false), 0); err != nil {
		t.Fatal(err)
	}
	b.raw.FlushAll(t.Context())
	t.Run("refuses writes at once", func(t *testing.T) {
		w := status(1, "x", false)
		w[0].Lease = old
		if _, err := b.redis.Write(t.Context(), w); !errors.Is(err, appointment.ErrOtherRedis) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("is taken over from, and returned to with a new token and new versions", func(t *testing.T) {
		site := b.until(t, func(s appointment.Site) bool { return !s.Native && s.Epoch == 6 })
		if site.RedisID == old.Token || site.Returned != 6 || site.Settled != 5 {
			t.Errorf("site %+v; the token was %s", site, old.Token)
		}
		lease := s.leased(t, 6)
		if _, err := s.Write(t.Context(), status(1, "new", false), 0); err != nil {
			t.Fatal(err)
		}
		if mark := b.marks(t, 1)["status"]; !strings.HasPrefix(mark, "6-") || lease.Token != site.RedisID {
			t.Errorf("mark %q, lease %+v", mark, lease)
		}
		if s.TakeOvers.Load() != 1 || s.Returns.Load() != 1 {
			t.Errorf("%d take-overs, %d returns", s.TakeOvers.Load(), s.Returns.Load())
		}
	})
	t.Run("that comes back with the old token counts for nothing any more", func(t *testing.T) {
		if _, err := b.redis.Claim(t.Context(), old, []appointment.Post{post(1)}, true); !errors.Is(err, appointment.ErrOtherRedis) {
			t.Errorf("error %v", err)
		}
	})
}

// TestRedisThatCameBackOlder: what it shows as clean it may have from before the
// rows were written, or their post deleted.
func TestRedisThatCameBackOlder(t *testing.T) {
	b := open(t)
	b.offload(t)
	b.raw.HSet(t.Context(), "appointment:2", "status", "of before", "last_updated_redis", "1")
	b.raw.Expire(t.Context(), "appointment:2", time.Hour)
	b.exec(t, "UPDATE wp_hospital_sync_state SET redis_id = CONCAT('an earlier run', SUBSTRING(redis_id, LOCATE(':', redis_id))) WHERE blog_id = 1")
	s := b.sidecar(t, b.redis)
	s.run(t)
	b.until(t, func(s appointment.Site) bool { return !s.Native && s.Epoch == 6 })
	if n := b.raw.Exists(t.Context(), "appointment:2").Val(); n != 0 {
		t.Error("its clean copies are still there")
	}
}

func TestRedisAway(t *testing.T) {
	b := open(t)
	redisLine := containers.NewProxy(t, b.raw.Options().Addr)
	far := *b.redis.Options.Redis
	far.Addr = redisLine.Addr
	options := b.redis.Options
	options.Redis = &far
	store := reopen(t, options)
	b.offload(t)
	s := b.sidecar(t, store)
	s.run(t)
	s.leased(t, 4)
	redisLine.Cut()
	t.Run("is not another Redis: the site stays in offload, and writes fail", func(t *testing.T) {
		if _, err := s.Write(t.Context(), status(1, "x", false), 0); !errors.Is(err, appointment.ErrRedisAway) && !errors.Is(err, appointment.ErrUnknownOutcome) {
			t.Errorf("error %v", err)
		}
		after(t, time.Now().Add(2*leaseTime))
		if site, err := b.site(t.Context()); err != nil || site.Native {
			t.Errorf("site %+v, %v", site, err)
		}
	})
	t.Run("keeps a native site native", func(t *testing.T) {
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = 5")
		after(t, time.Now().Add(1500*time.Millisecond))
		if site, err := b.site(t.Context()); err != nil || !site.Native {
			t.Errorf("site %+v, %v", site, err)
		}
	})
	t.Run("starts the second of native mode anew when it is back", func(t *testing.T) {
		redisLine.Mend()
		began := time.Now()
		b.until(t, offload)
		if took := time.Since(began); took < 900*time.Millisecond {
			t.Errorf("returned after %v on a Redis that was away", took)
		}
	})
}

func TestOtherSite(t *testing.T) {
	for _, c := range []struct {
		name  string
		epoch int
	}{{"that is behind", 2}, {"that is far ahead", 50}} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t)
			b.raw.HSet(t.Context(), "appointments:floor", "token", "theirs", "epoch", c.epoch, "counter", 900, "site", "another clinic")
			b.raw.HSet(t.Context(), "appointment:1", "status", "theirs")
			b.raw.HSet(t.Context(), "appointment:1:dirty", "status", fmt.Sprintf("%d-899@1700000000000", c.epoch))
			b.raw.ZAdd(t.Context(), "appointments:dirty", zero("1"))
			refusing := b.sidecar(t, b.redis)
			stop := refusing.stoppable(t)
			refusing.problem(t, "another clinic", b.name)
			if site, err := b.site(t.Context()); err != nil || !site.Native || b.value(t, 1, "status") != "" {
				t.Errorf("site %+v, %v; or their field is in our database", site, err)
			}
			stop()

			adopting := b.sidecar(t, b.redis, adopt)
			adopting.run(t)
			site := b.until(t, offload)
			if site.Epoch <= uint64(c.epoch) || strings.HasSuffix(site.RedisID, ":theirs") {
				t.Errorf("adopted: site %+v; want an epoch above %d and a new token", site, c.epoch)
			}
			adopting.leased(t, site.Epoch)
			if got := b.value(t, 1, "status"); got != "theirs" {
				t.Errorf("what was dirty: %q in MySQL", got)
			}
			if _, err := adopting.Write(t.Context(), status(1, "ours", false), 0); err != nil {
				t.Fatal(err)
			}
			if _, err := adopting.syncer.Sync(t.Context(), 1); err != nil || b.value(t, 1, "status") != "ours" {
				t.Errorf("a write after it: %q in MySQL, %v", b.value(t, 1, "status"), err)
			}
		})
	}
	t.Run("that took this Redis over in offload is left, not mixed with", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		s.run(t)
		s.leased(t, 4)
		if _, err := b.redis.RaiseFloor(t.Context(), 1, 4, "another clinic", true); err != nil {
			t.Fatal(err)
		}
		b.until(t, func(s appointment.Site) bool { return s.Native })
		s.problem(t, "another clinic")
	})
	t.Run("such as an earlier state of this database is left at once, and named", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		b.raw.HSet(t.Context(), "appointments:floor", "epoch", 40) // a dump was loaded: its row says 4
		s := b.sidecar(t, b.redis)
		s.run(t)
		b.until(t, func(s appointment.Site) bool { return s.Native && s.Epoch == 5 })
		s.problem(t, "epoch 40", "epoch 5", b.name)
		after(t, time.Now().Add(2*leaseTime))
		if site, err := b.site(t.Context()); err != nil || !site.Native || site.Epoch != 5 {
			t.Errorf("site %+v, %v; want it to stay native, not to swing", site, err)
		}
	})
}
