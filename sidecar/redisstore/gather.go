package redisstore

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// flightTime ends a round trip of writes that have no deadline.
const flightTime = 5 * time.Second

// gather lets writes of concurrent requests share a round trip, and a run of the
// script: what comes while one is under way goes out together with the next, as
// in a group commit. Two under way would both be smaller, and cost either side
// more than they win. A write that meets nobody goes out at once, and waits for
// nothing.
type gather struct {
	mu      sync.Mutex
	flying  bool
	waiting []*passenger
}

// passenger is the writes of one request, which stay together and in order, all
// under one lease.
type passenger struct {
	writes   []appointment.Write
	token    string // of the lease's Redis
	outcomes [][]appointment.Outcome
	written  bool // some of it
	err      error
	deadline time.Time     // zero: none
	done     chan struct{} // closed when outcomes and err are there
}

// take takes the writes of one request. One whose time is over before it was
// sent gets ErrDeadline: nothing was written, and nothing will be.
func (g *gather) take(ctx context.Context, s *Store, r *run, p *passenger) error {
	p.deadline, _ = ctx.Deadline()
	p.done = make(chan struct{})
	g.mu.Lock()
	g.waiting = append(g.waiting, p)
	lead := !g.flying
	g.flying = true
	g.mu.Unlock()
	if lead {
		aboard := g.board()
		if len(aboard) == 1 {
			defer g.land(s, r)
			r.send(ctx, s, aboard)
			return p.err
		}
		go g.fly(s, r, aboard)
	}
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
	}
	if g.leave(p) {
		return fmt.Errorf("%w: %w", appointment.ErrDeadline, ctx.Err())
	}
	return classify(ctx.Err()) // it is on its way
}

// board takes who waits, and who is about to: those who run before this one is
// run again.
func (g *gather) board() []*passenger {
	runtime.Gosched()
	g.mu.Lock()
	defer g.mu.Unlock()
	aboard := g.waiting
	g.waiting = nil
	return aboard
}

// leave takes a passenger that has not left yet out of the queue.
func (g *gather) leave(p *passenger) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, each := range g.waiting {
		if each == p {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// land ends a round trip, unless somebody waits for the next, which it begins.
func (g *gather) land(s *Store, r *run) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.flying = false
		return
	}
	go g.fly(s, r, nil)
}

// fly sends who is aboard, and then whoever waits.
func (g *gather) fly(s *Store, r *run, aboard []*passenger) {
	defer g.land(s, r)
	if aboard == nil {
		aboard = g.board()
	}
	// Not one request's own time: the others' writes are not to end with it.
	ctx, cancel := context.WithDeadline(context.Background(), latest(aboard))
	defer cancel()
	r.send(ctx, s, aboard)
	for _, p := range aboard {
		close(p.done)
	}
}

// latest is when nobody aboard waits any more.
func latest(aboard []*passenger) time.Time {
	most := time.Now().Add(flightTime)
	last := time.Time{}
	for _, p := range aboard {
		if p.deadline.IsZero() || p.deadline.After(most) {
			return most
		}
		if p.deadline.After(last) {
			last = p.deadline
		}
	}
	return last
}

func (r *run) send(ctx context.Context, s *Store, aboard []*passenger) {
	s.send(aboard, func(calls ...call) ([]*redis.Cmd, error) { return r.eval(ctx, calls...) })
}
