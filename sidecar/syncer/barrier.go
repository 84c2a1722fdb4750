package syncer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Barrier returns once everything acknowledged before the call is in
// wp_postmeta, for the posts given or, with nil, for all (R5). Then it drops
// their clean copies of the fields in drop, which core is about to write.
//
// A post is home when one look after the call found it clean, or when a claim
// that began after the call, ours or another barrier's, committed what it found
// and was still the post's claim when it was cleared: then no other sync can
// hold anything older of it. So a barrier that finds nothing to do is one round
// trip to Redis.
func (s *Syncer) Barrier(ctx context.Context, blog uint64, posts []appointment.Post, drop []string) (appointment.SyncReport, error) {
	since := s.flights.now()
	lease, err := s.owner.Lease(ctx, blog)
	if err != nil {
		return appointment.SyncReport{}, err
	}
	c := caller{lease, since, posts == nil}
	look, err := s.redis.Waiting(ctx, lease, posts)
	if err == nil && len(look.Unseen) > 0 { // they may be of these posts, and came before what core is about to write
		if _, err = s.until(ctx, c, s.posts(blog, look.Unseen)); err == nil {
			look, err = s.redis.Waiting(ctx, lease, posts)
		}
	}
	if err != nil {
		return appointment.SyncReport{}, err
	}
	open := s.posts(blog, look.Members)
	if posts == nil {
		open = slices.DeleteFunc(open, func(p appointment.Post) bool { return p.ID == 0 })
	}
	report, err := s.until(ctx, c, open)
	if err != nil {
		return report, err
	}
	if len(drop) > 0 {
		if err := s.redis.Drop(ctx, blog, posts, drop); err != nil {
			return report, err
		}
	}
	if len(open) > 0 { // what was synced may have moved it on
		if look, err = s.redis.Waiting(ctx, lease, open[:1]); err != nil {
			return report, err
		}
	}
	report.Generation = look.Generation
	// Still the owner: what was found clean was clean for everybody (R1).
	if now, err := s.owner.Lease(ctx, blog); err != nil || now.Epoch != lease.Epoch {
		return report, fmt.Errorf("barrier outlived its epoch: %w", appointment.ErrNative)
	}
	return report, nil
}

// until flushes the posts, due or not, until each was settled under a claim that
// began after the call, or ctx ends.
func (s *Syncer) until(ctx context.Context, c caller, open []appointment.Post) (report appointment.SyncReport, err error) {
	for wait := 2 * time.Millisecond; len(open) > 0; wait = min(2*wait, 50*time.Millisecond) {
		if open, err = s.fly(ctx, c, open, &report); err != nil || len(open) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			report.Left = len(open)
			return report, fmt.Errorf("barrier: %d posts are held by somebody else: %w", len(open), context.Cause(ctx))
		case <-time.After(wait + rand.N(wait)): // another sidecar's barrier may wait as long
		}
	}
	return report, err
}

// Sync flushes everything dirty once, due or not, in either mode. It is also how
// a site is handed over to core: nothing older comes after it then.
func (s *Syncer) Sync(ctx context.Context, blog uint64) (appointment.SyncReport, error) {
	if err := s.owner.Shut(ctx, blog); err != nil {
		return appointment.SyncReport{}, err
	}
	return s.sweep(ctx, blog, false)
}

// Drain is Sync for a return or a retirement: slugs that no post has become
// dead letters at once, since nothing may stay (R6).
func (s *Syncer) Drain(ctx context.Context, blog uint64) (appointment.SyncReport, error) {
	return s.sweep(ctx, blog, true)
}

func (s *Syncer) sweep(ctx context.Context, blog uint64, drain bool) (appointment.SyncReport, error) {
	var report appointment.SyncReport
	var epoch uint64 // of a drain
	if drain {       // what was overlooked would belong to an earlier owner after the return, and be left out
		ticket, err := s.owner.Ticket(ctx, blog)
		if err != nil {
			return report, err
		}
		epoch = ticket.Epoch
		if !s.isLookedAtIn(blog, ticket) {
			if _, err := s.Reconcile(ctx, blog); err != nil {
				return report, err
			}
		}
	}
	members, err := s.redis.Members(ctx, blog, -1)
	if err != nil {
		return report, err
	}
	for waiting := (&queue{posts: s.posts(blog, members)}); waiting.len() > 0; {
		ticket, err := s.owner.Ticket(ctx, blog)
		if err != nil {
			return report, err
		}
		if drain && ticket.Epoch != epoch { // another sidecar has returned: what came since is not left behind
			return report, fmt.Errorf("drain outlived its epoch: %w", appointment.ErrNative)
		}
		f, err := s.flush(ctx, ticket, waiting, true, drain)
		report.Synced += f.report.Synced
		report.Dead += f.report.Dead
		if err != nil {
			return report, err
		}
	}
	left, err := s.redis.Members(ctx, blog, -1)
	report.Left = len(left)
	for _, name := range left {
		if post, err := appointment.ParsePost(blog, name); err != nil || post.ID == 0 {
			report.Waiting++
		}
	}
	return report, err
}

// Retire drains a site that is held in native mode and removes everything of
// it from Redis but its dead letters. Left is 0 then; else nothing was removed.
// With discard it drains nothing, and the dead letters go too: the site itself
// is being deleted, or is gone.
func (s *Syncer) Retire(ctx context.Context, blog uint64, discard bool) (appointment.SyncReport, error) {
	site, err := s.owner.Site(ctx, blog)
	if err != nil {
		return appointment.SyncReport{}, err
	}
	if !site.Native || !site.Held {
		return appointment.SyncReport{}, appointment.ErrNotHeld
	}
	// Whose Redis it is must be known before anything is removed from it.
	held, err := s.owner.Ticket(ctx, blog)
	switch {
	case errors.Is(err, appointment.ErrOtherRedis): // it was emptied: nothing of this site is in it
		return appointment.SyncReport{}, nil
	case errors.Is(err, appointment.ErrOtherSite) && site.RedisID == "": // it never was this site's
		return appointment.SyncReport{}, nil
	case discard && errors.Is(err, appointment.ErrBlogGone): // its address is gone: the token tells as well
		held = appointment.Lease{Blog: blog, Epoch: site.Epoch, Token: site.RedisID}
		if _, err := s.redis.Waiting(ctx, held, []appointment.Post{}); err != nil {
			return appointment.SyncReport{}, err
		}
	case err != nil:
		return appointment.SyncReport{}, err
	}
	if err := s.owner.Shut(ctx, blog); err != nil {
		return appointment.SyncReport{}, err
	}
	if discard {
		return appointment.SyncReport{}, s.redis.Retire(ctx, held, true)
	}
	report, err := s.Drain(ctx, blog)
	if err != nil || report.Left > 0 {
		return report, err
	}
	return report, s.redis.Retire(ctx, held, false)
}
