package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Dirty returns what is dirty in the posts, in one round trip and one
// consistent look (R8). The Redis asked must be the one named by id
// ("run id:token").
func (s *Store) Dirty(ctx context.Context, blog uint64, id string, posts []appointment.Post) (appointment.DirtyView, error) {
	view := appointment.DirtyView{Posts: map[string][]appointment.Dirty{}}
	r, token, err := s.at(ctx, appointment.Lease{Blog: blog, Token: id})
	if err != nil {
		return view, err
	}
	keys := make([]string, 1, 1+2*len(posts))
	keys[0] = s.keys.floor(blog)
	for _, p := range posts {
		hash, dirty := s.keys.post(p)
		keys = append(keys, hash, dirty)
	}
	cmds, err := r.eval(ctx, call{readScript, keys, []any{token}})
	if err != nil {
		return view, classify(err)
	}
	answer, err := cmds[0].Slice()
	if err != nil || len(answer) != 2 && len(answer) != 2+len(posts) {
		return view, fmt.Errorf("read script answered %T of %d", cmds[0].Val(), len(answer))
	}
	if view.Generation, err = strconv.ParseUint(fmt.Sprint(answer[0]), 10, 64); err != nil {
		return view, fmt.Errorf("parse generation: %w", err)
	}
	unseen, _ := answer[1].(int64)
	view.Unseen = unseen > 0
	for i, each := range answer[2:] {
		fields, _ := each.([]any)
		p := posts[i]
		for j := 0; j+2 < len(fields); j += 3 {
			if d := parseDirty(fields[j : j+3]); !d.Lost { // else the row is all that there is
				view.Posts[p.Member()] = append(view.Posts[p.Member()], d)
			}
		}
	}
	return view, nil
}

// parseDirty reads key, mark, value as the scripts return them. A mark that no
// script of ours wrote has no version: one such field may not hold up the
// others, and ends as a dead letter.
func parseDirty(parts []any) appointment.Dirty {
	key, _ := parts[0].(string)
	mark, _ := parts[1].(string)
	value, has := parts[2].(string)
	text, rest, _ := strings.Cut(mark, "@")
	tombstone := strings.HasPrefix(rest, "0")
	d := appointment.Dirty{Key: key, Mark: mark, Value: value, Deleted: !has && tombstone, Lost: !has && !tombstone}
	bare := strings.TrimRight(rest, "dus")
	ms, err := strconv.ParseInt(bare, 10, 64)
	version, err2 := appointment.ParseVersion(text)
	if err != nil || err2 != nil {
		return d
	}
	d.Version, d.At = version, time.UnixMilli(ms)
	d.Direct = strings.Contains(rest[len(bare):], "d")
	d.Unverified = strings.Contains(rest[len(bare):], "u")
	d.BySlug = strings.Contains(rest[len(bare):], "s")
	return d
}

// Copy returns everything Redis holds of a post, dirty or a clean copy, with
// the time of the newest write (zero: none).
func (s *Store) Copy(ctx context.Context, post appointment.Post) (map[string]string, time.Time, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	hash, _ := s.keys.post(post)
	fields, err := r.HGetAll(ctx, hash).Result()
	if err != nil {
		return nil, time.Time{}, classify(err)
	}
	var at time.Time
	if seconds, err := strconv.ParseInt(fields[appointment.LastUpdated], 10, 64); err == nil {
		at = time.Unix(seconds, 0)
	}
	delete(fields, appointment.LastUpdated)
	return fields, at, nil
}

// Members returns up to n posts with dirty fields, longest due first; n < 0: all.
func (s *Store) Members(ctx context.Context, blog uint64, n int64) ([]string, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		n--
	}
	members, err := r.ZRange(ctx, s.keys.dirty(blog), 0, n).Result()
	return members, classify(err)
}

// Waiting returns which of the posts have dirty fields, in one round trip and
// one consistent look. nil posts are all of them, longest due first.
func (s *Store) Waiting(ctx context.Context, lease appointment.Lease, posts []appointment.Post) (appointment.Waiting, error) {
	var look appointment.Waiting
	r, token, err := s.at(ctx, lease)
	if err != nil {
		return look, err
	}
	args := []any{token, "some"}
	if posts == nil {
		args[1] = "all"
	}
	seen := make(map[string]bool, len(posts))
	for _, p := range posts {
		if !seen[p.Member()] {
			args = append(args, p.Member())
		}
		seen[p.Member()] = true
	}
	cmds, err := r.eval(ctx, call{waitingScript, []string{s.keys.floor(lease.Blog), s.keys.dirty(lease.Blog)}, args})
	if err != nil {
		return look, classify(err)
	}
	answer, err := cmds[0].Slice()
	if err != nil || len(answer) < 2 {
		return look, fmt.Errorf("waiting script answered %T", cmds[0].Val())
	}
	if look.Generation, err = strconv.ParseUint(fmt.Sprint(answer[0]), 10, 64); err != nil {
		return look, fmt.Errorf("parse generation: %w", err)
	}
	unseen, _ := answer[1].(int64)
	for i, each := range answer[2:] {
		if int64(i) < unseen {
			look.Unseen = append(look.Unseen, fmt.Sprint(each))
		} else {
			look.Members = append(look.Members, fmt.Sprint(each))
		}
	}
	return look, nil
}
