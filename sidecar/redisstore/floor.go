package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// Floors returns the floor of each blog on the current run, in one round trip.
func (s *Store) Floors(ctx context.Context, blogs []uint64) (map[uint64]appointment.Floor, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return nil, err
	}
	pipe := r.Pipeline()
	floors := make(map[uint64]appointment.Floor, len(blogs))
	replies := make([]func() []any, len(blogs))
	for i, blog := range blogs {
		replies[i] = pipe.HMGet(ctx, s.keys.floor(blog), "token", "site", "epoch", "keys", "patterns").Val
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, classify(err)
	}
	for i, blog := range blogs {
		values := replies[i]()
		token, _ := values[0].(string)
		site, _ := values[1].(string)
		text, _ := values[2].(string)
		version, _ := values[3].(string)
		patterns, _ := values[4].(string)
		keys := parseVersion(version)
		if known, ok := r.agreed(blog); ok && known != (agreed{token, keys, patterns}) {
			r.floors.Delete(blog) // the next call asks
		}
		epoch, _ := strconv.ParseUint(text, 10, 64) // a floor without one refuses nobody
		floors[blog] = appointment.Floor{ID: *r.id.Load() + ":" + token, Missing: token == "", Site: site, Epoch: epoch, Newer: keys > KeysVersion}
	}
	return floors, nil
}

// RaiseFloor is the first step of a return (R6): the floor becomes the epoch,
// or is created with a new token, as it is too where another site's Redis is
// adopted. It returns "run id:token" of the Redis that was raised.
// ErrOtherSite: its fields are another site's, and adopt is false;
// ErrNewerKeys: a newer sidecar keeps them; ErrForeignKeys: the dirty set is
// somebody else's, as the guide's own code leaves one.
func (s *Store) RaiseFloor(ctx context.Context, blog, epoch uint64, site string, adopt bool) (string, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return "", err
	}
	cmds, err := r.eval(ctx, call{floorScript, []string{s.keys.floor(blog), s.keys.dirty(blog)}, []any{epoch, rand.Text(), site, adopt, KeysVersion}})
	if err != nil {
		return "", classify(err)
	}
	token, err := cmds[0].Text()
	return *r.id.Load() + ":" + token, classify(err)
}

// Drop drops the clean copies of some fields of some posts; of every post of
// the blog when posts is nil.
func (s *Store) Drop(ctx context.Context, blog uint64, posts []appointment.Post, fields []string) error {
	r, err := s.runs.get(ctx)
	if err != nil {
		return err
	}
	args := make([]any, len(fields))
	for i, f := range fields {
		args[i] = f
	}
	if posts != nil {
		return s.dropPosts(ctx, r, posts, args)
	}
	return s.scan(ctx, r, blog, []string{"", ":dirty"}, func(_ string, posts []appointment.Post) error { return s.dropPosts(ctx, r, posts, args) })
}

func (s *Store) dropPosts(ctx context.Context, r *run, posts []appointment.Post, args []any) error {
	var calls []call
	for _, p := range posts {
		pairs := s.keys.pairs(p)[:2*len(s.keys.own)]
		for i := 0; i < len(pairs); i += 2 {
			calls = append(calls, call{dropScript, pairs[i : i+2], args})
		}
	}
	if len(calls) == 0 {
		return nil
	}
	cmds, _ := r.eval(ctx, calls...) // each command carries its own error
	return butForeign(cmds)
}

// scan walks all posts of a blog that have a key with one of the suffixes ("":
// the hash, ":dirty": the dirty hash), a pattern and a page at a time. A post may
// come more than once.
func (s *Store) scan(ctx context.Context, r *run, blog uint64, suffixes []string, each func(pattern string, posts []appointment.Post) error) error {
	for slot, pattern := range s.keys.patterns() {
		for _, suffix := range suffixes {
			if suffix == "" && slot >= len(s.keys.own) {
				continue // not ours any more
			}
			var cursor uint64
			for {
				found, next, err := r.Scan(ctx, cursor, s.keys.glob(blog, pattern)+suffix, page).Result()
				if err != nil {
					return classify(err)
				}
				var posts []appointment.Post
				for _, key := range found {
					if p, err := appointment.ParsePost(blog, s.keys.member(blog, pattern, strings.TrimSuffix(key, ":dirty"))); err == nil {
						posts = append(posts, p)
					}
				}
				if err := each(pattern, posts); err != nil {
					return err
				}
				if cursor = next; cursor == 0 {
					break
				}
			}
		}
	}
	return nil
}

// Retire removes everything of a blog; its dead letters only if letters. The
// caller has seen that nothing is dirty, or that nobody wants it. ErrNative,
// ErrOtherRedis: the site has been owned since the lease's epoch, or its fields
// are not in this Redis; what is left stays.
func (s *Store) Retire(ctx context.Context, lease appointment.Lease, letters bool) error {
	blog := lease.Blog
	r, token, err := s.runs.at(ctx, lease)
	if err != nil {
		return err
	}
	remove := func(keys ...string) error {
		_, err := r.eval(ctx, call{retireScript, append([]string{s.keys.floor(blog)}, keys...), []any{token, lease.Epoch}})
		return classify(err)
	}
	noted, err := r.HGet(ctx, s.keys.floor(blog), "patterns").Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return classify(err)
	}
	s.keys.learn(strings.Fields(noted))
	err = s.scan(ctx, r, blog, []string{"", ":dirty"}, func(pattern string, posts []appointment.Post) error {
		var keys []string
		for _, p := range posts {
			hash, dirty := s.keys.pair(blog, pattern, p.Member())
			keys = append(keys, hash, dirty)
		}
		if len(keys) == 0 {
			return nil
		}
		return remove(keys...)
	})
	if err != nil {
		return err
	}
	keys := []string{s.keys.floor(blog), s.keys.dirty(blog), s.keys.claims(blog), s.keys.ttls(blog), s.keys.notices(blog), s.keys.sender(blog)}
	if letters {
		keys = append(keys, s.keys.dead(blog))
	}
	return remove(keys...)
}
