package redisstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// Write takes each write in one atomic step, all in one round trip, under the
// lease each carries (R2), and asks for the flush of the first for all. The
// outcomes are per write and per field. On an error that is not
// ErrUnknownOutcome, nothing was written at all. Writes of concurrent calls may
// share the round trip and the step; one that asks for a flush has a round trip
// of its own.
func (s *Store) Write(ctx context.Context, writes []appointment.Write) ([][]appointment.Outcome, error) {
	if len(writes) == 0 {
		return nil, nil
	}
	r, token, err := s.at(ctx, writes[0].Lease)
	if err != nil {
		return nil, err
	}
	if err := s.full(); err != nil {
		return nil, err
	}
	p := &passenger{writes: writes, token: token}
	if flush := writes[0].Flush; flush != nil {
		s.send([]*passenger{p}, func(calls ...call) ([]*redis.Cmd, error) { return r.evalFlushed(ctx, flush, calls...) })
		err = p.err
	} else {
		err = r.writes.take(ctx, s, r, p)
	}
	if err != nil {
		return nil, err
	}
	return p.outcomes, nil
}

// flags of the marks of a write, as doc.go explains them.
func flags(w appointment.Write) string {
	s := ""
	if w.Direct {
		s += "d"
	}
	if w.Lease.Unverified || w.Unseen {
		s += "u"
	}
	return s
}

// SetStatus writes status and last_updated_redis in one step if Redis holds the
// appointment or the caller knows that it exists. false: there is none.
func (s *Store) SetStatus(ctx context.Context, w appointment.Write, status string, known bool) (bool, error) {
	if err := s.full(); err != nil {
		return false, err
	}
	blog := w.Post.Blog
	hash, dirty := s.keys.post(w.Post)
	n, err := s.flushed(ctx, w, func(token string) call {
		return call{statusScript, []string{s.keys.floor(blog), hash, dirty, s.keys.dirty(blog), s.keys.dead(blog)},
			[]any{token, w.Lease.Epoch, w.Post.Member(), s.SyncDelay.Milliseconds(), flags(w), status, known, s.MaxDirty}}
	})
	return n == 1, unlessForeign(n, err, w.Post)
}

// Delete leaves a tombstone for every field that Redis holds of the post.
// false: it holds none.
func (s *Store) Delete(ctx context.Context, w appointment.Write) (bool, error) {
	if err := s.full(); err != nil {
		return false, err
	}
	blog := w.Post.Blog
	hash, dirty := s.keys.post(w.Post)
	n, err := s.flushed(ctx, w, func(token string) call {
		return call{deleteScript, []string{s.keys.floor(blog), hash, dirty, s.keys.dirty(blog)},
			[]any{token, w.Lease.Epoch, w.Post.Member(), s.SyncDelay.Milliseconds(), flags(w), s.MaxDirty}}
	})
	return n == 1, unlessForeign(n, err, w.Post)
}

// unlessForeign is the error of a script that answers -1 where the post's keys
// hold what is nobody's here, and has written nothing then.
func unlessForeign(n int64, err error, post appointment.Post) error {
	if err == nil && n == -1 {
		return &appointment.ForeignKeysError{Posts: []appointment.Post{post}}
	}
	return err
}

// Mark makes a post due now, whether or not anything in it is dirty.
func (s *Store) Mark(ctx context.Context, lease appointment.Lease, post appointment.Post) error {
	_, err := s.number(ctx, lease, func(token string) call {
		return call{markScript, []string{s.keys.floor(post.Blog), s.keys.dirty(post.Blog)}, []any{token, post.Member()}}
	})
	return err
}

// Move gives the fields of a slug's reading, and what came since, to the post
// that has the slug now. *appointment.ForeignKeysError: that has none to take them.
func (s *Store) Move(ctx context.Context, lease appointment.Lease, reading appointment.Reading, post appointment.Post) error {
	blog, slug := post.Blog, reading.Post.Slug
	hash, dirty := s.keys.post(post)
	r, token, err := s.at(ctx, lease)
	if err != nil {
		return err
	}
	from := slots(reading)
	_, err = s.everywhere(ctx, r, r, blog, token, len(from), func(i int, patterns string) call {
		pairs := s.keys.pairs(reading.Post)
		fromHash, fromDirty := pairs[2*from[i]], pairs[2*from[i]+1]
		keys := []string{s.keys.floor(blog), s.keys.dirty(blog), s.keys.claims(blog), fromHash, fromDirty, hash, dirty, s.keys.ttls(blog), s.keys.dead(blog)}
		return call{moveScript, append(keys, dirtyHashes(pairs)...), []any{token, lease.Epoch, slug, post.Member(), s.SyncDelay.Milliseconds(), patterns}}
	})
	return foreign(classify(err), post)
}

// slots are under which key patterns a slug's fields are: that of the one kind of
// post that may be written to by a slug, and those that it had before.
func slots(reading appointment.Reading) []int {
	found := []int{}
	for _, field := range reading.Fields {
		if !slices.Contains(found, field.Slot) {
			found = append(found, field.Slot)
		}
	}
	if len(found) == 0 {
		return []int{0}
	}
	return found
}

func dirtyHashes(pairs []string) []string {
	var hashes []string
	for i := 1; i < len(pairs); i += 2 {
		hashes = append(hashes, pairs[i])
	}
	return hashes
}

// Absent notes that the slug of a reading has no post: what is in it came
// before the post, though MySQL was away then. false: the claim is not ours any
// more, and nothing was noted.
func (s *Store) Absent(ctx context.Context, lease appointment.Lease, reading appointment.Reading) (bool, error) {
	blog := reading.Post.Blog
	n, err := s.once(ctx, lease, func(token, patterns string) call {
		args := []any{token, reading.Post.Slug, reading.Stamp, patterns}
		for _, field := range reading.Fields {
			args = append(args, field.Slot, field.Key, field.Mark)
		}
		keys := []string{s.keys.floor(blog), s.keys.claims(blog)}
		return call{absentScript, append(keys, dirtyHashes(s.keys.pairs(reading.Post))...), args}
	})
	return n == 1, err
}

// Forget drops everything of a deleted post but its dead letters, and tells
// whether there was anything.
func (s *Store) Forget(ctx context.Context, lease appointment.Lease, post appointment.Post) (bool, error) {
	blog := post.Blog
	n, err := s.once(ctx, lease, func(token, patterns string) call {
		keys := append([]string{s.keys.floor(blog), s.keys.dirty(blog), s.keys.claims(blog), s.keys.ttls(blog)}, s.keys.pairs(post)...)
		return call{forgetScript, keys, []any{token, lease.Epoch, post.Member(), patterns, len(s.keys.own)}}
	})
	return n > 0, err
}

// once is everywhere for one call that answers a number.
func (s *Store) once(ctx context.Context, lease appointment.Lease, build func(token, patterns string) call) (int64, error) {
	r, token, err := s.at(ctx, lease)
	if err != nil {
		return 0, err
	}
	cmds, err := s.everywhere(ctx, r, r, lease.Blog, token, 1, func(_ int, patterns string) call { return build(token, patterns) })
	if err != nil {
		return 0, classify(err)
	}
	n, err := cmds[0].Int64()
	return n, classify(err)
}

// number runs one script that answers a number.
func (s *Store) number(ctx context.Context, lease appointment.Lease, build func(token string) call) (int64, error) {
	return s.flushed(ctx, appointment.Write{Lease: lease}, build)
}

// flushed is number for a write.
func (s *Store) flushed(ctx context.Context, w appointment.Write, build func(token string) call) (int64, error) {
	r, token, err := s.at(ctx, w.Lease)
	if err != nil {
		return 0, err
	}
	cmds, err := r.evalFlushed(ctx, w.Flush, build(token))
	if err != nil {
		return 0, classify(err)
	}
	n, err := cmds[0].Int64()
	if err != nil {
		return 0, fmt.Errorf("%w: script answered %v", appointment.ErrUnknownOutcome, cmds[0].Val())
	}
	return n, nil
}
