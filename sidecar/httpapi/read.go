package httpapi

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// reading is what a post's fields are, as far as it can be said.
type reading struct {
	fields   map[string]string
	dirty    []string // keys that Redis holds and wp_postmeta does not have yet
	complete bool     // MySQL was asked
	at       time.Time
}

// get answers GET of a post: its rows, with the dirty fields over them.
func (d direct) get(c *call) error {
	asked, err := c.post("id")
	if err != nil {
		return err
	}
	post, known, away, err := d.resolve(c.ctx, asked)
	if err != nil {
		return err
	}
	is, err := d.read(c.ctx, post, asked, known)
	if err != nil {
		return err
	}
	switch found := known || len(is.fields)+len(is.dirty) > 0; {
	case !found && away:
		return appointment.ErrMySQLAway
	case !found:
		return appointment.ErrUnknownPost
	}
	is.complete = is.complete && !away
	c.reading(post, asked, is)
	return nil
}

// read reads the dirty fields first and the rows last (R8): the other way
// round, a sync between the two would give the older value. What was written
// to the slug before the post had an id may still wait under the slug.
func (d direct) read(ctx context.Context, post, asked appointment.Post, known bool) (reading, error) {
	names := []appointment.Post{post}
	if asked.Slug != "" && known {
		asked.Type = d.Types.Kind(d.kind)[0]
		names = append(names, asked)
	}
	view, err := d.view(ctx, post.Blog, names)
	if err != nil {
		return reading{}, err
	}
	copied, at, err := d.Redis.Copy(ctx, post)
	if err != nil {
		return reading{}, err
	}
	waiting := view.Posts[post.Member()]
	if len(names) > 1 {
		slug := view.Posts[asked.Member()]
		for i := range slug {
			slug[i].BySlug = true
		}
		if slug, err = d.standing(ctx, post, slug); err != nil {
			return reading{}, err
		}
		waiting = append(waiting, slug...)
	}
	is := reading{fields: copied, at: at, complete: true}
	if known {
		waiting, err = d.rows(ctx, post, view.Leased, waiting, &is)
	}
	if err != nil {
		return reading{}, err
	}
	is.lay(waiting)
	return is, nil
}

// rows replaces the copies by the rows, unless MySQL has gone away. Without a
// lease it leaves of the dirty fields those that nothing overtook.
func (d direct) rows(ctx context.Context, post appointment.Post, leased bool, waiting []appointment.Dirty, is *reading) ([]appointment.Dirty, error) {
	standing := waiting
	if !leased && len(waiting) > 0 {
		against, err := d.Rows.Native(ctx, post)
		if errors.Is(err, appointment.ErrMySQLAway) {
			is.complete = false
			return waiting, nil
		}
		if err != nil {
			return nil, err
		}
		overtaken := func(f appointment.Dirty) bool { return against.Overtakes(f.Key, f.Version) }
		standing = slices.DeleteFunc(slices.Clone(waiting), overtaken)
	}
	rows, err := d.Rows.Rows(ctx, post)
	if errors.Is(err, appointment.ErrMySQLAway) {
		is.complete = false
		return waiting, nil
	}
	is.fields = rows
	return standing, err
}

// lay puts dirty fields over the others, older versions first.
func (r *reading) lay(waiting []appointment.Dirty) {
	slices.SortStableFunc(waiting, func(a, b appointment.Dirty) int { return a.Version.Compare(b.Version) })
	r.fields = maps.Clone(r.fields)
	if r.fields == nil {
		r.fields = map[string]string{}
	}
	for _, each := range waiting {
		r.dirty = append(r.dirty, each.Key)
		r.fields[each.Key] = each.Value
		if each.Deleted {
			delete(r.fields, each.Key)
		}
		if each.At.After(r.at) {
			r.at = each.At
		}
	}
	slices.Sort(r.dirty)
	r.dirty = slices.Compact(r.dirty)
}

func (c *call) reading(post, asked appointment.Post, is reading) {
	c.num("id", post.ID)
	c.bytes("slug", asked.Slug)
	c.open("fields", '{')
	for _, key := range slices.Sorted(maps.Keys(is.fields)) {
		c.bytes(key, is.fields[key])
	}
	c.close('}')
	c.open("dirty", '[')
	for _, key := range is.dirty {
		c.element(key)
	}
	c.close(']')
	c.bool("complete", is.complete)
	if is.at.IsZero() {
		c.num("last_updated_redis", 0)
		return
	}
	c.num("last_updated_redis", uint64(max(is.at.Unix(), 0)))
}
