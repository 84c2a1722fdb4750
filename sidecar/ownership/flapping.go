package ownership

import "time"

// steadiness damps a blog that changes modes again and again: of two hosts one
// has a sidecar that is sick, whose WordPress takes the blog over, and the other
// one that is well and gives it back. Each change costs somebody a lease, so
// the pauses before a return grow: it lasts twice as long as the last when the
// offload that it ended was shorter than ten pauses, up to Options.ReturnMax.
type steadiness struct {
	epoch uint64        // of the offload at hand
	since time.Time     // when it was first seen
	pause time.Duration // before the last return; 0: none has been seen
}

// offload notes that a blog is offloaded in this epoch.
func (s *steadiness) offload(epoch uint64, now time.Time) {
	if s.epoch != epoch {
		s.epoch, s.since = epoch, now
	}
}

// native is called once for each take-over seen, and returns how long the blog
// stays native at least.
func (s *steadiness) native(now time.Time, least, most time.Duration) time.Duration {
	last := max(s.pause, least)
	if s.epoch != 0 && s.pause > 0 && now.Sub(s.since) < 10*last {
		s.pause = max(least, min(2*last, most))
	} else {
		s.pause = least
	}
	return s.pause
}
