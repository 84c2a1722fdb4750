package ownership

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hospital-appointments-redis/sidecar/appointment"
)

// giveBack is R6, in its order: settle, raise the floor, drain, and only then
// offload in a new epoch; every step on the run of Redis that was seen first.
// queue: the site row is waited for.
func (o *Owner) giveBack(ctx context.Context, site appointment.Site, floor appointment.Floor, run string, queue bool, drainer Drainer) error {
	if site.Settled < site.Epoch {
		if err := o.rows.settle(ctx, site, queue); err != nil {
			return err
		}
	}
	if site.Held {
		return nil
	}
	if err := o.Fit(ctx); err != nil {
		return err
	}
	name, err := o.rows.identity(ctx, site.Blog)
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.names[site.Blog] = name
	o.mu.Unlock()
	if floor.Epoch > site.Epoch {
		return o.catchUp(ctx, site, floor, name, queue)
	}
	id, err := o.fields.RaiseFloor(ctx, site.Blog, site.Epoch, name, o.Adopt)
	if err != nil {
		return fmt.Errorf("return of %q: %w", name, err)
	}
	if runOf(id) != run {
		return fmt.Errorf("return: %w", appointment.ErrOtherRedis)
	}
	report, err := drainer.Drain(ctx, site.Blog)
	if err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	if report.Left > 0 {
		return fmt.Errorf("drain: %d %w", report.Left, errLeft)
	}
	dropped, err := o.dropCopies(ctx, site.Blog, o.Adopt || runOf(site.RedisID) != run)
	if err != nil {
		return err
	}
	floors, err := o.fields.Floors(ctx, []uint64{site.Blog})
	if err != nil {
		return err
	}
	if floors[site.Blog].ID != id {
		return fmt.Errorf("return: %w", appointment.ErrOtherRedis)
	}
	changed, err := o.rows.giveBack(ctx, site, id, queue, func(natives []uint64) error {
		return o.dropLate(ctx, site.Blog, dropped, natives)
	})
	if err != nil || !changed {
		return err
	}
	o.Returns.Add(1)
	o.Logger.Info("offload", "blog", site.Blog, "epoch", site.Epoch+1, "drained", report.Synced, "dead", report.Dead)
	o.nudge()
	if err := o.rows.prune(ctx, site.Blog); err != nil {
		o.Logger.Warn("fence rows that nothing needs were not removed", "blog", site.Blog, "error", err)
	}
	return nil
}

// catchUp: Redis has seen a later epoch than MySQL. Since a row's epoch only
// grows, this database is an earlier state of itself, or another site's. Under
// its epochs every write would be refused, so the row's becomes the one after
// an adopted Redis', and the return begins anew in it.
func (o *Owner) catchUp(ctx context.Context, site appointment.Site, floor appointment.Floor, name string, queue bool) error {
	if !o.Adopt {
		return fmt.Errorf("%w: it is of epoch %d of %q, this is epoch %d of %q; a database that was restored can adopt it",
			appointment.ErrOtherSite, floor.Epoch, floor.Site, site.Epoch, name)
	}
	return o.rows.skip(ctx, site, floor.Epoch+1, queue)
}

// dropCopies drops clean copies that core's own writes have made stale; all of
// them in a Redis that was restarted or has failed over, which may have come back
// older than the rows, and in an adopted one, where they may be of rows that a
// restored database does not have. It returns the posts, ascending; 0 stands for all.
func (o *Owner) dropCopies(ctx context.Context, blog uint64, all bool) ([]uint64, error) {
	if all {
		return []uint64{0}, o.fields.Drop(ctx, blog, nil, nil)
	}
	ids, err := o.rows.natives(ctx, o.rows.db, blog)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if ids[0] == 0 {
		return ids, o.fields.Drop(ctx, blog, nil, nil)
	}
	return ids, o.fields.Drop(ctx, blog, postsOf(blog, ids), nil)
}

// dropLate drops the copies of the posts that core wrote after the others were
// dropped. The site row is locked meanwhile, so all posts are left to another try.
func (o *Owner) dropLate(ctx context.Context, blog uint64, dropped, natives []uint64) error {
	if len(dropped) > 0 && dropped[0] == 0 {
		return nil
	}
	late := slices.DeleteFunc(natives, func(id uint64) bool {
		_, before := slices.BinarySearch(dropped, id)
		return before
	})
	switch {
	case len(late) == 0:
		return nil
	case late[0] == 0:
		return errors.New("return: all posts were written to meanwhile")
	}
	limited, cancel := context.WithTimeout(ctx, o.Options.Lease)
	defer cancel()
	return o.fields.Drop(limited, blog, postsOf(blog, late), nil)
}

func postsOf(blog uint64, ids []uint64) []appointment.Post {
	posts := make([]appointment.Post, len(ids))
	for i, id := range ids {
		posts[i] = appointment.Post{Blog: blog, ID: id}
	}
	return posts
}
