package redisstore_test

import (
	"context"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// configure sets a setting of Redis until the test ends.
func (b bench) configure(t *testing.T, name, value string) {
	t.Helper()
	before := b.raw.ConfigGet(t.Context(), name).Val()[name]
	if err := b.raw.ConfigSet(t.Context(), name, value).Err(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.raw.ConfigSet(context.Background(), name, before).Err(); err != nil {
			t.Errorf("restore %s: %v", name, err)
		}
	})
}

// flushing writes a field of a post in each of the ways, and tells for each
// whether it was on disk when it was answered.
func (b bench) flushing(t *testing.T, wait time.Duration) (written, status, deleted bool) {
	t.Helper()
	ask := func() appointment.Write {
		return appointment.Write{
			Post: post(7), Lease: b.lease, Flush: &appointment.Flush{Wait: wait},
			Fields: []appointment.Field{{Key: "room", Value: "12"}},
		}
	}
	first, second, third := ask(), ask(), ask()
	outcomes, err := b.Write(t.Context(), []appointment.Write{first, {Post: post(8), Lease: b.lease, Fields: first.Fields}})
	if err != nil || len(outcomes) != 2 {
		t.Fatalf("Write = %v, %v", outcomes, err)
	}
	if ok, err := b.SetStatus(t.Context(), second, "x", true); err != nil || !ok {
		t.Fatalf("SetStatus = %v, %v", ok, err)
	}
	if ok, err := b.Delete(t.Context(), third); err != nil || !ok {
		t.Fatalf("Delete = %v, %v", ok, err)
	}
	return first.Flush.Done, second.Flush.Done, third.Flush.Done
}

func TestFlush(t *testing.T) {
	server, err := open(t).Server(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("is known at once with appendfsync always", func(t *testing.T) {
		b := open(t)
		b.configure(t, "appendfsync", "always")
		if w, s, d := b.flushing(t, 200*time.Millisecond); !w || !s || !d {
			t.Errorf("on disk: %v, %v, %v", w, s, d)
		}
	})
	t.Run("is known after scripts had to be loaded again", func(t *testing.T) {
		b := open(t)
		b.configure(t, "appendfsync", "always")
		b.raw.ScriptFlush(t.Context())
		if w, s, d := b.flushing(t, 200*time.Millisecond); !w || !s || !d {
			t.Errorf("on disk: %v, %v, %v", w, s, d)
		}
	})
	t.Run("with appendfsync everysec is waited for where Redis has WAITAOF, else denied", func(t *testing.T) {
		b := open(t)
		can := server.CannotFlush() == ""
		w := appointment.Write{Post: post(7), Lease: b.lease, Flush: &appointment.Flush{Wait: 10 * time.Second}, Fields: []appointment.Field{{Key: "room", Value: "12"}}}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if _, err := b.Write(ctx, []appointment.Write{w}); err != nil || w.Flush.Done != can {
			t.Errorf("Write: %v; on disk: %v, want %v (%s)", err, w.Flush.Done, can, server.Version)
		}
	})
	t.Run("that does not come in time leaves the write as it is", func(t *testing.T) {
		b := open(t)
		b.configure(t, "appendfsync", "no")
		if w, s, d := b.flushing(t, time.Millisecond); w || s || d {
			t.Errorf("on disk: %v, %v, %v", w, s, d)
		}
		if b.hash(t, "appointment:8")["room"] != "12" {
			t.Error("the write is not there")
		}
	})
	t.Run("is denied without an append-only file", func(t *testing.T) {
		b := open(t)
		b.configure(t, "appendonly", "no")
		if w, s, d := b.flushing(t, time.Millisecond); w || s || d {
			t.Errorf("on disk: %v, %v, %v", w, s, d)
		}
		if server, err := b.Server(t.Context()); err != nil || server.CannotFlush() == "" {
			t.Errorf("CannotFlush of %+v, %v", server, err)
		}
	})
}
