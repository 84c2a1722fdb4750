package syncer

import (
	"context"
	"errors"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// looked is when a blog's dirty set was last held against its dirty hashes, in
// which epoch, and on which Redis.
type looked struct {
	token string // "run id:token"
	epoch uint64
	at    time.Time
}

// Reconcile puts posts whose dirty fields lost their place in the dirty set
// back into it, and counts and logs them: a sync would never look at them.
func (s *Syncer) Reconcile(ctx context.Context, blog uint64) (appointment.Reconciled, error) {
	ticket, err := s.owner.Ticket(ctx, blog)
	if err != nil {
		return appointment.Reconciled{}, err
	}
	began := time.Now()
	found, err := s.redis.Reconcile(ctx, ticket)
	s.Reconciled.Add(uint64(found.PutBack))
	if found.PutBack > 0 {
		s.Logger.Error("dirty fields had no place in the dirty set, and have it again", "blog", blog, "posts", found.PutBack)
	}
	if found.Stale > 0 {
		s.Logger.Warn("claims, ttls or places that stood for nothing were removed", "blog", blog, "members", found.Stale)
	}
	if found.Miscounted != 0 {
		s.Logger.Warn("the count of dirty fields was wrong, and is right again", "blog", blog, "by", found.Miscounted)
	}
	if err != nil {
		return found, err
	}
	s.mu.Lock()
	s.looked[blog] = looked{ticket.Token, ticket.Epoch, began}
	s.mu.Unlock()
	return found, nil
}

// isLookedAt tells whether a blog was reconciled on this Redis, and less than
// so long ago.
func (s *Syncer) isLookedAt(blog uint64, token string, age time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.looked[blog]
	return ok && last.token == token && time.Since(last.at) < age
}

// isLookedAtIn tells whether a blog was reconciled on this Redis in this epoch:
// what has lost its place before it is found then.
func (s *Syncer) isLookedAtIn(blog uint64, ticket appointment.Lease) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.looked[blog]
	return ok && last.token == ticket.Token && last.epoch == ticket.Epoch
}

// reconcileTick is how often it is asked whether a blog is due to be looked at.
const reconcileTick = time.Second

// keepReconciled looks at each blog at start, when its Redis is another one,
// and every ReconcileEvery. Beside Run's loop: a long walk delays no sync.
func (s *Syncer) keepReconciled(ctx context.Context) {
	tick := time.NewTicker(min(reconcileTick, s.ReconcileEvery))
	defer tick.Stop()
	for {
		for _, blog := range s.owner.Blogs() {
			ticket, err := s.owner.Ticket(ctx, blog)
			if err != nil || s.isLookedAt(blog, ticket.Token, s.ReconcileEvery) {
				continue // an outage is Run's to complain of
			}
			if _, err := s.Reconcile(ctx, blog); err != nil && ctx.Err() == nil && !errors.Is(err, appointment.ErrNative) {
				s.Logger.Warn("cannot compare the dirty set", "blog", blog, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
