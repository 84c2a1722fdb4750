package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// ends is how many posts from either end of the dirty set are looked at.
const ends = 200

// Aged is Counts, with the age of the oldest write that waits, in two round trips
// more. Its mark tells that: the score of its post is made anew by each claim, and
// where that comes to nothing. Not all posts are looked at, but those that are due
// first and those that are due last, since these were put back: where more wait,
// the oldest is at least so old.
func (s *Store) Aged(ctx context.Context, blog uint64) (Counts, error) {
	counts, err := s.Counts(ctx, blog)
	if err == nil && counts.DirtyPosts > 0 {
		counts.Oldest, err = s.oldest(ctx, blog)
	}
	return counts, err
}

func (s *Store) oldest(ctx context.Context, blog uint64) (time.Duration, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return 0, err
	}
	pipe := r.Pipeline()
	first := pipe.ZRange(ctx, s.keys.dirty(blog), 0, ends-1)
	last := pipe.ZRange(ctx, s.keys.dirty(blog), -ends, -1)
	now := pipe.Time(ctx) // the marks' clock
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, classify(err)
	}
	pipe = r.Pipeline()
	var marks []*redis.StringSliceCmd
	seen := map[string]bool{}
	for _, name := range append(first.Val(), last.Val()...) {
		post, err := appointment.ParsePost(blog, name)
		if err != nil || seen[name] {
			continue
		}
		seen[name] = true
		for _, dirty := range dirtyHashes(s.keys.pairs(post)) {
			marks = append(marks, pipe.HVals(ctx, dirty))
		}
	}
	if len(marks) == 0 {
		return 0, nil
	}
	_, _ = pipe.Exec(ctx) // each command carries its own error
	oldest := now.Val()
	for _, cmd := range marks {
		if err := cmd.Err(); err != nil && !isWrongType(err) {
			return 0, classify(err)
		}
		for _, mark := range cmd.Val() {
			if at := markedAt(mark); !at.IsZero() && at.Before(oldest) {
				oldest = at
			}
		}
	}
	return now.Val().Sub(oldest), nil
}

// markedAt is when a mark says that its field was written; zero where it is no
// sidecar's.
func markedAt(mark string) time.Time { return parseDirty([]any{"", mark, nil}).At }
