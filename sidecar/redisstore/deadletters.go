package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// stored is a dead letter as Redis keeps it: JSON, the value as base64, since
// it may be what no JSON string can hold.
type stored struct {
	Value   []byte    `json:"value"`
	Deleted bool      `json:"deleted,omitempty"`
	Lost    bool      `json:"lost,omitempty"`
	Version string    `json:"version"`
	Code    string    `json:"code"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
	Type    string    `json:"type,omitempty"`
}

func storedFrom(l appointment.DeadLetter) stored {
	return stored{Value: []byte(l.Value), Deleted: l.Deleted, Lost: l.Lost, Version: l.Version.String(), Code: l.Code, Reason: l.Reason, At: l.At, Type: l.Post.Type}
}

// parseLetter reads one as Redis keeps it. One that is not what a sidecar keeps
// there holds up no other: it is shown as it is, and can be edited or discarded.
func parseLetter(blog uint64, field, body string) appointment.DeadLetter {
	member, key, _ := strings.Cut(field, ":")
	post, err := appointment.LetterPost(blog, member)
	var s stored
	err2 := json.Unmarshal([]byte(body), &s)
	version, err3 := appointment.ParseVersion(s.Version)
	if err := cmp.Or(err, err2, err3); err != nil {
		return appointment.DeadLetter{
			Post: post, Key: key, Value: body, Lost: true,
			Code: appointment.DeadUnreadable, Reason: "it is not what a sidecar keeps as a dead letter",
		}
	}
	post.Type = s.Type
	return appointment.DeadLetter{
		Post: post, Key: key, Value: string(s.Value), Deleted: s.Deleted, Lost: s.Lost,
		Version: version, Code: s.Code, Reason: s.Reason, At: s.At,
	}
}

// some is how many dead letters are read in one step: Redis answers nobody else
// meanwhile, and their values may be large.
const some = 100

// DeadLetters returns all dead letters of a blog, by post and key.
func (s *Store) DeadLetters(ctx context.Context, blog uint64) ([]appointment.DeadLetter, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]string{} // one may come more than once
	for cursor := uint64(0); ; {
		found, next, err := r.HScan(ctx, s.keys.dead(blog), cursor, "", some).Result()
		if err != nil {
			return nil, classify(err)
		}
		for i := 0; i+1 < len(found); i += 2 {
			all[found[i]] = found[i+1]
		}
		if cursor = next; cursor == 0 {
			break
		}
	}
	letters := make([]appointment.DeadLetter, 0, len(all))
	for field, body := range all {
		letters = append(letters, parseLetter(blog, field, body))
	}
	slices.SortFunc(letters, func(a, b appointment.DeadLetter) int {
		return cmp.Or(cmp.Compare(a.Post.ID, b.Post.ID), cmp.Compare(a.Post.Slug, b.Post.Slug), cmp.Compare(a.Key, b.Key))
	})
	return letters, nil
}

// DeadLetter returns one. ErrUnknownDeadLetter: there is none.
func (s *Store) DeadLetter(ctx context.Context, post appointment.Post, key string) (appointment.DeadLetter, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return appointment.DeadLetter{}, err
	}
	body, err := r.HGet(ctx, s.keys.dead(post.Blog), letter(post.Member(), key)).Result()
	if errors.Is(err, redis.Nil) {
		return appointment.DeadLetter{}, appointment.ErrUnknownDeadLetter
	}
	if err != nil {
		return appointment.DeadLetter{}, classify(err)
	}
	return parseLetter(post.Blog, letter(post.Member(), key), body), nil
}
