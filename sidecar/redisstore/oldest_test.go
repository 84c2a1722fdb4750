package redisstore_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

func (b bench) wantOldest(t *testing.T, want time.Duration) {
	t.Helper()
	counts, err := b.Aged(t.Context(), 1)
	if err != nil || counts.Oldest.Round(time.Minute) != want {
		t.Errorf("Aged = %+v, %v; want %v", counts, err, want)
	}
}

func TestAgeOfTheOldestWrite(t *testing.T) {
	// written puts fields of a post into Redis as if they had been written so long ago.
	written := func(t *testing.T, b bench, key, mark string, age time.Duration) {
		t.Helper()
		at := b.raw.Time(t.Context()).Val().Add(-age)
		if err := b.raw.HSet(t.Context(), key+":dirty", "status", fmt.Sprintf(mark, at.UnixMilli())).Err(); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("is 0 where nothing waits", func(t *testing.T) {
		b := open(t)
		b.raw.ZAdd(t.Context(), "appointments:dirty", z("7", time.Now())) // claimed, and clean by then
		b.wantOldest(t, 0)
		b.raw.Del(t.Context(), "appointments:dirty")
		b.wantOldest(t, 0)
	})
	t.Run("counts from the write, whatever became of its claims", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "room", "12")
		written(t, b, "appointment:7", "2-5@%d", time.Hour)
		b.wantOldest(t, time.Hour)
		r := b.claim(t, post(7))
		b.wantOldest(t, time.Hour)
		for _, wait := range []time.Duration{0, 30 * time.Second} { // a sync that failed, rows that are locked
			if err := b.PutBack(t.Context(), b.lease, []appointment.Reading{r}, wait); err != nil {
				t.Fatal(err)
			}
			b.wantOldest(t, time.Hour)
		}
	})
	t.Run("is of deletions, flags, slugs and other types too", func(t *testing.T) {
		for i, at := range [][]string{
			{"7", "appointment:7", "2-5@0%d"}, {"7", "appointment:7", "2-5@%dd"}, {"7", "appointment:7", "2-5@%dus"},
			{"appt_7", "appointment:appt_7", "2-5@%d"}, {"7", "doctor:7:availability", "2-5@%d"},
		} {
			b := open(t)
			b.raw.ZAdd(t.Context(), "appointments:dirty", z(at[0], time.Now()))
			written(t, b, at[1], at[2], time.Duration(i+1)*time.Hour)
			b.wantOldest(t, time.Duration(i+1)*time.Hour)
		}
	})
	t.Run("is not hidden by what is somebody else's", func(t *testing.T) {
		b := open(t)
		b.set(t, post(6), "status", "x")
		written(t, b, "appointment:6", "2-5@%d", time.Hour)
		b.raw.HSet(t.Context(), "appointment:6:dirty", "room", "yes")
		b.foreign(t, "appointment:7:dirty")
		b.raw.ZAdd(t.Context(), "appointments:dirty", z("7", time.Now()), z("no post at all", time.Now()))
		b.wantOldest(t, time.Hour)
	})
	t.Run("is looked for at both ends of many", func(t *testing.T) {
		for _, score := range []float64{0, 1e15} {
			b := open(t)
			many := []redis.Z{{Score: score, Member: "7"}}
			for id := range 1000 {
				many = append(many, redis.Z{Score: float64(id + 1), Member: strconv.Itoa(id + 1000)})
			}
			b.raw.ZAdd(t.Context(), "appointments:dirty", many...)
			written(t, b, "appointment:7", "2-5@%d", time.Hour)
			b.wantOldest(t, time.Hour)
		}
	})
}
