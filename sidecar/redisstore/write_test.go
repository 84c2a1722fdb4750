package redisstore_test

import (
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestWrite(t *testing.T) {
	updated, unchanged := appointment.Updated, appointment.Unchanged

	t.Run("stores value, mark and due time in one step, and HGETALL reads like the guide", func(t *testing.T) {
		b := open(t)
		if got := b.set(t, post(7), "status", "confirmed", "room", "12"); !slices.Equal(got, []appointment.Outcome{updated, updated}) {
			t.Errorf("outcomes %v", got)
		}
		h := b.hash(t, "appointment:7")
		if h["status"] != "confirmed" || h["room"] != "12" || len(h) != 3 || !regexp.MustCompile(`^\d{10}$`).MatchString(h["last_updated_redis"]) {
			t.Errorf("appointment:7 = %q", h)
		}
		marks := b.hash(t, "appointment:7:dirty")
		if len(marks) != 2 || !regexp.MustCompile(`^2-1@\d{13}$`).MatchString(marks["status"]) || !regexp.MustCompile(`^2-2@\d{13}$`).MatchString(marks["room"]) {
			t.Errorf("appointment:7:dirty = %q", marks)
		}
		score, err := b.raw.ZScore(t.Context(), "appointments:dirty", "7").Result()
		if wait := time.Until(time.UnixMilli(int64(score))); err != nil || wait > 250*time.Millisecond || wait < -5*time.Second {
			t.Errorf("due in %v, %v; want within the sync delay", wait, err)
		}
	})
	t.Run("a doctor lives under the guide's other key", func(t *testing.T) {
		b := open(t)
		b.set(t, appointment.Post{Blog: 1, ID: 3, Type: "hospital_doctor"}, "available", "1")
		wantValues(t, b.values(t, "doctor:3:availability"), map[string]string{"available": "1"})
	})
	t.Run("another blog's keys carry its id", func(t *testing.T) {
		b := open(t)
		id, err := b.RaiseFloor(t.Context(), 4, 2, "clinic", false)
		if err != nil {
			t.Fatal(err)
		}
		w := appointment.Write{Post: appointment.Post{Blog: 4, ID: 7, Type: "hospital_appointment"}, Lease: appointment.Lease{Blog: 4, Epoch: 2, Token: id},
			Fields: []appointment.Field{{Key: "status", Value: "x"}}}
		if _, err := b.Write(t.Context(), []appointment.Write{w}); err != nil {
			t.Fatal(err)
		}
		wantValues(t, b.values(t, "site:4:appointment:7"), map[string]string{"status": "x"})
	})
	t.Run("a value equal to the dirty one is unchanged, and a write of its own all the same", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "confirmed")
		committed := b.claim(t, post(7)) // and core writes the row itself before this is cleared
		if got := b.set(t, post(7), "status", "confirmed"); got[0] != unchanged {
			t.Errorf("outcome %v", got)
		}
		b.ack(t, committed)
		if again := b.claim(t, post(7)); len(again.Fields) != 1 || again.Fields[0].Version.Compare(committed.Fields[0].Version) <= 0 {
			t.Errorf("left dirty: %+v; want a later version, else core's value stays", again.Fields)
		}
	})
	t.Run("a value equal to the caller's row is unchanged, and written all the same", func(t *testing.T) {
		b := open(t)
		row := "pending"
		w := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "status", Value: "pending", Row: &row}}}
		got, err := b.Write(t.Context(), []appointment.Write{w})
		if err != nil || got[0][0] != unchanged {
			t.Errorf("outcome %v, %v", got, err)
		}
		if len(b.hash(t, "appointment:7:dirty")) != 1 {
			t.Error("the field is not dirty: an older value in flight would win")
		}
	})
	t.Run("a deletion leaves a tombstone", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x", "room", "1")
		w := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "room", Delete: true}}}
		if _, err := b.Write(t.Context(), []appointment.Write{w}); err != nil {
			t.Fatal(err)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "x"})
		if b.hash(t, "appointment:7:dirty")["room"] == "" {
			t.Error("no tombstone")
		}
	})
	t.Run("bytes come back as they went in", func(t *testing.T) {
		b := open(t)
		odd := "a\x00b\xff'\"\\\n😀" + string(make([]byte, 1<<20))
		b.set(t, post(7), "notes: 100% \x01", odd)
		if r := b.claim(t, post(7)); r.Fields[0].Value != odd || r.Fields[0].Key != "notes: 100% \x01" {
			t.Errorf("claimed %d bytes under %q", len(r.Fields[0].Value), r.Fields[0].Key)
		}
	})
	t.Run("a dirty field never expires, though its clean copy would have", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		b.ack(t, b.claim(t, post(7)))
		if ttl := b.raw.TTL(t.Context(), "appointment:7").Val(); ttl <= 0 {
			t.Fatalf("clean copy's TTL %v", ttl)
		}
		b.set(t, post(7), "room", "2")
		if ttl := b.raw.TTL(t.Context(), "appointment:7").Val(); ttl != -1 {
			t.Errorf("TTL %v with a dirty field; want none", ttl)
		}
	})
	t.Run("survives SCRIPT FLUSH, writing once", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		if err := b.raw.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		b.set(t, post(7), "status", "y")
		if n := b.hash(t, "appointments:floor")["counter"]; n != "2" {
			t.Errorf("counter %s after two writes", n)
		}
	})
}

func TestWriteIsRefused(t *testing.T) {
	write := func(b bench, lease appointment.Lease, t *testing.T) error {
		_, err := b.Write(t.Context(), []appointment.Write{{Post: post(7), Lease: lease, Fields: []appointment.Field{{Key: "status", Value: "late"}}}})
		if n := b.raw.Exists(t.Context(), "appointment:7", "appointment:7:dirty", "appointments:dirty").Val(); n != 0 {
			t.Errorf("a refused write left %d keys", n)
		}
		return err
	}
	t.Run("below the floor (R2)", func(t *testing.T) {
		b := open(t)
		if _, err := b.RaiseFloor(t.Context(), 1, 3, "clinic", false); err != nil {
			t.Fatal(err)
		}
		if err := write(b, b.lease, t); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("with another token, and without a floor (R7)", func(t *testing.T) {
		b := open(t)
		other := b.lease
		other.Token += "x"
		if err := write(b, other, t); !errors.Is(err, appointment.ErrOtherRedis) {
			t.Errorf("error %v", err)
		}
		if err := b.raw.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if err := write(b, b.lease, t); !errors.Is(err, appointment.ErrOtherRedis) {
			t.Errorf("after FLUSHALL: error %v", err)
		}
	})
	t.Run("with another run id (R7)", func(t *testing.T) {
		b := open(t)
		other := b.lease
		other.Token = "0123" + other.Token
		if err := write(b, other, t); !errors.Is(err, appointment.ErrOtherRedis) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("as a whole at maxmemory", func(t *testing.T) {
		b := open(t)
		limit := b.raw.ConfigGet(t.Context(), "maxmemory").Val()["maxmemory"]
		if err := b.raw.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
			t.Fatal(err)
		}
		defer b.raw.ConfigSet(t.Context(), "maxmemory", limit)
		if err := write(b, b.lease, t); !errors.Is(err, appointment.ErrRedisFull) {
			t.Errorf("error %v", err)
		}
	})
}

func TestWriteRaisesTheFloor(t *testing.T) {
	b := open(t)
	newer := b.lease
	newer.Epoch = 5
	if _, err := b.Write(t.Context(), []appointment.Write{{Post: post(7), Lease: newer, Fields: []appointment.Field{{Key: "status", Value: "x"}}}}); err != nil {
		t.Fatal(err)
	}
	if got := b.hash(t, "appointments:floor")["epoch"]; got != "5" {
		t.Errorf("floor %s after a write in epoch 5", got)
	}
}

func TestSetStatus(t *testing.T) {
	b := open(t)
	w := appointment.Write{Post: post(7), Lease: b.lease}
	t.Run("answers no for an appointment that nobody knows, and leaves nothing", func(t *testing.T) {
		if ok, err := b.SetStatus(t.Context(), w, "confirmed", false); ok || err != nil {
			t.Errorf("SetStatus = %v, %v", ok, err)
		}
		if b.dirtyCount(t) != 0 {
			t.Error("something is dirty")
		}
	})
	t.Run("writes status and time for one that MySQL knows, then for one that Redis knows", func(t *testing.T) {
		if ok, err := b.SetStatus(t.Context(), w, "confirmed", true); !ok || err != nil {
			t.Errorf("known: SetStatus = %v, %v", ok, err)
		}
		if ok, err := b.SetStatus(t.Context(), w, "completed", false); !ok || err != nil {
			t.Errorf("in Redis: SetStatus = %v, %v", ok, err)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "completed"})
		if b.dirtyCount(t) != 1 {
			t.Error("not dirty")
		}
	})
}

func TestDelete(t *testing.T) {
	b := open(t)
	w := appointment.Write{Post: post(7), Lease: b.lease}
	if ok, err := b.Delete(t.Context(), w); ok || err != nil {
		t.Errorf("of nothing: Delete = %v, %v", ok, err)
	}
	b.set(t, post(7), "status", "x", "room", "1")
	b.ack(t, b.claim(t, post(7)))
	if ok, err := b.Delete(t.Context(), w); !ok || err != nil {
		t.Errorf("Delete = %v, %v", ok, err)
	}
	r := b.claim(t, post(7))
	if len(r.Fields) != 2 || !r.Fields[0].Deleted || !r.Fields[1].Deleted {
		t.Errorf("reading %+v; want two tombstones", r.Fields)
	}
	b.ack(t, r)
	if n := b.raw.Exists(t.Context(), "appointment:7", "appointment:7:dirty").Val(); n != 0 {
		t.Errorf("%d keys left of a deleted appointment", n)
	}
}

func TestForget(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "status", "x")
	b.claim(t, post(7))
	if there, err := b.Forget(t.Context(), b.lease, post(7)); !there || err != nil {
		t.Errorf("Forget = %v, %v", there, err)
	}
	keys, err := b.raw.Keys(t.Context(), "*").Result()
	if err != nil || !slices.Equal(keys, []string{"appointments:floor"}) {
		t.Errorf("left: %q, %v", keys, err)
	}
}
