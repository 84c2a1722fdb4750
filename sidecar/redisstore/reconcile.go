package redisstore

import (
	"context"

	"hospital-appointments-redis/sidecar/appointment"
)

// page is how many keys or members one step of a walk asks Redis for.
const page = 1000

// Reconcile finds dirty fields without a place in the dirty set, which no sync
// would ever look at, and puts their posts back; and it takes away claims, ttls
// and places that stand for nothing. No script of ours leaves any of that; a
// person with redis-cli, or a Redis that lost a part of its data, does.
//
// It walks all keys, a page at a time, and holds up nobody. What is written
// meanwhile has its place by itself. It changes no field: a post that it puts
// back is claimed and weighed like any other (R4).
func (s *Store) Reconcile(ctx context.Context, lease appointment.Lease) (appointment.Reconciled, error) {
	var found appointment.Reconciled
	r, token, err := s.at(ctx, lease)
	if err != nil {
		return found, err
	}
	look := func(_ string, posts []appointment.Post) error {
		f, err := s.reconcile(ctx, r, lease.Blog, token, members(posts), false)
		found.PutBack += f.PutBack
		found.Stale += f.Stale
		return err
	}
	if err := s.scan(ctx, r, lease.Blog, []string{":dirty"}, look); err != nil {
		return found, err
	}
	for _, walk := range []func(cursor uint64) ([]string, uint64, error){
		func(c uint64) ([]string, uint64, error) {
			return r.ZScan(ctx, s.keys.dirty(lease.Blog), c, "", page).Result()
		},
		func(c uint64) ([]string, uint64, error) {
			return r.HScan(ctx, s.keys.claims(lease.Blog), c, "", page).Result()
		},
		func(c uint64) ([]string, uint64, error) {
			return r.HScan(ctx, s.keys.ttls(lease.Blog), c, "", page).Result()
		},
	} {
		err := walkPairs(walk, func(names []string) error {
			f, err := s.reconcile(ctx, r, lease.Blog, token, names, false)
			found.PutBack += f.PutBack
			found.Stale += f.Stale
			return err
		})
		if err != nil {
			return found, err
		}
	}
	cmds, err := r.eval(ctx, call{recountScript, []string{s.keys.floor(lease.Blog), s.keys.dirty(lease.Blog)}, []any{token}})
	if err != nil {
		return found, classify(err)
	}
	found.Miscounted, err = cmds[0].Int64()
	return found, classify(err)
}

// Hasten is Reconcile for some posts, which also come due at once.
func (s *Store) Hasten(ctx context.Context, lease appointment.Lease, names []string) (appointment.Reconciled, error) {
	r, token, err := s.at(ctx, lease)
	if err != nil {
		return appointment.Reconciled{}, err
	}
	return s.reconcile(ctx, r, lease.Blog, token, names, true)
}

// reconcile looks at one page of members, in one round trip.
func (s *Store) reconcile(ctx context.Context, r *run, blog uint64, token string, names []string, now bool) (found appointment.Reconciled, err error) {
	if len(names) == 0 {
		return found, nil
	}
	calls := make([]call, len(names))
	for i, name := range names {
		keys := []string{s.keys.floor(blog), s.keys.dirty(blog), s.keys.claims(blog), s.keys.ttls(blog)}
		if post, err := appointment.ParsePost(blog, name); err == nil {
			keys = append(keys, dirtyHashes(s.keys.pairs(post))...)
		}
		calls[i] = call{reconcileScript, keys, []any{token, name, now}}
	}
	cmds, _ := r.eval(ctx, calls...) // each command carries its own error
	if err := butForeign(cmds); err != nil {
		return found, err
	}
	for _, cmd := range cmds {
		switch n, err := cmd.Int64(); {
		case isWrongType(err):
		case err != nil:
			return found, classify(err)
		case n == 1:
			found.PutBack++
		case n == 2:
			found.Stale++
		}
	}
	return found, nil
}

func members(posts []appointment.Post) []string {
	names := make([]string, len(posts))
	for i, p := range posts {
		names[i] = p.Member()
	}
	return names
}

// walkPairs walks what ZSCAN and HSCAN answer, name and value in turn.
func walkPairs(step func(cursor uint64) ([]string, uint64, error), each func(names []string) error) error {
	for cursor := uint64(0); ; {
		answer, next, err := step(cursor)
		if err != nil {
			return classify(err)
		}
		names := make([]string, 0, len(answer)/2)
		for i := 0; i+1 < len(answer); i += 2 {
			names = append(names, answer[i])
		}
		if err := each(names); err != nil {
			return err
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}
