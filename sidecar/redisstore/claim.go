package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Due returns, by blog, the members of up to n posts whose sync is due, in one
// round trip. A blog where nothing is due is left out. BlogErrors: the others are
// answered all the same.
func (s *Store) Due(ctx context.Context, blogs []uint64, n int) (map[uint64][]string, error) {
	r, err := s.runs.get(ctx)
	if err != nil || len(blogs) == 0 {
		return nil, err
	}
	calls := make([]call, len(blogs))
	for i, blog := range blogs {
		calls[i] = call{dueScript, []string{s.keys.dirty(blog)}, []any{n, s.horizon()}}
	}
	cmds, _ := r.eval(ctx, calls...) // each command carries its own error
	due, broken := map[uint64][]string{}, appointment.BlogErrors{}
	for i, cmd := range cmds {
		members, err := cmd.StringSlice()
		if isWrongType(err) {
			broken[blogs[i]] = fmt.Errorf("%w: %s", appointment.ErrForeignKeys, s.keys.dirty(blogs[i]))
			continue
		}
		if err != nil {
			return nil, classify(err)
		}
		if len(members) > 0 {
			due[blogs[i]] = members
		}
	}
	if len(broken) > 0 {
		return due, broken
	}
	return due, nil
}

// claimShare is how many bytes of dirty fields a post may have that is claimed
// with others, so that nobody holds more than he can carry.
const claimShare = 64 << 10

// Claim claims the posts for a sync and reads all their dirty fields (R4, step
// 2), in one round trip. Posts that are clean, or not due and not forced, are
// left out of the answer. Of one whose keys somebody else has put something
// into, the fields are Lost, or have no mark. With a LargeError those that are
// not large are claimed. It takes half of its time at most, or a second: the rest
// is for the sync.
func (s *Store) Claim(ctx context.Context, lease appointment.Lease, posts []appointment.Post, force bool) ([]appointment.Reading, error) {
	r, token, err := s.at(ctx, lease)
	if err != nil || len(posts) == 0 {
		return nil, err
	}
	most := claimShare
	if len(posts) == 1 {
		most = 0
	}
	limit := max(s.ClaimLease/2, time.Second)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmds, err := s.everywhere(ctx, r, r.patient(limit), lease.Blog, token, len(posts), func(i int, patterns string) call {
		p := posts[i]
		keys := append([]string{s.keys.floor(p.Blog), s.keys.dirty(p.Blog), s.keys.claims(p.Blog), s.keys.ttls(p.Blog), s.keys.dead(p.Blog)}, s.keys.pairs(p)...)
		return call{claimScript, keys, []any{token, p.Member(), s.ClaimLease.Milliseconds(), s.horizon(), force, int64(s.CleanTTL.Seconds()), patterns, len(s.keys.own), most}}
	})
	if err != nil {
		return nil, classify(err)
	}
	began := time.Now()
	var readings []appointment.Reading
	var large []appointment.Post
	for i, cmd := range cmds {
		answer, err := cmd.Slice()
		if err != nil {
			return nil, classify(err)
		}
		if len(answer) == 1 {
			large = append(large, posts[i])
		}
		if len(answer) < 2 {
			continue
		}
		reading, err := parseReading(posts[i], answer)
		if err != nil {
			return nil, fmt.Errorf("claim post %s: %w", posts[i].Member(), err)
		}
		reading.Began = began
		readings = append(readings, reading)
	}
	if len(large) > 0 {
		return readings, &appointment.LargeError{Posts: large}
	}
	return readings, nil
}

func parseReading(post appointment.Post, answer []any) (appointment.Reading, error) {
	stamp, _ := answer[0].(int64)
	now, err := strconv.ParseInt(fmt.Sprint(answer[1]), 10, 64)
	if err != nil || stamp <= 0 {
		return appointment.Reading{}, fmt.Errorf("stamp %v at %v", answer[0], answer[1])
	}
	reading := appointment.Reading{Post: post, Stamp: uint64(stamp), At: time.UnixMilli(now)}
	for i := 2; i+3 < len(answer); i += 4 {
		d := parseDirty(answer[i+1 : i+4])
		slot, _ := answer[i].(int64)
		d.Slot = int(slot)
		reading.Fields = append(reading.Fields, d)
	}
	return reading, nil
}

// Ack clears what a sync settled, each field only if nobody wrote it since and
// only while the claim is ours (R4, step 4). false: it was not, and nothing was
// cleared; a later claim will.
func (s *Store) Ack(ctx context.Context, lease appointment.Lease, readings []appointment.Reading, settled [][]appointment.Settled) ([]bool, error) {
	r, token, err := s.at(ctx, lease)
	if err != nil || len(readings) == 0 {
		return nil, err
	}
	cmds, err := s.everywhere(ctx, r, r, lease.Blog, token, len(readings), func(i int, patterns string) call {
		p := readings[i].Post
		keys := append([]string{s.keys.floor(p.Blog), s.keys.dirty(p.Blog), s.keys.claims(p.Blog), s.keys.ttls(p.Blog), s.keys.notices(p.Blog)}, s.keys.pairs(p)...)
		args := []any{token, p.Member(), readings[i].Stamp, s.ClaimLease.Milliseconds(), s.SyncDelay.Milliseconds(), int64(s.CleanTTL.Seconds()), patterns, len(s.keys.own)}
		for _, field := range settled[i] {
			fate := "w"
			if field.LeftOut {
				fate = "l"
			}
			args = append(args, field.Slot, field.Key, field.Mark, fate)
		}
		return call{ackScript, keys, args}
	})
	if err != nil {
		return nil, classify(err)
	}
	acked := make([]bool, len(cmds))
	for i, cmd := range cmds {
		n, err := cmd.Int64()
		if err != nil {
			return nil, classify(err)
		}
		acked[i] = n == 1
	}
	return acked, nil
}

// PutBack makes claimed posts due again after the wait.
func (s *Store) PutBack(ctx context.Context, lease appointment.Lease, readings []appointment.Reading, wait time.Duration) error {
	r, token, err := s.at(ctx, lease)
	if err != nil || len(readings) == 0 {
		return err
	}
	calls := make([]call, len(readings))
	for i, reading := range readings {
		blog := reading.Post.Blog
		calls[i] = call{backoffScript, []string{s.keys.floor(blog), s.keys.dirty(blog), s.keys.claims(blog)},
			[]any{token, reading.Post.Member(), reading.Stamp, min(wait, s.BackoffMax).Milliseconds()}}
	}
	_, err = r.eval(ctx, calls...)
	return classify(err)
}

// Bury moves fields of a reading to the dead letters, but for those that were
// written since. false: the claim is not ours any more, and nothing was moved;
// what was read must then be forgotten, since the fence may not rise over it.
func (s *Store) Bury(ctx context.Context, lease appointment.Lease, reading appointment.Reading, letters []appointment.DeadLetter) (bool, error) {
	r, token, err := s.at(ctx, lease)
	if err != nil || len(letters) == 0 {
		return true, err
	}
	p := reading.Post
	args := []any{token, p.Member(), reading.Stamp}
	for _, l := range letters {
		l.Post.Type = s.keys.typeAt(l.Slot)
		body, err := json.Marshal(storedFrom(l))
		if err != nil {
			return false, fmt.Errorf("encode dead letter: %w", err)
		}
		args = append(args, l.Slot, l.Key, l.Mark, body)
	}
	keys := append([]string{s.keys.floor(p.Blog), s.keys.claims(p.Blog), s.keys.dead(p.Blog), s.keys.notices(p.Blog)}, s.keys.pairs(p)...)
	cmds, err := r.eval(ctx, call{buryScript, keys, args})
	if err != nil {
		return false, classify(err)
	}
	moved, err := cmds[0].Int64()
	return moved >= 0, classify(err)
}

// Lift raises the counter to one that MySQL has already seen, so that stamps
// grow again after a Redis that came back older.
func (s *Store) Lift(ctx context.Context, lease appointment.Lease, counter uint64) error {
	r, token, err := s.at(ctx, lease)
	if err != nil {
		return err
	}
	_, err = r.eval(ctx, call{liftScript, []string{s.keys.floor(lease.Blog)}, []any{token, counter}})
	return classify(err)
}
