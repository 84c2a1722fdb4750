package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// NoticeCounts returns how many notices each blog has, in one round trip.
func (s *Store) NoticeCounts(ctx context.Context, blogs []uint64) (map[uint64]int64, error) {
	r, err := s.runs.get(ctx)
	if err != nil || len(blogs) == 0 {
		return nil, err
	}
	pipe := r.Pipeline()
	lengths := make([]func() int64, len(blogs))
	for i, blog := range blogs {
		lengths[i] = pipe.HLen(ctx, s.keys.notices(blog)).Val
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, classify(err)
	}
	counts := make(map[uint64]int64, len(blogs))
	for i, blog := range blogs {
		counts[blog] = lengths[i]()
	}
	return counts, nil
}

// Notices takes the turn to tell WordPress, for as long as turn, and returns up
// to n of what it has to be told of, with the time by Redis' clock, which all
// sidecars share. None: there is nothing, or another sidecar has the turn.
func (s *Store) Notices(ctx context.Context, lease appointment.Lease, sender string, turn time.Duration, n int) ([]appointment.Notice, time.Time, error) {
	r, token, err := s.runs.at(ctx, lease)
	if err != nil {
		return nil, time.Time{}, err
	}
	cmds, err := r.eval(ctx, call{noticesScript, s.noticeKeys(lease.Blog), []any{token, sender, turn.Milliseconds(), n}})
	if err != nil {
		return nil, time.Time{}, classify(err)
	}
	answer, err := cmds[0].StringSlice()
	if err != nil || len(answer) == 0 {
		return nil, time.Time{}, classify(err)
	}
	now, err := strconv.ParseInt(answer[0], 10, 64)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("notices script answered %q: %w", answer[0], err)
	}
	var notices []appointment.Notice
	for i := 1; i+1 < len(answer); i += 2 {
		member, key, _ := strings.Cut(answer[i], ":")
		id, err := strconv.ParseUint(member, 10, 64)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("the notices hold what is no post: %w", err)
		}
		notices = append(notices, appointment.Notice{Post: id, Key: key, Mark: answer[i+1]})
	}
	return notices, time.UnixMilli(now), nil
}

// Notified ends the turn and removes what WordPress has confirmed, but for what
// was synced again since.
func (s *Store) Notified(ctx context.Context, lease appointment.Lease, sender string, confirmed []appointment.Notice) error {
	_, err := s.number(ctx, lease, func(token string) call {
		args := []any{token, sender}
		for _, n := range confirmed {
			args = append(args, letter(strconv.FormatUint(n.Post, 10), n.Key), n.Mark)
		}
		return call{notifiedScript, s.noticeKeys(lease.Blog), args}
	})
	return err
}

func (s *Store) noticeKeys(blog uint64) []string {
	return []string{s.keys.floor(blog), s.keys.notices(blog), s.keys.sender(blog)}
}
