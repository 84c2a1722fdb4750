package ownership

import (
	"fmt"
	"testing"
	"time"
)

func TestSteadiness(t *testing.T) {
	const least, most = time.Second, 8 * time.Second
	var s steadiness
	now := time.Unix(1000, 0)
	epoch := uint64(1)
	// outage after so long in offload, and how long the blog stays native then.
	outage := func(after time.Duration) time.Duration {
		epoch++
		s.offload(epoch, now)
		now = now.Add(after)
		s.offload(epoch, now) // seen again, it is no newer
		epoch++
		pause := s.native(now, least, most)
		now = now.Add(pause)
		return pause
	}
	var got []time.Duration
	for _, after := range []time.Duration{time.Hour, time.Second, time.Second, time.Second, time.Second, 79 * time.Second, 81 * time.Second, time.Second} {
		got = append(got, outage(after))
	}
	if want := "[1s 2s 4s 8s 8s 8s 1s 2s]"; fmt.Sprint(got) != want {
		t.Errorf("pauses %v, want %s", got, want)
	}
}

func TestSteadiness_of_a_blog_that_was_native_at_first(t *testing.T) {
	var s steadiness
	if got := s.native(time.Unix(1000, 0), time.Second, time.Minute); got != time.Second {
		t.Errorf("pause %v", got)
	}
}
