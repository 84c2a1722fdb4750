package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// Retry makes the dead letter of a post and key a write of this moment to the
// write's post, which is another only where a slug's has come since. It is made
// under the write's lease, and the letter goes with it. ErrUnknownDeadLetter:
// there is none, or somebody else took it, or wrote the field, meanwhile;
// ErrNothingToWrite: its value was lost; *appointment.ForeignKeysError: the
// post's keys cannot take it.
func (s *Store) Retry(ctx context.Context, w appointment.Write, of appointment.Post, key string) error {
	return s.asRead(ctx, of, key, func(body string, l appointment.DeadLetter) (int64, error) {
		if l.Lost {
			return 0, appointment.ErrNothingToWrite
		}
		set := "="
		if l.Deleted {
			set = "-"
		}
		if err := s.full(); err != nil {
			return 0, err
		}
		blog := l.Post.Blog
		hash, dirty := s.keys.post(w.Post)
		n, err := s.flushed(ctx, w, func(token string) call {
			return call{retryScript, []string{s.keys.floor(blog), hash, dirty, s.keys.dirty(blog), s.keys.dead(blog)},
				[]any{token, w.Lease.Epoch, w.Post.Member(), s.SyncDelay.Milliseconds(), flags(w), s.MaxDirty, key, body, set, l.Value, letter(l.Post.Member(), key)}}
		})
		return n, foreign(err, w.Post)
	})
}

// Edit gives a dead letter another value, the bytes that a retry will write.
// ErrUnknownDeadLetter: there is none; ErrOtherDeadLetter: one of another
// version has taken its place.
func (s *Store) Edit(ctx context.Context, l appointment.DeadLetter, value string) error {
	return s.replace(ctx, l, func(l appointment.DeadLetter) ([]byte, error) {
		l.Value, l.Deleted, l.Lost = value, false, false
		return json.Marshal(storedFrom(l))
	})
}

// Discard removes a dead letter for good. Its errors are those of Edit.
func (s *Store) Discard(ctx context.Context, l appointment.DeadLetter) error {
	return s.replace(ctx, l, func(appointment.DeadLetter) ([]byte, error) { return nil, nil })
}

// replace gives a letter another form, or with an empty one removes it.
func (s *Store) replace(ctx context.Context, of appointment.DeadLetter, form func(appointment.DeadLetter) ([]byte, error)) error {
	return s.asRead(ctx, of.Post, of.Key, func(body string, l appointment.DeadLetter) (int64, error) {
		if l.Version != of.Version {
			return 0, appointment.ErrOtherDeadLetter
		}
		replaced, err := form(l)
		if err != nil {
			return 0, fmt.Errorf("encode dead letter: %w", err)
		}
		r, err := s.runs.get(ctx)
		if err != nil {
			return 0, err
		}
		cmds, err := r.eval(ctx, call{editScript, []string{s.keys.dead(of.Post.Blog)}, []any{letter(of.Post.Member(), of.Key), body, replaced}})
		if err != nil {
			return 0, classify(err)
		}
		n, err := cmds[0].Int64()
		return n, classify(err)
	})
}

// asRead reads a dead letter and changes it by a script that answers 0 if it is
// another by then. That is rare: somebody edits it at the same moment.
func (s *Store) asRead(ctx context.Context, post appointment.Post, key string, change func(body string, l appointment.DeadLetter) (int64, error)) error {
	name := letter(post.Member(), key)
	for range 3 {
		r, err := s.runs.get(ctx)
		if err != nil {
			return err
		}
		body, err := r.HGet(ctx, s.keys.dead(post.Blog), name).Result()
		if errors.Is(err, redis.Nil) {
			return appointment.ErrUnknownDeadLetter
		}
		if err != nil {
			return classify(err)
		}
		if n, err := change(body, parseLetter(post.Blog, name, body)); err != nil || n == 1 {
			return err
		}
	}
	return appointment.ErrUnknownDeadLetter
}
