package syncer

import (
	"context"
	"fmt"
	"sync"

	"hospital-appointments-redis/sidecar/appointment"
)

// flights keeps barriers of this sidecar from taking claims from each other: a
// post that one has claimed and not settled yet is claimed by no other. Who asks
// for it meanwhile waits, and then one claims it for all who do, as in a group
// commit. But who asks for some posts does not wait for one that asks for all:
// it takes them over, and that one then waits for it. The claims of Run and of
// other sidecars are not among them.
type flights struct {
	mu    sync.Mutex
	begun uint64
	air   map[appointment.Post]*flight // who has a post now
}

// caller is a barrier.
type caller struct {
	lease appointment.Lease
	since uint64 // flights above this number began after its call
	all   bool   // it asks for all posts
}

// flight is posts that are claimed and settled together.
type flight struct {
	caller
	number uint64
	posts  []appointment.Post
	home   map[appointment.Post]bool // there once it has landed
	landed chan struct{}
}

// now is the number that all flights which begin later are above.
func (f *flights) now() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.begun
}

// begin takes up to n posts that nobody has in the air, or may be taken over. One
// that is in the air since after the call is as good as one of ours, and noted in
// joined. Of the rest, earlier is a flight to wait for, where there is one.
func (f *flights) begin(c caller, posts []appointment.Post, n int, joined map[appointment.Post]*flight) (own, earlier *flight, rest []appointment.Post) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun++
	own = &flight{caller: c, number: f.begun, home: map[appointment.Post]bool{}, landed: make(chan struct{})}
	for _, p := range posts {
		met := f.air[p]
		free := met == nil || met.all && !c.all
		switch {
		case free && len(own.posts) < n:
			own.posts = append(own.posts, p)
			f.air[p] = own
		case free:
			rest = append(rest, p)
		case met.number > c.since && met.lease == c.lease:
			joined[p] = met
		default:
			rest = append(rest, p)
			earlier = met
		}
	}
	return own, earlier, rest
}

func (f *flights) land(own *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range own.posts {
		if f.air[p] == own {
			delete(f.air, p)
		}
	}
	close(own.landed)
}

// wait waits for a flight, but no longer than ctx.
func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.landed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("barrier: another one has its posts: %w", context.Cause(ctx))
	}
}

// fly has each post claimed once after the call, by us or by another barrier,
// and returns those that were not settled under that claim. It takes a few
// batches at a time, so that nobody waits long for one post of many.
func (s *Syncer) fly(ctx context.Context, c caller, posts []appointment.Post, report *appointment.SyncReport) (open []appointment.Post, err error) {
	joined := map[appointment.Post]*flight{}
	for len(posts) > 0 {
		own, earlier, rest := s.flights.begin(c, posts, abreast*s.Batch, joined)
		posts = rest
		if len(own.posts) > 0 {
			f, err := s.flyOwn(ctx, own)
			report.Synced += f.report.Synced
			report.Dead += f.report.Dead
			if err != nil {
				return nil, err
			}
			open = append(open, f.open...)
		} else if earlier != nil {
			if err := earlier.wait(ctx); err != nil {
				return nil, err
			}
		}
	}
	for post, each := range joined {
		if err := each.wait(ctx); err != nil {
			return nil, err
		}
		if !each.home[post] {
			open = append(open, post)
		}
	}
	return open, nil
}

// flyOwn flushes the posts of a flight of ours. Nobody is home after an error.
func (s *Syncer) flyOwn(ctx context.Context, own *flight) (flushed, error) {
	defer s.flights.land(own)
	f, err := s.flushAbreast(ctx, own.lease, own.posts, true)
	if err != nil {
		return f, err
	}
	for _, p := range own.posts {
		own.home[p] = true
	}
	for _, p := range f.open {
		delete(own.home, p)
	}
	return f, nil
}
