package redisstore_test

import (
	"errors"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestKeysOfAnOlderVersionAreTakenUp(t *testing.T) {
	b := open(t)
	b.raw.FlushDB(t.Context())
	// What the version before the keys had one leaves behind, in the middle of its work.
	b.raw.HSet(t.Context(), "appointments:floor", "token", "theirs", "epoch", 2, "counter", 8, "generation", 1, "site", "clinic")
	b.raw.HSet(t.Context(), "appointment:7", "status", "waiting", "last_updated_redis", 1732345678)
	b.raw.HSet(t.Context(), "appointment:7:dirty", "status", "2-8@1732345678000d")
	b.raw.ZAdd(t.Context(), "appointments:dirty", z("7", time.UnixMilli(0)))
	b.raw.HSet(t.Context(), "appointments:claims", "7", "7")
	id, err := b.RaiseFloor(t.Context(), 1, 2, "clinic", false)
	if err != nil {
		t.Fatal(err)
	}
	b.lease.Token = id
	if floor := b.hash(t, "appointments:floor"); floor["token"] != "theirs" || floor["keys"] != "1" || floor["counter"] != "8" {
		t.Errorf("the floor is %v", floor)
	}
	r := b.claim(t, post(7))
	if len(r.Fields) != 1 || r.Fields[0].Value != "waiting" || r.Fields[0].Version != (appointment.Version{Epoch: 2, Counter: 8}) || r.Stamp != 9 {
		t.Errorf("reading %+v", r)
	}
	if !b.ack(t, r) || b.dirtyCount(t) != 0 {
		t.Error("it is still dirty")
	}
	b.wantFields(t, 0, "fields that nobody had counted")
}

func TestKeysOfANewerVersionAreLeftAlone(t *testing.T) {
	refused := func(t *testing.T, b bench) {
		t.Helper()
		before := b.hash(t, "appointments:floor")
		w := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "status", Value: "x"}}}
		_, write := b.Write(t.Context(), []appointment.Write{w})
		_, claim := b.Claim(t.Context(), b.lease, []appointment.Post{post(7)}, true)
		_, dirty := b.Dirty(t.Context(), 1, b.lease.Token, nil)
		_, raise := b.RaiseFloor(t.Context(), 1, 9, "clinic", true)
		for i, err := range []error{write, claim, dirty, raise} {
			if !errors.Is(err, appointment.ErrNewerKeys) {
				t.Errorf("call %d: %v", i, err)
			}
		}
		for field, value := range b.hash(t, "appointments:floor") {
			if before[field] != value {
				t.Errorf("%s of the floor became %s", field, value)
			}
		}
	}
	t.Run("at the first call", func(t *testing.T) {
		b := open(t)
		b.raw.HSet(t.Context(), "appointments:floor", "keys", 2)
		refused(t, b)
	})
	t.Run("and when a newer sidecar comes later, from the next look at the floors", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		b.raw.HSet(t.Context(), "appointments:floor", "keys", 2)
		if floors, err := b.Floors(t.Context(), []uint64{1}); err != nil || !floors[1].Newer {
			t.Errorf("Floors = %+v, %v", floors, err)
		}
		refused(t, b)
	})
}
