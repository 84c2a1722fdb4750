package redisstore_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
)

// other is another sidecar, or the same one after a restart, with these types.
func (b bench) other(t *testing.T, types string) bench {
	t.Helper()
	parsed, err := appointment.ParseTypes(types)
	if err != nil {
		t.Fatal(err)
	}
	options := b.Options
	options.Types = parsed
	options.Redis = &redis.Options{Addr: b.raw.Options().Addr, Username: "hospital", Password: "test"}
	b.Store = redisstore.Open(options)
	t.Cleanup(func() { _ = b.Close() })
	return b
}

const fewer = "hospital_appointment=appointment:{id}"

func doctor(id uint64) appointment.Post {
	return appointment.Post{Blog: 1, ID: id, Type: "hospital_doctor"}
}

func (b bench) clean(t *testing.T, id uint64) {
	t.Helper()
	if readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(id)}, true); err != nil || len(readings) != 0 {
		t.Fatalf("Claim = %+v, %v; want nothing", readings, err)
	}
}

func TestWhatWaitsOfATypeThatIsConfiguredNoMore(t *testing.T) {
	left := func(t *testing.T) bench {
		b := open(t)
		b.set(t, doctor(7), "room", "12")
		return b.other(t, fewer)
	}
	t.Run("is claimed and cleared, and its copy ends", func(t *testing.T) {
		b := left(t)
		b.set(t, post(7), "status", "x")
		r := b.claim(t, post(7))
		if len(r.Fields) != 2 || r.Fields[1].Key != "room" || r.Fields[1].Value != "12" {
			t.Fatalf("claimed %+v", r.Fields)
		}
		if !b.ack(t, r) || b.dirtyCount(t) != 0 {
			t.Error("it is still dirty")
		}
		b.wantFields(t, 0, "all are in MySQL")
		for _, key := range []string{"appointment:7", "doctor:7:availability"} {
			if ttl := b.raw.TTL(t.Context(), key).Val(); ttl <= 0 {
				t.Errorf("%s stays for %v", key, ttl)
			}
		}
	})
	t.Run("is not taken for clean where somebody has put something under its marks' key", func(t *testing.T) {
		b := left(t)
		b.foreign(t, "doctor:7:availability:dirty")
		r := b.claim(t, post(7))
		if len(r.Fields) != 2 || r.Fields[0].Value != "12" || r.Fields[0].Mark != "" || r.Fields[1].Key != "*" {
			t.Errorf("claimed %+v", r.Fields)
		}
	})
	t.Run("becomes a dead letter of no type", func(t *testing.T) {
		b := left(t)
		r := b.claim(t, post(7))
		if ours, err := b.Bury(t.Context(), b.lease, r, []appointment.DeadLetter{r.Letter(r.Fields[0], appointment.DeadUnresolved, "no post")}); err != nil || !ours {
			t.Fatalf("Bury = %v, %v", ours, err)
		}
		if l, err := b.DeadLetter(t.Context(), post(7), "room"); err != nil || l.Value != "12" || l.Post.Type != "" {
			t.Errorf("DeadLetter = %+v, %v", l, err)
		}
	})
	t.Run("is found without its place", func(t *testing.T) {
		b := left(t)
		b.raw.Del(t.Context(), "appointments:dirty")
		b.reconcile(t, appointment.Reconciled{PutBack: 1})
	})
	t.Run("is seen by who inspects", func(t *testing.T) {
		b := left(t)
		b.clean(t, 8)
		var names []string
		if err := b.Walk(t.Context(), 1, func(found []string) error { names = append(names, found...); return nil }); err != nil || !slices.Contains(names, "7") {
			t.Errorf("Walk finds %q, %v", names, err)
		}
		held, err := b.Inspect(t.Context(), 1, []string{"7"})
		if err != nil || len(held[0].Dirty) != 1 || held[0].Dirty[0].Value != "12" {
			t.Errorf("Inspect = %+v, %v", held, err)
		}
	})
	t.Run("goes with its post", func(t *testing.T) {
		b := left(t)
		if there, err := b.Forget(t.Context(), b.lease, post(7)); !there || err != nil {
			t.Errorf("Forget = %v, %v", there, err)
		}
		b.wantFields(t, 0, "the post is gone")
		if keys := b.raw.Keys(t.Context(), "*").Val(); !slices.Equal(keys, []string{"appointments:floor"}) {
			t.Errorf("left: %q", keys)
		}
	})
	t.Run("goes with its site", func(t *testing.T) {
		b := left(t)
		if err := b.Store.Retire(t.Context(), b.lease, true); err != nil {
			t.Fatal(err)
		}
		if keys := b.raw.Keys(t.Context(), "*").Val(); len(keys) != 0 {
			t.Errorf("left: %q", keys)
		}
	})
}

// TestAnotherSidecarKnowsMorePatterns: types are changed on one host after another.
func TestAnotherSidecarKnowsMorePatterns(t *testing.T) {
	begin := func(t *testing.T) (here, there bench) {
		there = open(t)
		here = there.other(t, fewer)
		here.set(t, post(7), "status", "x")
		return here, there
	}
	t.Run("a claim that finds nothing looks there before it says so", func(t *testing.T) {
		here, there := begin(t)
		here.ack(t, here.claim(t, post(7)))
		there.set(t, doctor(7), "room", "12")
		if r := here.claim(t, post(7)); len(r.Fields) != 1 || r.Fields[0].Key != "room" {
			t.Errorf("claimed %+v", r.Fields)
		}
	})
	t.Run("the clearing of a post leaves it its place", func(t *testing.T) {
		here, there := begin(t)
		r := here.claim(t, post(7))
		there.set(t, doctor(7), "room", "12")
		if !here.ack(t, r) || here.dirtyCount(t) != 1 {
			t.Error("the post has no place, and a field that is not in MySQL")
		}
	})
	t.Run("a deleted post is forgotten there", func(t *testing.T) {
		here, there := begin(t)
		there.set(t, doctor(7), "room", "12")
		if _, err := here.Forget(t.Context(), here.lease, post(7)); err != nil {
			t.Fatal(err)
		}
		here.wantFields(t, 0, "the post is gone")
	})
	t.Run("its patterns are noted again beside a floor that was made anew", func(t *testing.T) {
		here, there := begin(t)
		there.set(t, doctor(8), "room", "12")
		here.raw.FlushDB(t.Context())
		id, err := here.RaiseFloor(t.Context(), 1, 2, "clinic", false)
		if err != nil {
			t.Fatal(err)
		}
		here.lease.Token, there.lease.Token = id, id
		there.set(t, doctor(7), "room", "12")
		if r := here.claim(t, post(7)); len(r.Fields) != 1 {
			t.Errorf("claimed %+v", r.Fields)
		}
	})
	t.Run("and again where somebody took them away", func(t *testing.T) {
		here, there := begin(t)
		there.set(t, doctor(7), "room", "12")
		here.raw.HDel(t.Context(), "appointments:floor", "patterns")
		if _, err := there.Floors(t.Context(), []uint64{1}); err != nil {
			t.Fatal(err)
		}
		there.set(t, doctor(7), "room", "13")
		if noted := here.hash(t, "appointments:floor")["patterns"]; !strings.Contains(noted, "doctor:{id}:availability") {
			t.Errorf("noted are %q", noted)
		}
	})
}

// TestWhatIsNotOursAnyMore: a pattern that is configured no more may be another
// program's by now.
func TestWhatIsNotOursAnyMore(t *testing.T) {
	b := open(t).other(t, "hospital_doctor=appointment:{id}")
	b.set(t, appointment.Post{Blog: 1, ID: 7, Type: "hospital_doctor"}, "status", "x")
	b.ack(t, b.claim(t, post(7)))
	b = b.other(t, "hospital_appointment=doctor:{id}:availability")
	b.raw.Del(t.Context(), "appointment:7")
	b.raw.HSet(t.Context(), "appointment:7", "theirs", "1")
	b.foreign(t, "appointment:8", "appointment:9:dirty")
	for _, id := range []uint64{7, 8, 9} {
		b.set(t, post(id), "status", "w")
		b.raw.Del(t.Context(), "appointments:dirty")
		b.reconcile(t, appointment.Reconciled{PutBack: 1})
		b.set(t, post(id), "status", "x")
		if !b.ack(t, b.claim(t, post(id))) {
			t.Errorf("post %d is not acknowledged", id)
		}
		b.clean(t, id)
		held, err := b.Inspect(t.Context(), 1, []string{post(id).Member()})
		if err != nil || held[0].Foreign || len(held[0].Copies) != 1 {
			t.Errorf("Inspect of %d = %+v, %v", id, held, err)
		}
		if _, err := b.Forget(t.Context(), b.lease, post(id)); err != nil {
			t.Errorf("Forget %d: %v", id, err)
		}
	}
	if err := b.Drop(t.Context(), 1, nil, nil); err != nil {
		t.Errorf("Drop: %v", err)
	}
	if err := b.Store.Retire(t.Context(), b.lease, true); err != nil {
		t.Errorf("Retire: %v", err)
	}
	if ttl := b.raw.TTL(t.Context(), "appointment:7").Val(); ttl != -1 {
		t.Errorf("their hash lives for %v", ttl)
	}
	wantValues(t, b.hash(t, "appointment:7"), map[string]string{"theirs": "1"})
	if b.raw.Get(t.Context(), "appointment:8").Val() != "somebody's" {
		t.Error("their string is gone")
	}
}
