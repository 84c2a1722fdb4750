package ownership

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// tended is what Run remembers of a native blog.
type tended struct {
	epoch     uint64
	since     time.Time // when this sidecar first saw the epoch
	run       string    // Redis' run id then
	returning bool
	problem   string // why it does not return, in words
}

// Run keeps the leases and does what the site rows ask for: take-over when
// Redis is another one (R7), return when all is well again (R6). It ends with
// ctx, after any return under way.
func (o *Owner) Run(ctx context.Context, drainer Drainer) error {
	beat := time.NewTicker(o.Options.Lease / 3)
	defer beat.Stop()
	returns := make(chan struct{}, 1024)
	running := 0
	var failing string
	for {
		err := o.beat(ctx, func(work func()) {
			running++
			go func() { work(); returns <- struct{}{} }()
		}, drainer)
		switch {
		case err != nil && ctx.Err() == nil && failing == "":
			o.Logger.Warn("cannot tend the site", "error", err)
			failing = err.Error()
		case err == nil && failing != "":
			o.Logger.Info("the site is tended again")
			failing = ""
		}
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				for ; running > 0; running-- {
					<-returns
				}
				return nil
			case <-returns:
				running--
			case <-o.wake:
				waiting = false
			case <-beat.C:
				waiting = false
			}
		}
	}
}

// look again soon: somebody was refused.
func (o *Owner) nudge() {
	select {
	case o.wake <- struct{}{}:
	default: // already asked for
	}
}

// beat renews all leases with one statement, asks Redis who it is, and acts on
// what they say.
func (o *Owner) beat(ctx context.Context, spawn func(func()), drainer Drainer) error {
	limited, cancel := context.WithTimeout(ctx, max(o.Options.Lease, time.Second))
	defer cancel()
	o.reading.Lock()
	seen := o.look(limited)
	o.reading.Unlock()
	if seen.err != nil || len(seen.sites) == 0 {
		return seen.err
	}
	floors, err := o.fields.Floors(limited, o.Blogs())
	if err != nil {
		o.forgetRuns()
		return err
	}
	var failed []error
	for blog, site := range seen.sites {
		if site.Native {
			o.tendNative(ctx, site, floors[blog], spawn, drainer)
			continue
		}
		o.mu.Lock()
		delete(o.tending, blog)
		o.mu.Unlock()
		if err := o.ours(limited, blog, floors[blog]); err == nil && floors[blog].ID == site.RedisID {
			continue
		} else if err != nil && !errors.Is(err, appointment.ErrOtherRedis) && !errors.Is(err, appointment.ErrOtherSite) {
			failed = append(failed, err)
			continue
		}
		failed = append(failed, o.leave(limited, site, floors[blog]))
	}
	return errors.Join(failed...)
}

// forgetRuns: Redis was away, so nothing was on one run throughout.
func (o *Owner) forgetRuns() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range o.tending {
		t.run = ""
	}
}

// leave takes the site over because this Redis is not the one the ownership
// works with: restarted, failed over, emptied, or another site's (R7).
func (o *Owner) leave(ctx context.Context, site appointment.Site, floor appointment.Floor) error {
	changed, err := o.rows.takeOver(ctx, site)
	if changed {
		o.TakeOvers.Add(1)
		o.Logger.Warn("native: Redis is another one, or was emptied", "blog", site.Blog, "epoch", site.Epoch+1,
			"redis_was", runOf(site.RedisID), "redis_is", runOf(floor.ID), "emptied", floor.Missing)
	}
	return err
}

func runOf(id string) string { run, _, _ := strings.Cut(id, ":"); return run }

// tendNative waits out what R3 and R6 say must be waited out, then returns.
func (o *Owner) tendNative(ctx context.Context, site appointment.Site, floor appointment.Floor, spawn func(func()), drainer Drainer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tending[site.Blog]
	if t == nil || t.epoch != site.Epoch || t.run != runOf(floor.ID) {
		since := time.Now()
		if t != nil && t.returning {
			return // let it find out for itself
		}
		o.tending[site.Blog] = &tended{epoch: site.Epoch, since: since, run: runOf(floor.ID)}
		return
	}
	if t.returning || time.Since(t.since) < max(time.Second, o.Options.Lease) {
		return
	}
	if site.Held && site.Settled >= site.Epoch {
		return
	}
	t.returning = true
	spawn(func() {
		err := o.giveBack(ctx, site, t.run, drainer)
		o.mu.Lock()
		t.returning = false
		if err != nil && ctx.Err() == nil && t.problem != err.Error() {
			t.problem = err.Error()
			o.Logger.Warn("cannot return to offload yet", "blog", site.Blog, "error", err)
		}
		o.mu.Unlock()
	})
}

// giveBack is R6, in its order: settle, raise the floor, drain, and only then
// offload in a new epoch; every step on the run of Redis that was seen first.
func (o *Owner) giveBack(ctx context.Context, site appointment.Site, run string, drainer Drainer) error {
	if err := o.rows.settle(ctx, site); err != nil || site.Held {
		return err
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
	id, err := o.fields.RaiseFloor(ctx, site.Blog, site.Epoch, name, o.Adopt)
	if err != nil {
		return err
	}
	if runOf(id) != run {
		return fmt.Errorf("return: %w", appointment.ErrOtherRedis)
	}
	report, err := drainer.Drain(ctx, site.Blog)
	if err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	if report.Left > 0 {
		return fmt.Errorf("drain: %d posts are held by somebody else", report.Left)
	}
	if err := o.dropCopies(ctx, site.Blog); err != nil {
		return err
	}
	floors, err := o.fields.Floors(ctx, []uint64{site.Blog})
	if err != nil {
		return err
	}
	if floors[site.Blog].ID != id {
		return fmt.Errorf("return: %w", appointment.ErrOtherRedis)
	}
	changed, err := o.rows.giveBack(ctx, site, id)
	if err != nil || !changed {
		return err
	}
	o.Returns.Add(1)
	o.Logger.Info("offload", "blog", site.Blog, "epoch", site.Epoch+1, "drained", report.Synced, "dead", report.Dead)
	o.nudge()
	return o.rows.prune(ctx, site.Blog)
}

// dropCopies drops clean copies that core's own writes have made stale.
func (o *Owner) dropCopies(ctx context.Context, blog uint64) error {
	ids, err := o.rows.natives(ctx, blog)
	if err != nil || len(ids) == 0 {
		return err
	}
	if ids[0] == 0 {
		return o.fields.Drop(ctx, blog, nil, nil)
	}
	posts := make([]appointment.Post, len(ids))
	for i, id := range ids {
		posts[i] = appointment.Post{Blog: blog, ID: id}
	}
	return o.fields.Drop(ctx, blog, posts, nil)
}

// Problems lists, for people, why blogs are native.
func (o *Owner) Problems() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var problems []string
	for blog, t := range o.tending {
		if t.problem != "" {
			problems = append(problems, fmt.Sprintf("blog %d is native: %s", blog, t.problem))
		}
	}
	return problems
}
