package redisstore

import (
	"context"
	"fmt"

	"hospital-appointments-redis/sidecar/appointment"
)

// Walk gives each page of names that Redis holds anything under: posts with
// hashes, places in the dirty set, claims. A name may come more than once.
func (s *Store) Walk(ctx context.Context, blog uint64, each func(names []string) error) error {
	r, err := s.runs.get(ctx)
	if err != nil {
		return err
	}
	err = s.scan(ctx, r, blog, []string{"", ":dirty"}, func(_ string, posts []appointment.Post) error { return each(members(posts)) })
	if err != nil {
		return err
	}
	err = walkPairs(func(c uint64) ([]string, uint64, error) {
		return r.ZScan(ctx, s.keys.dirty(blog), c, "", page).Result()
	}, each)
	if err != nil {
		return err
	}
	return walkPairs(func(c uint64) ([]string, uint64, error) {
		return r.HScan(ctx, s.keys.claims(blog), c, "", page).Result()
	}, each)
}

// Inspect returns everything that Redis holds under these names.
func (s *Store) Inspect(ctx context.Context, blog uint64, names []string) ([]appointment.Held, error) {
	r, err := s.runs.get(ctx)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	held := make([]appointment.Held, len(names))
	calls := make([]call, len(names))
	for i, name := range names {
		keys := []string{s.keys.dirty(blog), s.keys.claims(blog)}
		if post, err := appointment.ParsePost(blog, name); err == nil {
			held[i].Post = post
			keys = append(keys, s.keys.pairs(post)...)
		} else {
			held[i].Bad = name
		}
		calls[i] = call{inspectScript, keys, []any{name, len(s.keys.own)}}
	}
	cmds, _ := r.eval(ctx, calls...) // each command carries its own error
	if err := butForeign(cmds); err != nil {
		return nil, err
	}
	for i, cmd := range cmds {
		if held[i].Foreign = isWrongType(cmd.Err()); held[i].Foreign {
			continue
		}
		answer, err := cmd.Slice()
		if err != nil || len(answer) != len(calls[i].keys) {
			return nil, fmt.Errorf("inspect script answered %T of %d: %w", cmd.Val(), len(answer), err)
		}
		fill(&held[i], answer)
	}
	return held, nil
}

// fill reads the answer about one name. The newest of two dirty fields of one
// key, under two types, is the one that counts.
func fill(h *appointment.Held, answer []any) {
	h.Placed, h.Claimed = answer[0] == int64(1), answer[1] == int64(1)
	h.Copies = map[string]string{}
	for i := 2; i+1 < len(answer); i += 2 {
		values := pairsOf(answer[i])
		marks := pairsOf(answer[i+1])
		for key, mark := range marks {
			parts := []any{key, mark, nil}
			if value, ok := values[key]; ok {
				parts[2] = value
			}
			h.Dirty = append(h.Dirty, parseDirty(parts))
		}
		for key, value := range values {
			if _, dirty := marks[key]; !dirty && key != appointment.LastUpdated {
				h.Copies[key] = value
			}
		}
	}
}

func pairsOf(reply any) map[string]string {
	flat, _ := reply.([]any)
	pairs := make(map[string]string, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		key, _ := flat[i].(string)
		pairs[key], _ = flat[i+1].(string)
	}
	return pairs
}
