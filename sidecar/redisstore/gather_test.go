package redisstore_test

import (
	"errors"
	"fmt"
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
