package ownership

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"hospital-appointments-redis/sidecar/appointment"
)

// Write acknowledges writes of one blog as owner. deadline is CLOCK_MONOTONIC
// in nanoseconds, 0 for none. Direct writes are taken while MySQL is away too,
// and one while Redis is, by MySQL.
//
// The order is R2's: the epoch from the lease, then the deadline, then the
// script. A request that lay in a stopped sidecar's socket fails the deadline;
// one that passes it writes under an epoch that was good before it.
func (o *Owner) Write(ctx context.Context, writes []appointment.Write, deadline int64) (appointment.WriteResult, error) {
	switch len(writes) {
	case 0:
		return appointment.WriteResult{}, nil
	case 1:
		return o.orNatively(ctx, writes[0], deadline, func() (appointment.WriteResult, error) { return o.offload(ctx, writes, deadline) })
	}
	return o.offload(ctx, writes, deadline)
}

// offload is Write, in Redis.
func (o *Owner) offload(ctx context.Context, writes []appointment.Write, deadline int64) (appointment.WriteResult, error) {
	lease, err := o.leaseFor(ctx, writes[0])
	if err != nil {
		return appointment.WriteResult{Epoch: lease.Epoch}, err // a Redis that was never seen is taken over from too
	}
	for i := range writes {
		writes[i].Lease = lease
	}
	if deadline != 0 && monotonic() >= deadline {
		return appointment.WriteResult{}, appointment.ErrDeadline
	}
	outcomes, err := o.fields.Write(ctx, writes)
	for _, each := range outcomes {
		o.Writes.Add(uint64(len(each)))
	}
	return appointment.WriteResult{Outcomes: outcomes, Epoch: lease.Epoch, Unverified: lease.Unverified}, o.confirm(ctx, lease, err)
}

// confirm lets a write be acknowledged only under a lease (R1): one whose
// script came back after the lease was over may have been beaten by a native
// write that was acknowledged before it. Its outcome is then unknown.
func (o *Owner) confirm(ctx context.Context, lease appointment.Lease, err error) error {
	if err != nil || lease.Unverified {
		return o.heed(err)
	}
	if now, err := o.Lease(ctx, lease.Blog); err != nil || now.Epoch != lease.Epoch {
		return fmt.Errorf("%w: the lease was over before the answer came", appointment.ErrUnknownOutcome)
	}
	return nil
}

func (o *Owner) leaseFor(ctx context.Context, w appointment.Write) (appointment.Lease, error) {
	if w.Direct {
		return o.direct(ctx, w.Post.Blog)
	}
	return o.Lease(ctx, w.Post.Blog)
}

// heed makes Run look at once when Redis refused us: the epoch is over, or it
// is another Redis.
func (o *Owner) heed(err error) error {
	if errors.Is(err, appointment.ErrOtherRedis) || errors.Is(err, appointment.ErrNative) {
		o.nudge()
	}
	return err
}

// monotonic is the clock that PHP's hrtime() reads on the same host, in ns.
func monotonic() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return int64(^uint64(0) >> 1) // no clock: every deadline has passed
	}
	return now.Nano()
}

// SetStatus writes an appointment's status and time in one step. known: MySQL
// says that it exists. No outcome: it does not.
func (o *Owner) SetStatus(ctx context.Context, w appointment.Write, status string, known bool) (appointment.WriteResult, error) {
	w.Fields = []appointment.Field{{Key: "status", Value: status}}
	result, err := o.orNatively(ctx, w, 0, func() (appointment.WriteResult, error) { return o.offloadStatus(ctx, w, status, known) })
	if errors.Is(err, appointment.ErrUnknownPost) {
		return appointment.WriteResult{}, nil
	}
	return result, err
}

func (o *Owner) offloadStatus(ctx context.Context, w appointment.Write, status string, known bool) (appointment.WriteResult, error) {
	lease, err := o.leaseFor(ctx, w)
	w.Lease = lease
	if err != nil {
		return appointment.WriteResult{Epoch: lease.Epoch}, err
	}
	updated, err := o.fields.SetStatus(ctx, w, status, known)
	result := appointment.WriteResult{Epoch: lease.Epoch, Unverified: lease.Unverified}
	if updated {
		result.Outcomes = [][]appointment.Outcome{{appointment.Updated}}
	}
	return result, o.confirm(ctx, w.Lease, err)
}

// Delete leaves tombstones for what Redis holds of a post. false: nothing. What
// that is only Redis knows: without it this is refused.
func (o *Owner) Delete(ctx context.Context, w appointment.Write) (bool, error) {
	lease, err := o.leaseFor(ctx, w)
	w.Lease = lease
	if err != nil {
		return false, err
	}
	deleted, err := o.fields.Delete(ctx, w)
	return deleted, o.confirm(ctx, w.Lease, err)
}

// Mark makes a post due now.
func (o *Owner) Mark(ctx context.Context, post appointment.Post) error {
	lease, err := o.direct(ctx, post.Blog)
	if err != nil {
		return err
	}
	return o.heed(o.fields.Mark(ctx, lease, post))
}

// Dirty says what is dirty in the posts, as owner if it can (R8). Without a
// lease it asks whichever Redis there is, and says so.
func (o *Owner) Dirty(ctx context.Context, blog uint64, posts []appointment.Post) (appointment.DirtyView, error) {
	lease, err := o.Lease(ctx, blog)
	if err == nil {
		view, err := o.fields.Dirty(ctx, blog, lease.Token, posts)
		if now, late := o.Lease(ctx, blog); err == nil && late == nil && now == lease {
			view.Leased = true // before and after: nobody else owned it in between
			return view, nil
		}
		if err != nil && !errors.Is(o.heed(err), appointment.ErrOtherRedis) {
			return view, err
		}
	}
	floors, err := o.fields.Floors(ctx, []uint64{blog})
	if err != nil {
		return appointment.DirtyView{}, err
	}
	switch err := o.ours(ctx, blog, floors[blog]); {
	case errors.Is(err, appointment.ErrOtherRedis): // emptied: nothing is dirty in it
		return appointment.DirtyView{Posts: map[string][]appointment.Dirty{}}, nil
	case err != nil: // what is another site's is never shown
		return appointment.DirtyView{}, err
	case o.isBehind(ctx, blog, floors[blog].Epoch):
		// Nor what a restored database knows nothing of: no native write of its
		// epochs would stand against it, and nobody would see his own.
		return appointment.DirtyView{}, fmt.Errorf("this Redis has seen a later epoch than this database: %w", appointment.ErrOtherSite)
	}
	return o.fields.Dirty(ctx, blog, floors[blog].ID, posts)
}

// Forget drops everything of deleted posts, and counts those there was
// anything of.
func (o *Owner) Forget(ctx context.Context, blog uint64, posts []appointment.Post) (int, error) {
	lease, err := o.Lease(ctx, blog)
	if err != nil {
		return 0, err
	}
	forgotten := 0
	for _, post := range posts {
		there, err := o.fields.Forget(ctx, lease, post)
		if err != nil {
			return forgotten, o.heed(err)
		}
		if there {
			forgotten++
		}
	}
	return forgotten, nil
}

// Retry makes the dead letter of a post and key a write of this moment to the
// write's post; the letter goes with it.
// ErrUnknownDeadLetter: there is none.
func (o *Owner) Retry(ctx context.Context, w appointment.Write, of appointment.Post, key string) error {
	lease, err := o.leaseFor(ctx, w)
	if err != nil {
		return err
	}
	w.Lease = lease
	err = o.confirm(ctx, lease, o.fields.Retry(ctx, w, of, key))
	if err == nil {
		o.Writes.Add(1)
	}
	return err
}
