package syncer

import (
	"context"
	"errors"
	"sync"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// batchFields is how many fields fill a batch, of however few posts: a larger
// one would hold more locks for longer, and is no faster.
const batchFields = 10_000

// batchBytes is how much fills one, of however few fields: a sidecar is small, and
// some databases refuse a transaction that is not.
const batchBytes = 8 << 20

// claimStep is how many posts are claimed at a time until they fill a batch.
const claimStep = 50

// queue is posts of which batches are taken, also by several at once.
type queue struct {
	mu    sync.Mutex
	posts []appointment.Post
	large []appointment.Post // to be claimed one by one
}

// next takes up to n posts, or one that is large. The caller holds the lock.
func (q *queue) next(n int) (posts []appointment.Post) {
	if len(q.large) > 0 {
		posts, q.large = q.large[:1], q.large[1:]
		return posts
	}
	n = min(n, len(q.posts))
	posts, q.posts = q.posts[:n], q.posts[n:]
	return posts
}

// drop leaves the rest to somebody else.
func (q *queue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.posts, q.large = nil, nil
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.posts) + len(q.large)
}

// claim takes posts off the queue until they fill a batch. What was claimed
// before an error is returned too.
func (s *Syncer) claim(ctx context.Context, ticket appointment.Lease, posts *queue, force bool) (readings []appointment.Reading, err error) {
	posts.mu.Lock()
	defer posts.mu.Unlock()
	for taken, fields, bytes := 0, 0, 0; taken < s.Batch && fields < batchFields && bytes < batchBytes; {
		next := posts.next(min(claimStep, s.Batch-taken))
		if len(next) == 0 {
			break
		}
		claimed, large, err := s.claimAll(ctx, ticket, next, force)
		if err != nil {
			return readings, err
		}
		posts.large = append(posts.large, large...)
		taken += len(next) - len(large)
		for _, r := range claimed {
			fields += len(r.Fields)
			for _, field := range r.Fields {
				bytes += len(field.Key) + len(field.Value)
			}
		}
		readings = append(readings, claimed...)
	}
	return readings, nil
}

// claimAll claims posts, and is not broken off while it does: what Redis had
// claimed by then would be due again only at the claim's end. Large ones are not
// claimed.
func (s *Syncer) claimAll(ctx context.Context, ticket appointment.Lease, posts []appointment.Post, force bool) (readings []appointment.Reading, large []appointment.Post, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	readings, err = s.redis.Claim(context.WithoutCancel(ctx), ticket, posts, force)
	var alone *appointment.LargeError
	if errors.As(err, &alone) {
		return readings, alone.Posts, nil
	}
	return readings, nil, err
}

// complain says it once a minute.
func (s *Syncer) complain(keys *appointment.ForeignKeysError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.complained) > time.Minute {
		s.complained = time.Now()
		s.Logger.Error("not synced until its keys in Redis are removed", "blog", keys.Posts[0].Blog, "post", keys.Posts[0].Member(), "error", keys)
	}
}
