package syncer

import (
	"context"
	"sync"

	"hospital-appointments-redis/sidecar/appointment"
)

// abreast is how many batches are on their way at once where there is more than
// one: while MySQL commits one, the next is claimed and the last one cleared.
// They are of different posts, as two sidecars' would be.
const abreast = 2

// flushAbreast flushes posts, batch by batch. After an error no other batch is
// begun.
func (s *Syncer) flushAbreast(ctx context.Context, ticket appointment.Lease, posts []appointment.Post, force bool) (flushed, error) {
	waiting := &queue{posts: posts}
	var mu sync.Mutex
	var all flushed
	var failed error
	work := func() {
		for waiting.len() > 0 {
			f, err := s.flush(ctx, ticket, waiting, force, false)
			if err != nil {
				waiting.drop()
			}
			mu.Lock()
			all.add(f)
			if failed == nil {
				failed = err
			}
			mu.Unlock()
		}
	}
	var group sync.WaitGroup
	if len(posts) > claimStep {
		for range abreast - 1 {
			group.Go(work)
		}
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
