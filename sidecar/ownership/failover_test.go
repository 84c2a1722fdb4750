package ownership_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
)

// TestFailover: a replica that Sentinel makes the master is another Redis (R7).
// What it had been sent arrives, the site changes hands, and writes go on. The
// direct API loses nothing of what it takes meanwhile, by MySQL or once the new
// master is there.
func TestFailover(t *testing.T) {
	b, group := open(t), containers.RedisGroup(t)
	options := b.redis.Options
	redis := *options.Redis
	redis.Addr = "127.0.0.1:1" // the sentinel says where
	options.Redis, options.Sentinels = &redis, redisstore.Sentinels{Master: group.Name, Addrs: []string{group.Sentinel}}
	b.redis, b.raw = reopen(t, options), group.Replica
	b.offload(t)
	s := b.sidecar(t, b.redis)
	s.run(t)
	old := s.leased(t, 4)
	if _, err := s.Write(t.Context(), status(1, "replicated", false), 0); err != nil {
		t.Fatal(err)
	}
	if n, err := group.Master.Wait(t.Context(), 1, 10*time.Second).Result(); err != nil || n != 1 {
		t.Fatalf("%d replicas have it: %v", n, err)
	}
	group.KillMaster(t)
	if result, err := s.Write(t.Context(), status(2, "between two masters", true), 0); err != nil {
		t.Errorf("direct write during the failover: %+v, %v", result, err)
	}

	site := b.until(t, func(s appointment.Site) bool { return !s.Native && s.RedisID != old.Token })
	if site.Epoch < 6 {
		t.Errorf("another Redis in the same epoch: %+v", site)
	}
	if got := b.value(t, 1, "status"); got != "replicated" {
		t.Errorf("MySQL has %q", got)
	}
	s.leased(t, site.Epoch)
	if _, err := s.Write(t.Context(), status(1, "by the new master", false), 0); err != nil {
		t.Errorf("write after the failover: %v", err)
	}
	if got := b.raw.HGet(t.Context(), "appointment:1", "status").Val(); got != "by the new master" {
		t.Errorf("the new master has %q", got)
	}
	if _, err := s.syncer.Sync(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if got := b.value(t, 2, "status"); got != "between two masters" {
		t.Errorf("MySQL has %q of what was acknowledged during the failover", got)
	}
}

// TestReplica: one that only follows another is no Redis to write to, whatever
// it would answer.
func TestReplica(t *testing.T) {
	b, group := open(t), containers.RedisGroup(t)
	options := b.redis.Options
	redis := *options.Redis
	redis.Addr = group.Replica.Options().Addr
	options.Redis = &redis
	err := reopen(t, options).Ping(t.Context())
	if !errors.Is(err, appointment.ErrRedisAway) {
		t.Errorf("a replica answers: %v", err)
	}
	// A master that becomes a replica drops its clients, as a sentinel makes it do.
	options.Redis = b.redis.Options.Redis
	store := reopen(t, options)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	master := group.Master.Options().Addr
	host := master[:len(master)-len(":6379")]
	for _, command := range [][]any{{"CONFIG", "SET", "masteruser", "admin", "masterauth", group.Master.Options().Password}, {"REPLICAOF", host, "6379"}, {"CLIENT", "KILL", "TYPE", "normal"}} {
		if err := b.raw.Do(t.Context(), command...).Err(); err != nil {
			t.Fatalf("%v: %v", command, err)
		}
	}
	defer b.raw.Do(context.WithoutCancel(t.Context()), "REPLICAOF", "NO", "ONE")
	containers.Eventually(t, 10*time.Second, func(ctx context.Context) error {
		if err := store.Ping(ctx); !errors.Is(err, appointment.ErrRedisAway) {
			return fmt.Errorf("a demoted master answers: %v", err)
		}
		return nil
	})
}
