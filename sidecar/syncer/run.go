package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// outageMax is the longest pause between two looks while Redis or MySQL is
// away: what is dirty should be home soon after they are back.
const outageMax = 2 * time.Second

// rest is how long a blog that failed is left alone, so that one whose tables
// are gone holds up no other.
type rest struct {
	pause time.Duration
	until time.Time
}

// everyBlog rests when Redis did not even say what is due.
const everyBlog = 0

// Run syncs what comes due until ctx ends. A blog that fails rests for a pause
// that doubles up to two seconds, and says so once for each; it uses up nobody's
// retries (P8).
func (s *Syncer) Run(ctx context.Context) error {
	var beside sync.WaitGroup
	defer beside.Wait()
	if s.ReconcileEvery > 0 {
		beside.Go(func() { s.keepReconciled(ctx) })
	}
	// Each look that finds something is a transaction: at half the delay there
	// are eight a second, and a field is home after one and a half delays.
	tick := max(s.Delay/2, 5*time.Millisecond)
	resting := map[uint64]rest{}
	timer := time.NewTimer(tick)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		failed := s.runOnce(ctx, resting)
		if len(failed) > 0 && ctx.Err() == nil { // one line, however many blogs an outage meets
			s.Logger.Warn("sync waits", "error", failed[0], "blogs", len(failed))
		}
		timer.Reset(tick)
	}
}

// runOnce syncs everything that is due of the blogs that do not rest. Which are
// due costs one round trip, however many blogs there are.
func (s *Syncer) runOnce(ctx context.Context, resting map[uint64]rest) (failed []error) {
	if time.Now().Before(resting[everyBlog].until) {
		return nil
	}
	awake := slices.DeleteFunc(s.owner.Blogs(), func(blog uint64) bool { return time.Now().Before(resting[blog].until) })
	due, err := s.redis.Due(ctx, awake, abreast*s.Batch)
	settle(resting, everyBlog, err)
	if err != nil {
		return []error{err}
	}
	for _, blog := range awake {
		err := s.flushAll(ctx, blog, due[blog])
		if settle(resting, blog, err); err != nil && !errors.Is(err, appointment.ErrNative) {
			failed = append(failed, fmt.Errorf("blog %d: %w", blog, err))
		}
	}
	return failed
}

// settle sends a blog to rest, for longer each time, or wakes it. That the mode
// has changed is no failure.
func settle(resting map[uint64]rest, blog uint64, err error) {
	if err == nil || errors.Is(err, appointment.ErrNative) {
		delete(resting, blog)
		return
	}
	pause := min(max(2*resting[blog].pause, 100*time.Millisecond), outageMax)
	resting[blog] = rest{pause, time.Now().Add(pause)}
}

// flushAll settles a blog's due posts, batch after batch.
func (s *Syncer) flushAll(ctx context.Context, blog uint64, due []string) error {
	for len(due) > 0 {
		if err := s.flushDue(ctx, blog, due); err != nil || len(due) < abreast*s.Batch {
			return err
		}
		more, err := s.redis.Due(ctx, []uint64{blog}, abreast*s.Batch)
		if err != nil {
			return err
		}
		if slices.Equal(more[blog], due) { // nothing of it can be claimed: left to the next look
			return nil
		}
		due = more[blog]
	}
	return nil
}

// FlushOnce claims one batch of a blog's due posts and settles it. It returns
// how many were due.
func (s *Syncer) FlushOnce(ctx context.Context, blog uint64) (int, error) {
	due, err := s.redis.Due(ctx, []uint64{blog}, s.Batch)
	if err != nil || len(due[blog]) == 0 {
		return 0, err
	}
	if err := s.flushDue(ctx, blog, due[blog]); err != nil {
		return 0, err
	}
	return len(due[blog]), nil
}

func (s *Syncer) flushDue(ctx context.Context, blog uint64, members []string) error {
	ticket, err := s.owner.Ticket(ctx, blog)
	if err != nil {
		return err
	}
	_, err = s.flushAbreast(ctx, ticket, s.posts(blog, members), false)
	return err
}
