package syncer

import (
	"context"

	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"hospital-appointments-redis/sidecar/appointment"
)

// abreast is how many batches are on their way at once where there is more than
// one: while MySQL commits one, the next is claimed and the last one cleared.
// They are of different posts, as two sidecars' would be.
const abreast = 2

// flushAbreast is flush, batch by batch. After an error no other batch is begun.
func (s *Syncer) flushAbreast(ctx context.Context, ticket appointment.Lease, posts []appointment.Post, force bool) (flushed, error) {
	if len(posts) <= s.Batch {
		return s.flush(ctx, ticket, posts, force, false)
	}
	var all flushed
	var failed error
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(abreast)
	for batch := range slices.Chunk(posts, s.Batch) {
		mu.Lock()
		stop := failed != nil
		mu.Unlock()
		if stop {
			break
		}
		group.Go(func() error {
			f, err := s.flush(ctx, ticket, batch, force, false)
			mu.Lock()
			defer mu.Unlock()
			all.add(f)
			if failed == nil {
				failed = err
			}
			return nil
		})
	}
	_ = group.Wait() // what failed is in failed
	return all, failed
}

func (f *flushed) add(other flushed) {
	f.report.Synced += other.report.Synced
	f.report.Dead += other.report.Dead
	f.open = append(f.open, other.open...)
}
