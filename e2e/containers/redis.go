package containers

import (
	"context"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

var sharedRedis = sync.OnceValues(startRedis)

func startRedis() (string, error) {
	r, err := start("redis", redisTag(), []string{"HOSPITAL_REDIS_PASSWORD=test", "HOSPITAL_REDIS_ADMIN_PASSWORD=test"}, nil, "6379/tcp")
	if err != nil {
		return "", err
	}
	address := r.GetHostPort("6379/tcp")
	client := redis.NewClient(&redis.Options{Addr: address, Username: "admin", Password: "test"})
	defer client.Close()
	return address, started.pool.Retry(func() error { return client.Ping(context.Background()).Err() })
}

// Redis returns how to reach a real Redis with our redis.conf, as the sidecar's
// own ACL user. Its data is emptied for each test; tests of one binary that use
// it must not run in parallel.
func Redis(t testing.TB) *redis.Options {
	t.Helper()
	admin := RedisAdmin(t)
	if err := admin.FlushAll(t.Context()).Err(); err != nil {
		t.Fatalf("empty Redis: %v", err)
	}
	return &redis.Options{Addr: admin.Options().Addr, Username: "hospital", Password: "test"}
}

// RedisAdmin is a client of the same Redis that may do anything.
func RedisAdmin(t testing.TB) *redis.Client {
	t.Helper()
	needDocker(t)
	address, err := sharedRedis()
	if err != nil {
		t.Fatal(err)
	}
	admin := redis.NewClient(&redis.Options{Addr: address, Username: "admin", Password: "test"})
	t.Cleanup(func() { _ = admin.Close() })
	return admin
}
