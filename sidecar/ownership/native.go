package ownership

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// rounds that a direct write is tried in: each change of the site's mode in
// between costs one.
const rounds = 6

// noticed is a native epoch as this sidecar came to know it.
type noticed struct {
	epoch   uint64
	since   time.Time // after the read that said so
	settled bool      // it was tried to
}

// orNatively makes a direct write by offloaded, in Redis, and where that does
// not do it, as PHP would without a sidecar (R3): native in a new epoch, L
// waited out, one transaction. What may still run in Redis is not sent there
// again: only a take-over shuts it out.
//
// A post that nobody knows the id of has no rows: it needs Redis.
func (o *Owner) orNatively(ctx context.Context, w appointment.Write, deadline int64, offloaded func() (appointment.WriteResult, error)) (appointment.WriteResult, error) {
	var result appointment.WriteResult
	var err error
	inDoubt, fresh := false, false
	for range rounds {
		if !inDoubt {
			result, err = offloaded()
			if err == nil || !w.Direct || w.Post.ID == 0 || !isForMySQL(err) {
				return result, err
			}
			inDoubt = errors.Is(err, appointment.ErrUnknownOutcome)
		}
		upTo := uint64(0)
		switch {
		case inDoubt:
			upTo = math.MaxUint64
		case errors.Is(err, appointment.ErrRedisAway), errors.Is(err, appointment.ErrOtherRedis):
			upTo = result.Epoch // a later one may have another Redis
		}
		epoch, failed := o.nativeEpoch(ctx, w.Post.Blog, upTo, fresh)
		if failed == nil && epoch == 0 {
			fresh = false
			continue // offloaded again: back to Redis
		}
		if failed == nil {
			failed = o.writeNative(ctx, epoch, w, deadline)
		}
		switch fresh = true; {
		case failed == nil:
			o.Writes.Add(uint64(len(w.Fields)))
			return nativeResult(w, epoch), nil
		case errors.Is(failed, appointment.ErrEpochOver):
			err = settledDoubt(inDoubt, failed)
		default:
			return appointment.WriteResult{}, settledDoubt(inDoubt, failed)
		}
	}
	return appointment.WriteResult{}, err
}

// isForMySQL tells the failures after which MySQL takes a direct write: core
// writes now, or Redis is not there. Not those by which Redis is full, another
// site's or a newer sidecar's: they want a person.
func isForMySQL(err error) bool {
	for _, each := range []error{appointment.ErrNative, appointment.ErrRedisAway, appointment.ErrOtherRedis, appointment.ErrUnknownOutcome} {
		if errors.Is(err, each) {
			return true
		}
	}
	return false
}

// settledDoubt: whatever MySQL said, what was sent to Redis may still count.
func settledDoubt(inDoubt bool, err error) error {
	switch {
	case inDoubt:
		return fmt.Errorf("%w; then: %s", appointment.ErrUnknownOutcome, err)
	case errors.Is(err, appointment.ErrEpochOver):
		return fmt.Errorf("%w, and its mode changes too often: %s", appointment.ErrNative, err)
	}
	return err
}

func nativeResult(w appointment.Write, epoch uint64) appointment.WriteResult {
	outcomes := make([]appointment.Outcome, len(w.Fields))
	for i := range outcomes {
		outcomes[i] = appointment.Updated
	}
	return appointment.WriteResult{Outcomes: [][]appointment.Outcome{outcomes}, Epoch: epoch, Committed: true}
}

func (o *Owner) writeNative(ctx context.Context, epoch uint64, w appointment.Write, deadline int64) error {
	if deadline != 0 && monotonic() >= deadline || ctx.Err() != nil {
		return appointment.ErrDeadline
	}
	return o.WriteNative(ctx, epoch, w)
}

// nativeEpoch returns the epoch that the site is native in once every lease
// from before it is over. It takes over a site that is offloaded in an epoch up
// to upTo; 0: the site is offloaded. fresh: what was read of the row before is not good enough.
func (o *Owner) nativeEpoch(ctx context.Context, blog, upTo uint64, fresh bool) (uint64, error) {
	sites, young := o.Sites()
	site, ok := sites[blog]
	if !ok || !young || fresh || !site.Native {
		var err error
		if site, err = o.Site(ctx, blog); err != nil {
			return 0, err
		}
	}
	if !site.Native && site.Epoch <= upTo {
		changed, err := o.rows.takeOver(ctx, site)
		if err != nil {
			return 0, err
		}
		if changed {
			o.TakeOvers.Add(1)
			o.Logger.Warn("native: Redis did not take a write of the direct API", "blog", blog, "epoch", site.Epoch+1)
		}
		if site, err = o.Site(ctx, blog); err != nil { // whoever did it
			return 0, err
		}
	}
	switch {
	case !site.Native:
		return 0, nil
	case site.Held: // the plugin is being deactivated, or is
		return 0, appointment.ErrNative
	case site.Settled >= site.Epoch:
		return site.Epoch, nil
	}
	return site.Epoch, o.outwait(ctx, site)
}

// outwait waits until L has passed since this sidecar first saw that the site is
// native in this epoch, and says so in the row, so that others need not.
func (o *Owner) outwait(ctx context.Context, site appointment.Site) error {
	o.mu.Lock()
	if n := o.native[site.Blog]; n == nil || n.epoch != site.Epoch {
		o.native[site.Blog] = &noticed{epoch: site.Epoch, since: time.Now()}
	}
	is := o.native[site.Blog]
	o.mu.Unlock()
	if left := o.Options.Lease - time.Since(is.since); left > 0 {
		timer := time.NewTimer(left)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return appointment.ErrDeadline
		}
	}
	o.mu.Lock()
	first := !is.settled
	is.settled = true
	o.mu.Unlock()
	if first {
		if err := o.rows.settle(ctx, site, false); err != nil { // then whoever comes waits too
			o.Logger.Info("nobody was told that the lease period is over", "blog", site.Blog, "epoch", site.Epoch, "error", err)
		}
	}
	return nil
}
