package syncer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/syncer"
)

// TestBatches: a transaction is of so many posts, or of fewer that have many
// fields.
func TestBatches(t *testing.T) {
	for _, each := range []struct {
		posts, fields int
		want          uint64
	}{
		{60, 1, 1},
		{101, 1, 2},
		{60, 200, 2}, // 10,000 fields of the first fifty
	} {
		t.Run(fmt.Sprintf("%d posts of %d fields each", each.posts, each.fields), func(t *testing.T) {
			b := open(t, lazy)
			var writes []appointment.Write
			for i := range each.posts {
				id := uint64(1000 + i)
				b.made(t, id)
				w := appointment.Write{Post: post(id), Lease: b.lease()}
				for j := range each.fields {
					w.Fields = append(w.Fields, appointment.Field{Key: fmt.Sprint("field_", j), Value: "x"})
				}
				writes = append(writes, w)
			}
			if _, err := b.redis.Write(t.Context(), writes); err != nil {
				t.Fatal(err)
			}
			report, err := b.Barrier(t.Context(), 1, nil, nil)
			if err != nil || report.Synced != each.posts*each.fields {
				t.Errorf("Barrier = %+v, %v", report, err)
			}
			if n := b.Batches.Load(); n != each.want {
				t.Errorf("%d transactions; want %d", n, each.want)
			}
			b.wantDirty(t)
		})
	}
}

// TestLargeBatches: a batch has as many bytes as a small process can carry, and
// what is larger by itself comes home all the same.
func TestLargeBatches(t *testing.T) {
	many := func(b bench, posts, size int, more ...appointment.Field) {
		t.Helper()
		for i := range posts {
			id := uint64(1000 + i)
			b.made(t, id)
			fields := append([]appointment.Field{{Key: "notes", Value: strings.Repeat("x", size)}}, more...)
			if _, err := b.redis.Write(t.Context(), []appointment.Write{{Post: post(id), Lease: b.lease(), Fields: fields}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, each := range []struct {
		posts, size int
		want        uint64
	}{
		{100, 50_000, 1},
		{12, 1 << 20, 2},
		{3, 4 << 20, 2},
	} {
		t.Run(fmt.Sprintf("%d posts of %d bytes each", each.posts, each.size), func(t *testing.T) {
			b := open(t, lazy)
			many(b, each.posts, each.size)
			if report, err := b.Barrier(t.Context(), 1, nil, nil); err != nil || report.Synced != each.posts {
				t.Errorf("Barrier = %+v, %v", report, err)
			}
			if n := b.Batches.Load(); n != each.want {
				t.Errorf("%d transactions; want %d", n, each.want)
			}
			b.wantDirty(t)
		})
	}
	t.Run("the rest of large posts, once a field of theirs is a dead letter", func(t *testing.T) {
		b := open(t, lazy)
		many(b, 3, 100_000, appointment.Field{Key: "bad", Value: "\xff"})
		if report, err := b.Barrier(t.Context(), 1, nil, nil); err != nil || report.Synced != 3 || report.Dead != 3 {
			t.Errorf("Barrier = %+v, %v", report, err)
		}
		b.wantDirty(t)
	})
	t.Run("one whose values take three seconds to arrive", func(t *testing.T) {
		b := open(t, lazy)
		many(b, 1, 4<<20)
		line := containers.NewProxy(t, containers.RedisAdmin(t).Options().Addr)
		types, err := appointment.ParseTypes(appointment.DefaultTypes)
		if err != nil {
			t.Fatal(err)
		}
		far := redisstore.Open(redisstore.Options{
			Redis: &redis.Options{Addr: line.Addr, Username: "hospital", Password: "test", ReadTimeout: 2 * time.Second}, // as the sidecar opens it
			Types: types, SyncDelay: delay, ClaimLease: 20 * time.Second, BackoffMax: time.Second, CleanTTL: time.Hour,
		})
		t.Cleanup(func() { _ = far.Close() })
		line.Set(containers.Toxics{Latency: 45 * time.Millisecond}) // of each of its 64 KiB
		if report, err := syncer.New(far, b.rows, b.owner, b.Options).Sync(t.Context(), 1); err != nil || report.Synced != 1 {
			t.Errorf("Sync = %+v, %v", report, err)
		}
		b.wantDirty(t)
	})
}

// TestForeignKeys: somebody has put strings where posts' fields were. What
// waited there are dead letters, and nobody waits for them.
func TestForeignKeys(t *testing.T) {
	b := open(t)
	for id := uint64(1); id <= 6; id++ {
		b.set(t, post(id), "status", "x")
	}
	remove := appointment.Write{Post: post(7), Lease: b.lease(), Fields: []appointment.Field{{Key: "status", Delete: true}}}
	if _, err := b.redis.Write(t.Context(), []appointment.Write{remove}); err != nil {
		t.Fatal(err)
	}
	raw := containers.RedisAdmin(t)
	theirs := []string{"appointment:2", "appointment:3:dirty", "appointment:4", "appointment:4:dirty", "doctor:5:availability", "appointment:7"}
	for _, key := range theirs {
		if err := raw.Set(t.Context(), key, "somebody's", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := b.Barrier(ctx, 1, nil, nil); err != nil {
		t.Errorf("a barrier for all: %v", err)
	}
	for id, want := range map[uint64]string{1: "x", 2: "before", 3: "before", 4: "before", 5: "x", 6: "x", 7: ""} {
		b.want(t, id, "status", want)
	}
	b.wantLetters(t, "2 status value_lost ", "3 * no_version ", "3 status no_version x", "4 * no_version ")
	b.wantDirty(t)
	for _, key := range theirs {
		if value := raw.Get(t.Context(), key).Val(); value != "somebody's" {
			t.Errorf("%s holds %q", key, value)
		}
	}
	if err := b.redis.Mark(t.Context(), b.lease(), post(4)); err != nil {
		t.Fatal(err)
	}
	if report, err := b.Drain(t.Context(), 1); err != nil || report.Left != 0 || report.Dead != 0 {
		t.Errorf("Drain = %+v, %v", report, err)
	}
}
