package redisstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// flights is how many round trips of writes are under way at most. While Redis
// works on one, the next is being put together; more would only be smaller.
const flights = 2

// flightTime ends a round trip that nobody waits for any more.
const flightTime = 5 * time.Second

// gather lets writes of concurrent requests share a round trip: what comes while
// enough are under way goes out together with the next, as in a group commit.
// A write that meets nobody goes out at once, and waits for nothing.
type gather struct {
	mu      sync.Mutex
	flying  int
	waiting []*passenger
}

// passenger is the calls of one request, which stay together and in order.
type passenger struct {
	calls []call
	cmds  []*redis.Cmd
	err   error
	done  chan struct{} // closed when cmds and err are there
}

// eval runs the calls of one request. One whose time is over before its calls
// were sent gets ErrDeadline: nothing was written, and nothing will be.
func (g *gather) eval(ctx context.Context, r *run, calls []call) ([]*redis.Cmd, error) {
	g.mu.Lock()
	if g.flying < flights {
		g.flying++
		g.mu.Unlock()
		defer g.land(r)
		return r.eval(ctx, calls...)
	}
	p := &passenger{calls: calls, done: make(chan struct{})}
	g.waiting = append(g.waiting, p)
	g.mu.Unlock()
	select {
	case <-p.done:
		return p.cmds, p.err
	case <-ctx.Done():
	}
	if g.leave(p) {
		return nil, fmt.Errorf("%w: %w", appointment.ErrDeadline, ctx.Err())
	}
	return nil, ctx.Err() // it is on its way
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

// land ends a round trip, and sends who waits on the next.
func (g *gather) land(r *run) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.flying--
		return
	}
	aboard := g.waiting
	g.waiting = nil
	go g.fly(r, aboard)
}

func (g *gather) fly(r *run, aboard []*passenger) {
	defer g.land(r)
	// Not one request's own time: the others' calls are not to end with it.
	ctx, cancel := context.WithTimeout(context.Background(), flightTime)
	defer cancel()
	var calls []call
	for _, p := range aboard {
		calls = append(calls, p.calls...)
	}
	cmds, _ := r.eval(ctx, calls...) // each command carries its own error
	for _, p := range aboard {
		p.cmds, cmds = cmds[:len(p.calls):len(p.calls)], cmds[len(p.calls):]
		p.err = firstError(p.cmds)
		close(p.done)
	}
}
