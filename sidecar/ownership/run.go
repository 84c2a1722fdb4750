package ownership

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// tended is what Run remembers of a native blog.
type tended struct {
	patience  // after returns that failed
	epoch     uint64
	since     time.Time     // when this sidecar first saw the epoch
	pause     time.Duration // how long it stays native at least
	run       string        // Redis' run id then
	returning bool
	problem   string // why it does not return, in words
	gone      bool   // because there is no such blog any more: no problem of anybody's
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
	if seen.err == nil {
		o.keepOnly(seen.sites)
	}
	if seen.err != nil || len(seen.sites) == 0 {
		return seen.err
	}
	floors, err := o.fields.Floors(limited, slices.Sorted(maps.Keys(seen.sites)))
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
		o.steady(blog).offload(site.Epoch, time.Now())
		o.mu.Unlock()
		if err := o.ours(limited, blog, floors[blog]); err == nil && floors[blog].ID == site.RedisID && floors[blog].Epoch <= site.Epoch {
			continue
		} else if errors.Is(err, appointment.ErrBlogGone) {
			continue // nobody asks for it any more
		} else if err != nil && !errors.Is(err, appointment.ErrOtherRedis) && !errors.Is(err, appointment.ErrOtherSite) {
			failed = append(failed, err)
			continue
		}
		failed = append(failed, o.leave(limited, site, floors[blog]))
	}
	return errors.Join(failed...)
}

// keepOnly forgets what is known of blogs that have no site row any more: their
// troubles are nobody's, and another blog may come to have their id.
func (o *Owner) keepOnly(sites map[uint64]appointment.Site) {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.tending, func(blog uint64, t *tended) bool { return !in(sites, blog) && !t.returning })
	o.verified.Range(func(blog, _ any) bool {
		if !in(sites, blog.(uint64)) {
			o.verified.Delete(blog)
		}
		return true
	})
	maps.DeleteFunc(o.names, func(blog uint64, _ string) bool { return !in(sites, blog) })
	maps.DeleteFunc(o.native, func(blog uint64, _ *noticed) bool { return !in(sites, blog) })
	maps.DeleteFunc(o.steadiness, func(blog uint64, _ *steadiness) bool { return !in(sites, blog) })
}

func in(sites map[uint64]appointment.Site, blog uint64) bool { _, there := sites[blog]; return there }

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
		fresh := &tended{epoch: site.Epoch, since: since, run: runOf(floor.ID)}
		least := max(time.Second, o.Options.Lease)
		if t != nil && t.epoch == site.Epoch {
			fresh.pause = t.pause
		} else if fresh.pause = o.steady(site.Blog).native(since, least, o.ReturnMax); fresh.pause > least {
			o.Logger.Warn("native again soon after a return; the next one waits longer", "blog", site.Blog, "epoch", site.Epoch, "wait", fresh.pause)
		}
		o.tending[site.Blog] = fresh
		return
	}
	if t.returning || time.Since(t.since) < t.pause || t.rests(time.Now()) {
		return
	}
	if site.Held && site.Settled >= site.Epoch {
		return
	}
	t.returning = true
	run, queue := t.run, t.queues(time.Now())
	spawn(func() {
		err := o.giveBack(ctx, site, floor, run, queue, drainer)
		o.mu.Lock()
		t.returning = false
		t.failed(err, queue, time.Now())
		if err != nil && ctx.Err() == nil && t.problem != err.Error() {
			t.problem, t.gone = err.Error(), errors.Is(err, appointment.ErrBlogGone)
			o.Logger.Warn("cannot return to offload yet", "blog", site.Blog, "error", err)
		}
		o.mu.Unlock()
	})
}

// steady is what damps a blog's returns. The caller holds o.mu.
func (o *Owner) steady(blog uint64) *steadiness {
	if o.steadiness[blog] == nil {
		o.steadiness[blog] = &steadiness{}
	}
	return o.steadiness[blog]
}

// Problems lists, for people, why blogs are native.
func (o *Owner) Problems() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var problems []string
	for blog, t := range o.tending {
		if t.problem != "" && !t.gone {
			problems = append(problems, fmt.Sprintf("blog %d is native: %s", blog, t.problem))
		}
	}
	return problems
}
