package syncer

import (
	"context"
	"sync"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// abreast is how many batches are on their way at once where there is more than
// one: while MySQL commits one, the next is claimed and the last one cleared.
// They are of different posts, as two sidecars' would be.
const abreast = 2

// batchFields is how many fields fill a batch, of however few posts: a larger
// one would hold more locks for longer, and is no faster.
const batchFields = 10_000

// claimStep is how many posts are claimed at a time until they fill a batch.
const claimStep = 50

// queue is posts of which batches are taken, also by several at once.
type queue struct {
	mu    sync.Mutex
	posts []appointment.Post
}

// claim takes posts off the queue until they fill a batch. What was claimed
// before an error is returned too.
func (s *Syncer) claim(ctx context.Context, ticket appointment.Lease, posts *queue, force bool) ([]appointment.Reading, error) {
	posts.mu.Lock()
	defer posts.mu.Unlock()
	var readings []appointment.Reading
	for taken, fields := 0, 0; taken < s.Batch && fields < batchFields && len(posts.posts) > 0; {
		n := min(claimStep, s.Batch-taken, len(posts.posts))
		claimed, err := s.claimAll(ctx, ticket, posts.posts[:n], force)
		if err != nil {
			return readings, err
		}
		posts.posts = posts.posts[n:]
		taken += n
		for _, r := range claimed {
			fields += len(r.Fields)
		}
		readings = append(readings, claimed...)
	}
	return readings, nil
}

// claimAll claims posts, and is not broken off while it does: what Redis had
// claimed by then would be due again only at the claim's end.
func (s *Syncer) claimAll(ctx context.Context, ticket appointment.Lease, posts []appointment.Post, force bool) ([]appointment.Reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return s.redis.Claim(ctx, ticket, posts, force)
}

// drop leaves the rest to somebody else.
func (q *queue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.posts = nil
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.posts)
}

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
