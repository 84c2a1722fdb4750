package redisstore_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestWritesAtOnce: writes of many requests share round trips, and each gets its
// own answer.
func TestWritesAtOnce(t *testing.T) {
	one := func(b bench, id uint64, fields ...appointment.Field) []appointment.Write {
		return []appointment.Write{{Post: post(id), Lease: b.lease, Fields: fields}}
	}

	t.Run("every one is written once and answered for itself", func(t *testing.T) {
		b := open(t)
		const many = 400
		var group sync.WaitGroup
		for id := range uint64(many) {
			group.Go(func() {
				fields := make([]appointment.Field, 1+id%3)
				for i := range fields {
					fields[i] = appointment.Field{Key: fmt.Sprint("field", i), Value: fmt.Sprint("of ", id)}
				}
				outcomes, err := b.Write(t.Context(), one(b, id+1, fields...))
				if err != nil || len(outcomes) != 1 || len(outcomes[0]) != len(fields) {
					t.Errorf("post %d: %v, %v", id+1, outcomes, err)
				}
			})
		}
		group.Wait()
		total := uint64(0)
		for id := range uint64(many) {
			values := b.values(t, fmt.Sprint("appointment:", id+1))
			if uint64(len(values)) != 1+id%3 || values["field0"] != fmt.Sprint("of ", id) {
				t.Errorf("post %d holds %v", id+1, values)
			}
			total += 1 + id%3
		}
		if counter := b.hash(t, "appointments:floor")["counter"]; counter != fmt.Sprint(total) {
			t.Errorf("the counter says %s versions for %d fields", counter, total)
		}
	})

	t.Run("one whose keys hold something else is left alone, and holds up nobody", func(t *testing.T) {
		b := open(t)
		if err := b.raw.Set(t.Context(), "appointment:2", "no hash", 0).Err(); err != nil {
			t.Fatal(err)
		}
		if err := b.raw.Set(t.Context(), "appointment:3:dirty", "no hash", 0).Err(); err != nil {
			t.Fatal(err)
		}
		var all []appointment.Write
		for id := range uint64(4) {
			all = append(all, one(b, id+1, appointment.Field{Key: "status", Value: "x"})...)
		}
		if _, err := b.Write(t.Context(), all); !errors.Is(err, appointment.ErrUnknownOutcome) {
			t.Errorf("all together: %v, want an unknown outcome", err)
		}
		for _, id := range []uint64{1, 4} {
			wantValues(t, b.values(t, fmt.Sprint("appointment:", id)), map[string]string{"status": "x"})
		}
		due, err := b.raw.ZRange(t.Context(), "appointments:dirty", 0, -1).Result()
		if err != nil || !slices.Equal(due, []string{"1", "4"}) || b.raw.Exists(t.Context(), "appointment:2:dirty", "appointment:3").Val() != 0 {
			t.Errorf("due: %v, %v; of the others nothing was to be written", due, err)
		}
		b.wantFields(t, 2, "two writes and two that could not be")
	})

	t.Run("more fields than one part of the script takes are one step all the same", func(t *testing.T) {
		b := open(t)
		fields := make([]appointment.Field, 300)
		for i := range fields {
			fields[i] = appointment.Field{Key: fmt.Sprint("field", i), Value: "x"}
		}
		fields = append(fields, appointment.Field{Key: "field7", Value: "x"}, appointment.Field{Key: "field8", Delete: true})
		outcomes, err := b.Write(t.Context(), append(one(b, 1, fields...), one(b, 2, fields[:1]...)...))
		if err != nil || len(outcomes[0]) != len(fields) || outcomes[0][7] != appointment.Updated || outcomes[0][300] != appointment.Unchanged || len(outcomes[1]) != 1 {
			t.Fatalf("%v, %v", outcomes, err)
		}
		if values := b.values(t, "appointment:1"); len(values) != 299 || len(b.hash(t, "appointment:1:dirty")) != 300 {
			t.Errorf("%d values", len(values))
		}
		b.wantFields(t, 301, "all of them")
	})

	t.Run("a refused one is refused alone", func(t *testing.T) {
		b := open(t)
		var group sync.WaitGroup
		for id := range uint64(100) {
			group.Go(func() {
				writes := one(b, id+1, appointment.Field{Key: "status", Value: "x"})
				late := id%10 == 0
				if late {
					writes[0].Lease.Epoch = 1
				}
				if _, err := b.Write(t.Context(), writes); late != errors.Is(err, appointment.ErrNative) || !late && err != nil {
					t.Errorf("post %d: %v", id+1, err)
				}
			})
		}
		group.Wait()
	})
}
