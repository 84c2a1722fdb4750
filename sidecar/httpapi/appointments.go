package httpapi

import (
	"errors"
	"strings"

	"hospital-appointments-redis/sidecar/appointment"
)

// direct is the guide's calls, for one kind of post. They come past WordPress,
// from a kiosk or a feed, or from the guide's PHP class.
type direct struct {
	*Server
	kind  string // as the type's key pattern begins
	slugs bool   // a slug that no post has yet may be written to
}

// target is the post a write is for.
type target struct {
	appointment.Post
	known  bool // MySQL has it
	unseen bool // of a slug: MySQL is away, and may have it
}

// target resolves the post of a write. While MySQL is away it takes the
// caller's word; the owner marks what is written then. ErrUnknownPost: there
// is no such post, and nothing may be written.
func (d direct) target(c *call) (at target, err error) {
	defer func() { c.early = err != nil }()
	post, err := c.post("id")
	if err != nil {
		return target{}, err
	}
	if found, ok := d.posts.get(lookup{d.kind, post}); ok {
		return target{Post: found, known: true}, nil
	}
	found, known, away, err := d.resolve(c.ctx, post)
	switch {
	case err != nil:
		return target{}, err
	case !known && found.ID == 0 && !d.slugs && away:
		return target{}, appointment.ErrMySQLAway
	case !known && found.ID == 0 && !d.slugs:
		return target{}, appointment.ErrUnknownPost
	}
	return target{found, known, away && found.ID == 0}, nil
}

// set answers PUT: it writes the fields named and leaves the others.
func (d direct) set(c *call) error {
	change, err := d.decodeSet(c)
	if err != nil {
		return err
	}
	return d.change(c, change, "fields.")
}

// setField answers PATCH of one field.
func (d direct) setField(c *call) error {
	key, err := c.param("key")
	if err != nil {
		return err
	}
	if err := checkKey(key); err != nil {
		return within("key", err)
	}
	change, err := d.decodeField(c, key)
	if err != nil {
		return err
	}
	return d.change(c, change, "value")
}

// change makes a write. part: of the request, where the values are.
func (d direct) change(c *call, change appointment.Write, part string) error {
	at, err := d.target(c)
	if err != nil {
		return err
	}
	change.Post, change.Unseen, change.Flush = at.Post, at.unseen, c.flush()
	result, err := d.Owner.Write(c.ctx, []appointment.Write{change}, c.deadline)
	if err != nil {
		c.partly = len(result.Outcomes) > 0
		return refusedField(err, part)
	}
	d.accept(c, result, change)
	c.num("id", at.ID)
	if at.ID == 0 {
		c.bytes("slug", at.Slug)
	}
	c.bool("resolved", at.known)
	if result.Unverified || at.unseen {
		c.bool("unverified", true)
	}
	return nil
}

// accept says which level a write has reached: what Redis did not take, MySQL
// has committed.
func (d direct) accept(c *call, result appointment.WriteResult, w appointment.Write) {
	if result.Committed {
		c.ack = appointment.SQL
		return
	}
	d.acknowledge(c, w)
}

// refusedField says which part of the request MySQL refuses, and why. part may
// end before the key: "fields.".
func refusedField(err error, part string) error {
	var refused *appointment.RefusedError
	if !errors.As(err, &refused) {
		return err
	}
	if strings.HasSuffix(part, ".") {
		part += clip(refused.Key)
	}
	return fail(badValue, part, refused.Reason)
}

// remove answers DELETE: what Redis holds of the post goes, from wp_postmeta
// too; rows that did not come through Redis stay. Without Redis nobody can tell
// the two apart.
func (d direct) remove(c *call) error {
	raw, err := d.decodeRaw(c)
	if err != nil {
		return err
	}
	at, err := d.target(c)
	if err != nil {
		return err
	}
	under, waiting, err := d.removeWaiting(c, at, !raw)
	if err != nil {
		return err
	}
	w := appointment.Write{Post: at.Post, Direct: !raw, Unseen: at.unseen, Flush: c.flush()}
	deleted, err := d.Owner.Delete(c.ctx, w)
	if err != nil {
		c.partly = waiting
		return err
	}
	switch {
	case waiting: // a level counts once both have reached it
		if w.Flush != nil {
			w.Flush.Done = w.Flush.Done && under.Flush.Done
		}
		d.acknowledge(c, w, under)
	case deleted:
		d.acknowledge(c, w)
	}
	deleted = deleted || waiting
	c.num("deleted", bit(deleted))
	return nil
}

// removeWaiting deletes what was written to the slug named before its post was
// there, and waits under the slug to become that post's. It comes first: what is
// moved meanwhile is then deleted with the post's.
func (d direct) removeWaiting(c *call, at target, direct bool) (w appointment.Write, deleted bool, err error) {
	asked, err := c.post("id")
	if err != nil || asked.ID != 0 || !at.known || !d.slugs {
		return w, false, err
	}
	asked.Type = d.Types.Kind(d.kind)[0]
	w = appointment.Write{Post: asked, Direct: direct, Flush: c.flush()}
	deleted, err = d.Owner.Delete(c.ctx, w)
	return w, deleted, err
}

// setStatus answers POST .../status: the guide's atomic script, which says 0
// when there is no such appointment.
func (d direct) setStatus(c *call) error {
	status, raw, err := d.decodeStatus(c)
	if err != nil {
		return err
	}
	updated, err := d.updateStatus(c, status, !raw)
	if err != nil {
		return refusedField(err, "status")
	}
	c.num("updated", bit(updated))
	return nil
}

func (d direct) updateStatus(c *call, status string, direct bool) (bool, error) {
	at, err := d.target(c)
	if errors.Is(err, appointment.ErrUnknownPost) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w := appointment.Write{Post: at.Post, Direct: direct, Unseen: at.unseen, Flush: c.flush()}
	result, err := d.Owner.SetStatus(c.ctx, w, status, at.known)
	if err != nil {
		return false, err
	}
	if len(result.Outcomes) == 0 { // Redis holds nothing of it
		if !at.known && (at.ID != 0 || at.unseen) { // and MySQL cannot be asked
			return false, appointment.ErrMySQLAway
		}
		return false, nil
	}
	w.Fields = []appointment.Field{{Key: "status", Value: status}}
	d.accept(c, result, w)
	return true, nil
}

// mark answers POST .../dirty: the post is to be synced.
func (d direct) mark(c *call) error {
	if err := nothing(c); err != nil {
		return err
	}
	at, err := d.target(c)
	if err != nil {
		return err
	}
	if err := d.Owner.Mark(c.ctx, at.Post); err != nil {
		return err
	}
	c.bool("marked", true)
	return nil
}
