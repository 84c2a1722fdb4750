package httpapi

import (
	"context"
	"errors"
	"sync"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// resolvedFor is how long MySQL's answer which post an id names is good for a
// write. A post deleted meanwhile ends as a dead letter, as it would if it had
// been deleted a moment after the write.
const resolvedFor = 2 * time.Second

// mostResolved bounds the memory of the cache.
const mostResolved = 10000

// resolved remembers which ids were found, never that one was not: a post
// exists as soon as it is made. A slug may have become another post's.
type resolved struct {
	mu    sync.Mutex
	posts map[lookup]answered
}

type lookup struct {
	kind string
	post appointment.Post
}

type answered struct {
	post  appointment.Post
	until time.Time
}

func newResolved() *resolved { return &resolved{posts: map[lookup]answered{}} }

func (r *resolved) get(a lookup) (appointment.Post, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.posts[a]
	return found.post, ok && time.Now().Before(found.until)
}

func (r *resolved) put(a lookup, post appointment.Post) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.posts) >= mostResolved {
		clear(r.posts)
	}
	r.posts[a] = answered{post, time.Now().Add(resolvedFor)}
}

// forget is of posts that WordPress asks for: one may be of another type now.
func (r *resolved) forget(posts []appointment.Post) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, each := range posts {
		for _, kind := range []string{appointmentKind, doctorKind} {
			delete(r.posts, lookup{kind, appointment.Post{Blog: each.Blog, ID: each.ID}})
		}
	}
}

// drop forgets all: some post was deleted.
func (r *resolved) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.posts)
}

// resolve asks MySQL which post an id or slug of a kind names. known says that
// MySQL has it. When it is not known, either MySQL is away (away), or no post
// has that slug; the post is then what the caller named, of the kind's first
// type. ErrUnknownPost: MySQL has no post of that id.
func (d direct) resolve(ctx context.Context, post appointment.Post) (found appointment.Post, known, away bool, err error) {
	types := d.Types.Kind(d.kind)
	if len(types) == 0 {
		return post, false, false, fail(unknownType, "", "no "+d.kind+" post type is offloaded")
	}
	found, err = d.Rows.Resolve(ctx, post, types)
	switch {
	case err == nil:
		if post.ID != 0 {
			d.posts.put(lookup{d.kind, post}, found)
		}
		return found, true, false, nil
	case errors.Is(err, appointment.ErrMySQLAway):
		away = true
	case errors.Is(err, appointment.ErrUnknownPost) && post.ID == 0:
	default:
		return post, false, false, err
	}
	post.Type = types[0]
	return post, false, away, nil
}
