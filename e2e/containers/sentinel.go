package containers

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/ory/dockertest/v3"
	"github.com/ory/dockertest/v3/docker"
	"github.com/redis/go-redis/v9"
)

// Group is a master, its replica, and a sentinel that promotes the replica a
// second after the master is gone.
type Group struct {
	Name     string
	Sentinel string // host:port
	Master   *redis.Client
	Replica  *redis.Client

	master *dockertest.Resource
}

// RedisGroup starts one for this test alone. Its servers know each other by the
// addresses of their containers, which this host reaches too.
func RedisGroup(t testing.TB) Group {
	t.Helper()
	needDocker(t)
	// Its own password: the address of a master that was killed goes to another container, and this sentinel would make
	// a replica of whatever lets it in.
	secret := rand.Text()
	env := []string{"HOSPITAL_REDIS_PASSWORD=test", "HOSPITAL_REDIS_ADMIN_PASSWORD=" + secret}
	login := []string{"--masteruser", "admin", "--masterauth", secret}
	master := must(t)(start("redis", redisTag(), env, login))
	at := address(master)
	replica := must(t)(start("redis", redisTag(), env, append(login, "--replicaof", at, "6379")))
	g := Group{Name: "clinic", Master: admin(t, at, secret), Replica: admin(t, address(replica), secret), master: master}
	Eventually(t, time.Minute, func(ctx context.Context) error {
		info, err := g.Replica.InfoMap(ctx, "replication").Result()
		if status := info["Replication"]["master_link_status"]; err == nil && status != "up" {
			err = fmt.Errorf("the link to the master is %q", status)
		}
		return err
	})
	conf := fmt.Sprintf(`printf '%%s\n' 'protected-mode no' 'sentinel monitor %s %s 6379 1' 'sentinel auth-user %[1]s admin' 'sentinel auth-pass %[1]s %[3]s' `+
		`'sentinel down-after-milliseconds %[1]s 1000' 'sentinel failover-timeout %[1]s 5000' >/tmp/sentinel.conf && exec redis-server /tmp/sentinel.conf --sentinel`, g.Name, at, secret)
	g.Sentinel = address(must(t)(startBy([]string{"sh", "-c"}, "redis", redisTag(), nil, []string{conf}))) + ":26379"
	sentinel := redis.NewSentinelClient(&redis.Options{Addr: g.Sentinel})
	t.Cleanup(func() { _ = sentinel.Close() })
	Eventually(t, time.Minute, func(ctx context.Context) error {
		replicas, err := sentinel.Replicas(ctx, g.Name).Result()
		if err == nil && len(replicas) != 1 {
			err = fmt.Errorf("the sentinel knows %d replicas", len(replicas))
		}
		return err
	})
	return g
}

// KillMaster ends the master by SIGKILL, for good.
func (g Group) KillMaster(t testing.TB) {
	t.Helper()
	if err := started.pool.Client.KillContainer(docker.KillContainerOptions{ID: g.master.Container.ID, Signal: docker.SIGKILL}); err != nil {
		t.Fatal(err)
	}
}

func address(r *dockertest.Resource) string { return r.Container.NetworkSettings.IPAddress }

func admin(t testing.TB, host, password string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: host + ":6379", Username: "admin", Password: password})
	t.Cleanup(func() { _ = c.Close() })
	Eventually(t, time.Minute, func(ctx context.Context) error { return c.Ping(ctx).Err() })
	return c
}

func must(t testing.TB) func(*dockertest.Resource, error) *dockertest.Resource {
	return func(r *dockertest.Resource, err error) *dockertest.Resource {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}
