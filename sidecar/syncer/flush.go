package syncer

import (
	"context"
	"errors"
	"slices"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// flushed is what became of the posts of one flush.
type flushed struct {
	report appointment.SyncReport
	open   []appointment.Post // claimed, but not settled under our own claim
}

// flush claims a batch of posts (all, or those due), commits what they hold
// dirty, and clears it. Readings are forgotten on any error: Redis still has
// them.
func (s *Syncer) flush(ctx context.Context, ticket appointment.Lease, posts *queue, force, drain bool) (flushed, error) {
	var f flushed
	readings, err := s.claim(ctx, ticket, posts, force)
	if err != nil {
		return f, errors.Join(err, s.release(ctx, ticket, readings, &f))
	}
	var known, slugs []appointment.Reading
	for _, r := range readings {
		if r.Post.ID != 0 {
			known = append(known, r)
		} else {
			slugs = append(slugs, r)
		}
	}
	if err := s.settle(ctx, ticket, known, &f); err != nil {
		return f, errors.Join(err, s.release(ctx, ticket, slugs, &f))
	}
	for i, r := range slugs {
		if err := s.place(ctx, ticket, r, drain, &f); err != nil {
			return f, errors.Join(err, s.release(ctx, ticket, slugs[i:], &f))
		}
	}
	return f, nil
}

// settle commits readings and clears them. What MySQL can never take becomes
// dead letters, and the rest of that post is claimed and tried again.
func (s *Syncer) settle(ctx context.Context, ticket appointment.Lease, readings []appointment.Reading, f *flushed) error {
	for again := new(queue); len(readings) > 0; {
		rest, err := s.settleOnce(ctx, ticket, readings, f)
		if err != nil {
			return errors.Join(err, s.release(ctx, ticket, readings, f))
		}
		again.posts = append(again.posts, rest...)
		before := readings
		readings, err = s.claim(ctx, ticket, again, true)
		if err != nil { // what was not claimed again still has its claim from before
			return errors.Join(err, s.release(ctx, ticket, slices.Concat(before, readings), f))
		}
	}
	return nil
}

// release makes claimed posts due at once after an error, also when the caller
// that they were claimed for is gone: else they would wait for the claim's end.
func (s *Syncer) release(ctx context.Context, ticket appointment.Lease, readings []appointment.Reading, f *flushed) error {
	for _, r := range readings {
		f.open = append(f.open, r.Post)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return s.redis.PutBack(ctx, ticket, readings, 0)
}

// settleOnce returns the posts that lost some of their fields to the dead
// letters. The stamp of that reading is used up: MySQL has counted it before
// anything was buried, so that no older read can follow.
func (s *Syncer) settleOnce(ctx context.Context, ticket appointment.Lease, readings []appointment.Reading, f *flushed) ([]appointment.Post, error) {
	s.Batches.Add(1)
	verdicts, err := s.rows.Sync(ctx, ticket.Blog, ticket.Epoch, readings)
	if err != nil {
		return nil, err
	}
	most := s.BackoffMax
	if len(verdicts) > 1 && !slices.ContainsFunc(verdicts, func(v appointment.Verdict) bool { return v.Fate != appointment.Locked }) {
		most = min(most, outageMax) // the table, as a dump or an ALTER does: an outage, and nobody's row
	}
	var again []appointment.Post
	var done []appointment.Reading
	var settled [][]appointment.Settled
	for i, v := range verdicts {
		r := readings[i]
		switch v.Fate {
		case appointment.Committed:
			done, settled = append(done, r), append(settled, v.Settled)
		case appointment.Doomed:
			rest, ours, err := s.bury(ctx, ticket, r, v.Doomed, f)
			if err != nil {
				return nil, err
			}
			switch {
			case !ours: // another claim came between: forget the read
				f.open = append(f.open, r.Post)
			case len(rest.Fields) > 0:
				again = append(again, r.Post)
			default:
				done, settled = append(done, rest), append(settled, nil)
			}
		case appointment.Locked, appointment.Forgotten:
			f.open = append(f.open, r.Post)
			if err := s.later(ctx, ticket, r, v, most); err != nil {
				return nil, err
			}
		}
	}
	return again, s.clear(ctx, ticket, done, settled, f)
}

// clear acknowledges to Redis what was committed.
func (s *Syncer) clear(ctx context.Context, ticket appointment.Lease, done []appointment.Reading, settled [][]appointment.Settled, f *flushed) error {
	for i, r := range done {
		for _, field := range settled[i] {
			if !field.LeftOut {
				s.Lag.Add(r.At.Sub(field.At) + time.Since(r.Began))
			}
		}
		f.report.Synced += len(settled[i])
		s.Synced.Add(uint64(len(settled[i])))
		s.forgive(r.Post)
	}
	acked, err := s.redis.Ack(ctx, ticket, done, settled)
	if err != nil {
		return err
	}
	for i, ok := range acked {
		if !ok { // another claim came between: it is that one's to clear
			f.open = append(f.open, done[i].Post)
		}
	}
	return nil
}

// bury makes dead letters, and returns the reading without them. Not ours: it
// could not, since another claim came between. Nothing of the reading may then
// be committed: the fence would rise over fields that are nowhere else.
func (s *Syncer) bury(ctx context.Context, ticket appointment.Lease, r appointment.Reading, letters []appointment.DeadLetter, f *flushed) (rest appointment.Reading, ours bool, err error) {
	if ours, err = s.redis.Bury(ctx, ticket, r, letters); err != nil || !ours {
		return r, ours, err
	}
	dead := map[string]bool{}
	for _, l := range letters {
		dead[l.Mark] = true
		s.Logger.Error("dead letter", "blog", r.Post.Blog, "post", r.Post.Member(), "key", l.Key, "code", l.Code, "reason", l.Reason)
	}
	s.Buried.Add(uint64(len(letters)))
	f.report.Dead += len(letters)
	rest = r
	rest.Fields = nil
	for _, field := range r.Fields {
		if !dead[field.Mark] {
			rest.Fields = append(rest.Fields, field)
		}
	}
	return rest, true, nil
}

// later puts a post back: at once when its read came too late, after a growing
// while, most at most, when somebody holds its rows.
func (s *Syncer) later(ctx context.Context, ticket appointment.Lease, r appointment.Reading, v appointment.Verdict, most time.Duration) error {
	var wait time.Duration
	if v.Fate == appointment.Locked {
		s.mu.Lock()
		s.attempts[r.Post]++
		wait = min(s.Delay<<min(s.attempts[r.Post], 16), most)
		s.mu.Unlock()
	}
	if v.Lift != 0 {
		if err := s.redis.Lift(ctx, ticket, v.Lift); err != nil {
			return err
		}
	}
	return s.redis.PutBack(ctx, ticket, []appointment.Reading{r}, wait)
}

func (s *Syncer) forgive(post appointment.Post) {
	s.mu.Lock()
	delete(s.attempts, post)
	s.mu.Unlock()
}
