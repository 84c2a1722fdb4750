package redisstore_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
)

func z(member string, at time.Time) redis.Z {
	return redis.Z{Member: member, Score: float64(at.UnixMilli())}
}

func TestRaiseFloor(t *testing.T) {
	b := open(t)
	t.Run("keeps the token and never lowers the epoch", func(t *testing.T) {
		id, err := b.RaiseFloor(t.Context(), 1, 1, "clinic", false)
		if err != nil || id != b.lease.Token || b.hash(t, "appointments:floor")["epoch"] != "2" {
			t.Errorf("RaiseFloor = %q, %v, floor %v", id, err, b.hash(t, "appointments:floor"))
		}
	})
	t.Run("refuses another site's Redis, unless it is adopted", func(t *testing.T) {
		if _, err := b.RaiseFloor(t.Context(), 1, 3, "copy", false); !errors.Is(err, appointment.ErrOtherSite) {
			t.Errorf("error %v", err)
		}
		if b.hash(t, "appointments:floor")["epoch"] != "2" {
			t.Error("a refused site raised the floor")
		}
	})
	t.Run("gives an adopted Redis a new token, which refuses the other site's leases", func(t *testing.T) {
		id, err := b.RaiseFloor(t.Context(), 1, 3, "copy", true)
		if err != nil || id == b.lease.Token {
			t.Errorf("RaiseFloor = %q, %v; want another token than %q", id, err, b.lease.Token)
		}
		if _, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7)}, true); !errors.Is(err, appointment.ErrOtherRedis) {
			t.Errorf("claim under the other site's token: %v", err)
		}
	})
	t.Run("gives an emptied Redis a new token", func(t *testing.T) {
		b.raw.FlushAll(t.Context())
		id, err := b.RaiseFloor(t.Context(), 1, 4, "clinic", false)
		if err != nil || id == b.lease.Token {
			t.Errorf("RaiseFloor = %q, %v; want another token", id, err)
		}
	})
}

func TestFloors(t *testing.T) {
	b := open(t)
	floors, err := b.Floors(t.Context(), []uint64{1, 9})
	if err != nil || floors[1].ID != b.lease.Token || floors[1].Missing || floors[1].Site != "clinic" || !floors[9].Missing {
		t.Errorf("Floors = %+v, %v", floors, err)
	}
}

func TestLift(t *testing.T) {
	b := open(t)
	if err := b.Lift(t.Context(), b.lease, 500); err != nil {
		t.Fatal(err)
	}
	b.set(t, post(7), "status", "x")
	if v := b.claim(t, post(7)).Fields[0].Version; v.Counter != 501 {
		t.Errorf("version %v after lifting the counter to 500", v)
	}
	if err := b.Lift(t.Context(), b.lease, 3); err != nil || b.claim(t, post(7)).Stamp < 502 {
		t.Errorf("Lift lowered the counter: %v", err)
	}
}

func TestDirty(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "status", "x")
	w := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "room", Delete: true}}}
	unverified := b.lease
	unverified.Unverified = true
	w2 := appointment.Write{Post: post(8), Lease: unverified, Direct: true, Fields: []appointment.Field{{Key: "status", Value: "y"}}}
	if _, err := b.Write(t.Context(), []appointment.Write{w, w2}); err != nil {
		t.Fatal(err)
	}
	view, err := b.Dirty(t.Context(), 1, b.lease.Token, []appointment.Post{post(7), post(8), post(9)})
	if err != nil || len(view.Posts) != 2 || len(view.Posts["7"]) != 2 {
		t.Fatalf("Dirty = %+v, %v", view, err)
	}
	for _, d := range view.Posts["7"] {
		if d.Deleted != (d.Key == "room") || d.Direct || d.Unverified || d.Version.Epoch != 2 || time.Since(d.At).Abs() > time.Minute {
			t.Errorf("field %+v", d)
		}
	}
	if d := view.Posts["8"][0]; !d.Direct || !d.Unverified || d.Value != "y" {
		t.Errorf("field %+v; want direct and unverified", d)
	}
}

// TestDirtyOfMany: of as many posts as one call may name, which is more than
// Lua's stack holds, the first, the last and none.
func TestDirtyOfMany(t *testing.T) {
	b := open(t)
	posts := make([]appointment.Post, 10000)
	for i := range posts {
		posts[i] = post(uint64(i + 1))
	}
	for _, dirty := range [][]uint64{nil, {10000}, {1, 10000}} {
		for _, id := range dirty {
			b.set(t, post(id), "status", "x")
		}
		view, err := b.Dirty(t.Context(), 1, b.lease.Token, posts)
		if err != nil || len(view.Posts) != len(dirty) {
			t.Fatalf("Dirty = %+v, %v; want posts %d", view.Posts, err, dirty)
		}
		for _, id := range dirty {
			if fields := view.Posts[strconv.FormatUint(id, 10)]; len(fields) != 1 || fields[0].Value != "x" {
				t.Errorf("post %d: %+v", id, fields)
			}
		}
	}
}

func TestDrop(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "status", "x", "room", "1")
	b.ack(t, b.claim(t, post(7)))
	b.set(t, post(7), "room", "2")
	b.set(t, post(8), "status", "z")
	b.ack(t, b.claim(t, post(8)))
	t.Run("drops the named copies of the named posts, but nothing dirty", func(t *testing.T) {
		if err := b.Drop(t.Context(), 1, []appointment.Post{post(7)}, []string{"status", "room"}); err != nil {
			t.Fatal(err)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"room": "2"})
		wantValues(t, b.values(t, "appointment:8"), map[string]string{"status": "z"})
	})
	t.Run("drops everything clean of every post when none are named", func(t *testing.T) {
		if err := b.Drop(t.Context(), 1, nil, nil); err != nil {
			t.Fatal(err)
		}
		wantValues(t, b.values(t, "appointment:7"), map[string]string{"room": "2"})
		if b.raw.Exists(t.Context(), "appointment:8").Val() != 0 {
			t.Error("appointment:8 is still there")
		}
	})
}

func TestRaiseFloorUnderAForeignDirtySet(t *testing.T) {
	b := open(t)
	b.raw.SAdd(t.Context(), "site:5:appointments:dirty", "7") // as the guide's own code does
	if _, err := b.RaiseFloor(t.Context(), 5, 1, "clinic", false); !errors.Is(err, appointment.ErrForeignKeys) || !strings.Contains(err.Error(), "site:5:appointments:dirty is a set") {
		t.Errorf("RaiseFloor: %v", err)
	}
	if b.raw.Exists(t.Context(), "site:5:appointments:floor").Val() != 0 {
		t.Error("it made a floor all the same")
	}
}

func TestRetire(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "status", "x")
	b.set(t, appointment.Post{Blog: 1, ID: 3, Type: "hospital_doctor"}, "available", "1")
	b.raw.HSet(t.Context(), "appointments:dead", "5:notes", "kept")
	b.raw.Set(t.Context(), "somebody:else", "kept", 0)
	since := b.lease
	since.Epoch++ // somebody has released the site, and another sidecar owns it
	w := appointment.Write{Post: post(7), Lease: since, Fields: []appointment.Field{{Key: "status", Value: "since"}}}
	if _, err := b.Write(t.Context(), []appointment.Write{w}); err != nil {
		t.Fatal(err)
	}
	if err := b.Store.Retire(t.Context(), b.lease, false); !errors.Is(err, appointment.ErrNative) {
		t.Errorf("Retire of a site that is owned again: %v", err)
	}
	wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "since"})
	if err := b.Store.Retire(t.Context(), since, false); err != nil {
		t.Fatal(err)
	}
	keys := b.raw.Keys(t.Context(), "*").Val()
	slices.Sort(keys)
	if !slices.Equal(keys, []string{"appointments:dead", "somebody:else"}) {
		t.Errorf("left: %q; want the dead letters and what is not ours", keys)
	}
}

func TestServer(t *testing.T) {
	b := open(t)
	server, err := b.Server(t.Context())
	if err != nil || server.RunID == "" || server.UsedMemory == 0 {
		t.Fatalf("Server = %+v, %v", server, err)
	}
	t.Run("sees who replays the append-only file", func(t *testing.T) {
		if server.DefaultUser != "~* +@all" {
			t.Errorf("the default user may %q", server.DefaultUser)
		}
	})
	t.Run("finds our redis.conf safe", func(t *testing.T) {
		if problems := server.Unsafe(); len(problems) != 0 {
			t.Errorf("Unsafe = %q", problems)
		}
	})
	t.Run("names each setting that loses writes", func(t *testing.T) {
		bad := redisstore.Server{MaxMemoryPolicy: "allkeys-lru", AppendFsync: "no", NoFsyncRewrite: "yes", Role: "slave", DefaultUser: "~* -@all"}
		if problems := bad.Unsafe(); len(problems) != 6 {
			t.Errorf("Unsafe = %q", problems)
		}
	})
}
