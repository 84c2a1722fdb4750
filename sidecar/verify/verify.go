package verify

import (
	"context"
	"maps"
	"slices"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Redis is what is looked at, and where it is mended.
type Redis interface {
	Walk(ctx context.Context, blog uint64, each func(names []string) error) error
	Inspect(ctx context.Context, blog uint64, names []string) ([]appointment.Held, error)
	Floors(ctx context.Context, blogs []uint64) (map[uint64]appointment.Floor, error)
	DeadLetters(ctx context.Context, blog uint64) ([]appointment.DeadLetter, error)
	Hasten(ctx context.Context, lease appointment.Lease, names []string) (appointment.Reconciled, error)
	Drop(ctx context.Context, blog uint64, posts []appointment.Post, fields []string) error
}

// Rows is what it is held against.
type Rows interface {
	Facts(ctx context.Context, blog uint64, ids []uint64) (map[uint64]appointment.Facts, error)
	Spelt(ctx context.Context, blog uint64, keys []string, rows map[string][]string) (map[string][]string, error)
	NativeWrites(ctx context.Context, blog uint64) (int, error)
}

// Owner knows the site row.
type Owner interface {
	Site(ctx context.Context, blog uint64) (appointment.Site, error)
	Ticket(ctx context.Context, blog uint64) (appointment.Lease, error)
}

// Verifier compares; it keeps nothing.
type Verifier struct {
	Redis Redis
	Rows  Rows
	Owner Owner
	Pause time.Duration // between the two looks: longer than a sync takes
}

// batch is how many posts are looked at at once.
const batch = 500

// Verify compares one blog, or only its posts of one type.
func (v Verifier) Verify(ctx context.Context, blog uint64, postType string, repair bool) (appointment.Verification, error) {
	var result appointment.Verification
	site, err := v.Owner.Site(ctx, blog)
	if err != nil {
		return result, err
	}
	look := looking{v, site, postType}
	suspects, err := look.first(ctx, &result)
	if err != nil {
		return result, err
	}
	// The site may have changed hands during so long a look.
	if look.is, err = v.Owner.Site(ctx, blog); err != nil {
		return result, err
	}
	found, err := look.second(ctx, suspects)
	if err != nil {
		return result, err
	}
	letters, err := look.letters(ctx)
	if err != nil {
		return result, err
	}
	found = append(found, letters...)
	ofSite, err := look.site(ctx)
	if err != nil {
		return result, err
	}
	if repair {
		if err := look.repair(ctx, found); err != nil {
			return result, err
		}
	}
	for _, f := range slices.Concat(ofSite, found) {
		result.Findings = append(result.Findings, f.Finding)
	}
	return result, nil
}

// looking is one verification on its way.
type looking struct {
	Verifier
	is       appointment.Site
	postType string
}

// first looks at everything, and returns what looks wrong.
func (l looking) first(ctx context.Context, result *appointment.Verification) (map[identity]bool, error) {
	suspects, seen := map[identity]bool{}, map[string]bool{}
	err := l.Redis.Walk(ctx, l.is.Blog, func(names []string) error {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			again := seen[name]
			seen[name] = true
			return again
		})
		for chunk := range slices.Chunk(names, batch) {
			found, err := l.check(ctx, chunk, result)
			if err != nil {
				return err
			}
			for _, f := range found {
				suspects[f.identity()] = true
			}
		}
		return nil
	})
	return suspects, err
}

// second looks at the suspects again, and returns what is still the same.
func (l looking) second(ctx context.Context, suspects map[identity]bool) ([]found, error) {
	if len(suspects) == 0 {
		return nil, nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(l.Pause):
	}
	names := map[string]bool{}
	for id := range suspects {
		names[id.post] = true
	}
	var still []found
	for chunk := range slices.Chunk(sorted(names), batch) {
		again, err := l.check(ctx, chunk, &appointment.Verification{})
		if err != nil {
			return nil, err
		}
		for _, f := range again {
			if suspects[f.identity()] {
				still = append(still, f)
			}
		}
	}
	return still, nil
}

// check compares some posts: Redis first, the rows last, as a reader would.
func (l looking) check(ctx context.Context, names []string, result *appointment.Verification) ([]found, error) {
	held, err := l.Redis.Inspect(ctx, l.is.Blog, names)
	if err != nil {
		return nil, err
	}
	var ids []uint64
	for _, h := range held {
		if h.Post.ID != 0 {
			ids = append(ids, h.Post.ID)
		}
	}
	facts, err := l.Rows.Facts(ctx, l.is.Blog, ids)
	if err != nil {
		return nil, err
	}
	var all []found
	for _, h := range held {
		f := facts[h.Post.ID]
		if l.postType != "" && (h.Bad != "" || f.Type != "" && f.Type != l.postType) {
			continue // a slug, or a post that is gone, may have been of any type
		}
		if len(h.Copies)+len(h.Dirty) > 0 {
			result.Posts++
			result.Fields += len(h.Copies) + len(h.Dirty)
		}
		spelt, err := l.Rows.Spelt(ctx, l.is.Blog, slices.Sorted(maps.Keys(h.Copies)), f.Rows)
		if err != nil {
			return nil, err
		}
		maps.Copy(f.Rows, spelt)
		all = append(all, compare(h, f, l.is)...)
	}
	return all, nil
}

// letters finds dead letters that nothing can be done with but discard them.
func (l looking) letters(ctx context.Context) ([]found, error) {
	letters, err := l.Redis.DeadLetters(ctx, l.is.Blog)
	if err != nil {
		return nil, err
	}
	var all []found
	for chunk := range slices.Chunk(letters, batch) {
		ids := []uint64{}
		for _, each := range chunk {
			if each.Post.ID != 0 {
				ids = append(ids, each.Post.ID)
			}
		}
		facts, err := l.Rows.Facts(ctx, l.is.Blog, ids)
		if err != nil {
			return nil, err
		}
		for _, each := range chunk {
			wanted := l.postType == "" || each.Post.Type == l.postType
			if each.Code == appointment.DeadUnreadable { // of whichever type
				all = append(all, about("letter_unreadable", each.Post.Member(), each.Key, "", nothing,
					"what is kept as a dead letter of post %s is none: it can be edited or discarded", each.Post.Member()))
				continue
			}
			if wanted && each.Post.ID != 0 && facts[each.Post.ID].Type == "" {
				all = append(all, about("letter_post_gone", each.Post.Member(), each.Key, "", nothing,
					"post %s is gone, so the dead letter of its field can only be discarded", each.Post.Member()))
			}
		}
	}
	return all, nil
}

// site finds what is wrong with the site as a whole.
func (l looking) site(ctx context.Context) ([]found, error) {
	floors, err := l.Redis.Floors(ctx, []uint64{l.is.Blog})
	if err != nil {
		return nil, err
	}
	var all []found
	add := func(code, format string, args ...any) {
		all = append(all, about(code, "", "", "", nothing, format, args...))
	}
	floor := floors[l.is.Blog]
	// Read after the floor, which is never ahead of the row: the site may have changed hands since.
	if l.is, err = l.Owner.Site(ctx, l.is.Blog); err != nil {
		return nil, err
	}
	if floor.Epoch > l.is.Epoch {
		add("epoch_ahead", "Redis has seen epoch %d and the site row says %d: this database is an earlier state of itself, or another site's (HOSPITAL_ADOPT_REDIS adopts the Redis)", floor.Epoch, l.is.Epoch)
	}
	if l.is.Native {
		return all, nil
	}
	if floor.ID != l.is.RedisID {
		add("other_redis", "the site row names another Redis than the one at hand, or one that was emptied since: a running sidecar takes the site over and returns with this one")
	}
	if n, err := l.Rows.NativeWrites(ctx, l.is.Blog); err != nil {
		return nil, err
	} else if n > 0 {
		add("native_left", "%d native-write rows are left though sidecars own the site: the next return removes them", n)
	}
	return all, nil
}
