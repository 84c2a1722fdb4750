package syncer

import (
	"context"
	"slices"
	"sync"

	"hospital-appointments-redis/sidecar/appointment"
)

// abreast is how many batches are on their way at once where there is more than
// one: while MySQL commits one, the next is claimed and the last one cleared.
// They are of different posts, as two sidecars' would be.
const abreast = 2

// flushAbreast is flush, batch by batch. After an error no other batch is begun.
func (s *Syncer) flushAbreast(ctx context.Context, ticket appointment.Lease, posts []appointment.Post, force bool) (flushed, error) {
	var mu sync.Mutex
	var all flushed
	var failed error
	batches := slices.Collect(slices.Chunk(posts, s.Batch))
	next := func() []appointment.Post {
		mu.Lock()
		defer mu.Unlock()
		if failed != nil || len(batches) == 0 {
			return nil
		}
		batch := batches[0]
		batches = batches[1:]
		return batch
	}
	work := func() {
		for batch := next(); batch != nil; batch = next() {
			f, err := s.flush(ctx, ticket, batch, force, false)
			mu.Lock()
			all.add(f)
			if failed == nil {
				failed = err
			}
			mu.Unlock()
		}
	}
	var group sync.WaitGroup
	for range min(abreast, len(batches)) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
	return all, failed
}

func (f *flushed) add(other flushed) {
	f.report.Synced += other.report.Synced
	f.report.Dead += other.report.Dead
	f.open = append(f.open, other.open...)
}
