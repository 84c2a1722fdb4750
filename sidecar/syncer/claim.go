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

// claimStep is how many posts are claimed at a time until they fill a batch.
const claimStep = 50

// queue is posts of which batches are taken, also by several at once.
type queue struct {
	mu    sync.Mutex
	posts []appointment.Post
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

// claim takes posts off the queue until they fill a batch. What was claimed
// before an error is returned too. Open are those that cannot be claimed.
func (s *Syncer) claim(ctx context.Context, ticket appointment.Lease, posts *queue, force bool) (readings []appointment.Reading, open []appointment.Post, err error) {
	posts.mu.Lock()
	defer posts.mu.Unlock()
	for taken, fields := 0, 0; taken < s.Batch && fields < batchFields && len(posts.posts) > 0; {
		n := min(claimStep, s.Batch-taken, len(posts.posts))
		claimed, foreign, err := s.claimAll(ctx, ticket, posts.posts[:n], force)
		if err != nil {
			return readings, open, err
		}
		open = append(open, foreign...)
		posts.posts = posts.posts[n:]
		taken += n
		for _, r := range claimed {
			fields += len(r.Fields)
		}
		readings = append(readings, claimed...)
	}
	return readings, open, nil
}

// claimAll claims posts, and is not broken off while it does: what Redis had
// claimed by then would be due again only at the claim's end. Posts whose keys
// hold what is nobody's here wait for a person, and hold up no others (P8).
func (s *Syncer) claimAll(ctx context.Context, ticket appointment.Lease, posts []appointment.Post, force bool) (readings []appointment.Reading, foreign []appointment.Post, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	readings, err = s.redis.Claim(ctx, ticket, posts, force)
	var keys *appointment.ForeignKeysError
	if errors.As(err, &keys) {
		s.complain(keys)
		return readings, keys.Posts, nil
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
