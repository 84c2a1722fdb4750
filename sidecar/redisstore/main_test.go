package redisstore_test

import (
	"context"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
)

func TestMain(m *testing.M) { os.Exit(containers.Main(m)) }

// bench is a store on an empty Redis that has returned to offload in epoch 2.
type bench struct {
	*redisstore.Store
	raw   *redis.Client
	lease appointment.Lease
}

func open(t testing.TB) bench {
	t.Helper()
	types, err := appointment.ParseTypes(appointment.DefaultTypes)
	if err != nil {
		t.Fatal(err)
	}
	b := bench{raw: containers.RedisAdmin(t)}
	b.Store = redisstore.Open(redisstore.Options{
		Redis: containers.Redis(t), Types: types, SyncDelay: 250 * time.Millisecond,
		ClaimLease: 10 * time.Second, BackoffMax: 30 * time.Second, CleanTTL: time.Hour,
	})
	t.Cleanup(func() { _ = b.Close() })
	id, err := b.RaiseFloor(t.Context(), 1, 2, "clinic", false)
	if err != nil {
		t.Fatal(err)
	}
	b.lease = appointment.Lease{Blog: 1, Epoch: 2, Token: id}
	return b
}

func post(id uint64) appointment.Post {
	return appointment.Post{Blog: 1, ID: id, Type: "hospital_appointment"}
}

// set writes fields given as key, value, ...
func (b bench) set(t *testing.T, p appointment.Post, pairs ...string) []appointment.Outcome {
	t.Helper()
	w := appointment.Write{Post: p, Lease: b.lease}
	for i := 0; i < len(pairs); i += 2 {
		w.Fields = append(w.Fields, appointment.Field{Key: pairs[i], Value: pairs[i+1]})
	}
	outcomes, err := b.Write(t.Context(), []appointment.Write{w})
	if err != nil {
		t.Fatal(err)
	}
	return outcomes[0]
}

// claim claims one post whether or not it is due.
func (b bench) claim(t *testing.T, p appointment.Post) appointment.Reading {
	t.Helper()
	readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{p}, true)
	if err != nil || len(readings) != 1 {
		t.Fatalf("Claim = %v, %v; want one reading", readings, err)
	}
	return readings[0]
}

// ack acknowledges every field of a reading as written.
func (b bench) ack(t *testing.T, r appointment.Reading) bool {
	t.Helper()
	settled := make([]appointment.Settled, len(r.Fields))
	for i, f := range r.Fields {
		settled[i] = appointment.Settled{Dirty: f}
	}
	acked, err := b.Ack(t.Context(), b.lease, []appointment.Reading{r}, [][]appointment.Settled{settled})
	if err != nil {
		t.Fatal(err)
	}
	return acked[0]
}

func (b bench) hash(t *testing.T, key string) map[string]string {
	t.Helper()
	h, err := b.raw.HGetAll(t.Context(), key).Result()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// values is a hash without the time that every write leaves in it.
func (b bench) values(t *testing.T, key string) map[string]string {
	t.Helper()
	h := b.hash(t, key)
	delete(h, "last_updated_redis")
	return h
}

func wantValues(t *testing.T, got, want map[string]string) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
}

func (b bench) dirtyCount(t *testing.T) int64 {
	t.Helper()
	n, err := b.raw.ZCard(context.Background(), "appointments:dirty").Result()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (b bench) generation(t *testing.T) uint64 {
	t.Helper()
	view, err := b.Dirty(t.Context(), 1, b.lease.Token, nil)
	if err != nil {
		t.Fatal(err)
	}
	return view.Generation
}
