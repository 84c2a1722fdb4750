package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// The floor's hash names every key pattern under which a sidecar has written
// since the floor was made: what waits may be of a type that is not configured
// any more, or not here yet. A sidecar notes its own before it writes under them.
// A script that takes away a post's place, or all of the post, refuses who knows
// others than are noted, so that nobody finds a post clean without having looked
// everywhere. None is taken out again before the site is retired: nobody can tell
// who still writes under it.
//
// Under a pattern that is not configured only what has a dirty hash, or our date
// in it, is ours: the rest may be what somebody else keeps there by now.

// agreed is what this sidecar and a floor have agreed on.
type agreed struct {
	token    string
	version  uint64 // of the keys
	patterns string // all that are noted, with a space between
}

func (r *run) agreed(blog uint64) (agreed, bool) {
	known, ok := r.floors.Load(blog)
	if !ok {
		return agreed{}, false
	}
	return known.(agreed), true
}

// agree learns which patterns the floor names, and adds those of this sidecar. The
// floor of a newer sidecar is left as it is.
func (s *Store) agree(ctx context.Context, r *run, blog uint64, token string) (agreed, error) {
	values, err := r.HMGet(ctx, s.keys.floor(blog), "token", "keys", "patterns").Result()
	if err != nil {
		return agreed{}, classify(err)
	}
	if values[0] != token {
		return agreed{}, fmt.Errorf("%w: another Redis, or an emptied one", appointment.ErrOtherRedis)
	}
	version, _ := values[1].(string)
	known := agreed{token: token, version: parseVersion(version)}
	known.patterns, _ = values[2].(string)
	noted := strings.Fields(known.patterns)
	isNew := func(pattern string) bool { return !slices.Contains(noted, pattern) }
	if known.version <= KeysVersion && slices.ContainsFunc(s.keys.own, isNew) {
		args := []any{token}
		for _, pattern := range s.keys.own {
			args = append(args, pattern)
		}
		cmds, err := r.eval(ctx, call{patternsScript, []string{s.keys.floor(blog)}, args})
		if err != nil {
			return agreed{}, classify(err)
		}
		if known.patterns, err = cmds[0].Text(); err != nil {
			return agreed{}, classify(err)
		}
		noted = strings.Fields(known.patterns)
	}
	s.keys.learn(noted) // before it counts as known
	r.floors.Store(blog, known)
	return known, nil
}

// everywhere runs n calls about posts under all their patterns, made by build, in
// one round trip of on, which is r or a patient one. Those that were refused,
// since there are patterns that this sidecar did not know, did nothing: they are
// made and run once more.
func (s *Store) everywhere(ctx context.Context, r, on *run, blog uint64, token string, n int, build func(i int, patterns string) call) ([]*redis.Cmd, error) {
	known, _ := r.agreed(blog)
	calls := make([]call, n)
	for i := range calls {
		calls[i] = build(i, known.patterns)
	}
	cmds, err := on.eval(ctx, calls...)
	var refused []int
	for i, cmd := range cmds {
		if isUnknownPattern(cmd.Err()) {
			refused = append(refused, i)
		}
	}
	if len(refused) == 0 {
		return cmds, err
	}
	if known, err = s.agree(ctx, r, blog, token); err != nil {
		return cmds, err
	}
	again := make([]call, len(refused))
	for i, at := range refused {
		again[i] = build(at, known.patterns)
	}
	retried, _ := on.eval(ctx, again...) // each command carries its own error
	for i, at := range refused {
		cmds[at] = retried[i]
	}
	return cmds, firstError(cmds)
}

func isUnknownPattern(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "HOSPITAL_PATTERNS")
}
