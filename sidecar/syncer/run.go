package syncer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

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
	rota := newRota()
	timer := time.NewTimer(tick)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		s.runOnce(ctx, rota, &beside)
		if failed := rota.failures(); len(failed) > 0 && ctx.Err() == nil { // one line, however many blogs an outage meets
			s.Logger.Warn("sync waits", "error", failed[0], "blogs", len(failed))
		}
		timer.Reset(tick)
	}
}

// runOnce begins to sync everything that is due of the blogs that are free, each
// beside the others, so that none waits for another. Which are due costs one
// round trip, however many blogs there are.
func (s *Syncer) runOnce(ctx context.Context, r *rota, beside *sync.WaitGroup) {
	free := r.free(s.owner.Blogs())
	if len(free) == 0 {
		return
	}
	due, err := s.redis.Due(ctx, free, abreast*s.Batch)
	var broken appointment.BlogErrors
	if errors.As(err, &broken) {
		err = nil
	}
	if r.end(everyBlog, err); err != nil {
		return
	}
	for _, blog := range free {
		if len(due[blog]) == 0 {
			r.end(blog, broken[blog])
			continue
		}
		r.begin(blog)
		beside.Go(func() { r.end(blog, s.flushAll(ctx, blog, due[blog], r.seats)) })
	}
}

// flushAll settles a blog's due posts, batch after batch, each time in a seat.
func (s *Syncer) flushAll(ctx context.Context, blog uint64, due []string, seats chan struct{}) error {
	for len(due) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case seats <- struct{}{}:
		}
		err := s.flushDue(ctx, blog, due)
		<-seats
		if err != nil || len(due) < abreast*s.Batch {
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
