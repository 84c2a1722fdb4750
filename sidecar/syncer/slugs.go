package syncer

import (
	"context"
	"errors"
	"slices"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// place finds the post of a slug. One that has a post now gets its fields; one
// that has had none for too long, or at a return, becomes dead letters.
func (s *Syncer) place(ctx context.Context, ticket appointment.Lease, r appointment.Reading, drain bool, f *flushed) error {
	var unknown []appointment.DeadLetter
	for _, field := range r.Fields {
		if field.Mark == "" {
			unknown = append(unknown, r.NoVersion(field))
		}
	}
	if len(unknown) > 0 {
		if len(unknown) < len(r.Fields) { // the rest is claimed again
			f.open = append(f.open, r.Post)
		}
		return s.give(ctx, ticket, r, unknown, nil, f)
	}
	post, err := s.rows.Resolve(ctx, r.Post, s.Types.Kind("appointment"))
	switch {
	case err == nil:
		lease, err := s.owner.Lease(ctx, ticket.Blog)
		if err == nil { // as writes of this moment; what the post has got since is decided when they are synced
			err := s.redis.Move(ctx, lease, r, post)
			var keys *appointment.ForeignKeysError
			if !errors.As(err, &keys) {
				return err
			}
			s.complain(keys)
			if slices.ContainsFunc(r.Fields, func(field appointment.Dirty) bool { return field.Unverified }) { // barriers wait for it
				return s.give(ctx, ticket, r, all(r, appointment.DeadUnresolved, "its post's keys in Redis hold what no sidecar has put there"), nil, f)
			}
			f.open = append(f.open, r.Post)
			return s.redis.PutBack(ctx, ticket, []appointment.Reading{r}, s.BackoffMax)
		}
		if !drain {
			f.open = append(f.open, r.Post)
			return s.redis.PutBack(ctx, ticket, []appointment.Reading{r}, s.Delay)
		}
		return s.give(ctx, ticket, r, all(r, appointment.DeadUnresolved, "the sidecar stopped taking writes before it was given to its post"), nil, f)
	case !errors.Is(err, appointment.ErrUnknownPost):
		return err
	}
	var values appointment.Reading
	var gone []appointment.Settled // what was deleted of a post that is not there
	for _, field := range r.Fields {
		if field.Deleted {
			gone = append(gone, appointment.Settled{Dirty: field, LeftOut: true})
		} else {
			values.Fields = append(values.Fields, field)
		}
	}
	if len(values.Fields) > 0 && !drain && r.At.Sub(oldest(r)) < s.Unresolved {
		if slices.ContainsFunc(r.Fields, func(field appointment.Dirty) bool { return field.Unverified }) {
			ours, err := s.redis.Absent(ctx, ticket, r)
			if err != nil {
				return err
			}
			if !ours {
				f.open = append(f.open, r.Post)
			}
		}
		return s.redis.PutBack(ctx, ticket, []appointment.Reading{r}, max(s.Unresolved/20, s.Delay))
	}
	values.Post, values.At = r.Post, r.At
	return s.give(ctx, ticket, r, all(values, appointment.DeadUnresolved, "no post has this slug"), gone, f)
}

// give buries what is lost on a slug, and clears what there is nothing left to
// do for.
func (s *Syncer) give(ctx context.Context, ticket appointment.Lease, r appointment.Reading, letters []appointment.DeadLetter, gone []appointment.Settled, f *flushed) error {
	rest, ours, err := s.bury(ctx, ticket, r, letters, f)
	if err != nil || !ours {
		f.open = append(f.open, r.Post)
		return err
	}
	return s.clear(ctx, ticket, []appointment.Reading{rest}, [][]appointment.Settled{gone}, f)
}

// all makes dead letters of all fields of a reading.
func all(r appointment.Reading, code, reason string) []appointment.DeadLetter {
	letters := make([]appointment.DeadLetter, len(r.Fields))
	for i, field := range r.Fields {
		letters[i] = r.Letter(field, code, reason)
	}
	return letters
}

func oldest(r appointment.Reading) time.Time {
	at := r.At
	for _, field := range r.Fields {
		if field.At.Before(at) {
			at = field.At
		}
	}
	return at
}
