package ownership

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Shut makes Redis refuse writes of the epochs before a held site's, as R6 does
// before its drain: what comes after a hand-over's sync is not marked by core,
// and a script of a sidecar that was stopped in the middle would be brought over
// it by a later return. Of a site that is not held that is left to the return,
// and so is a Redis without a floor, which refuses everything.
func (o *Owner) Shut(ctx context.Context, blog uint64) error {
	limited, cancel := context.WithTimeout(ctx, max(o.Options.Lease, time.Second))
	defer cancel()
	o.reading.Lock()
	seen := o.look(limited) // one that was under way may have been answered before the site was held
	o.reading.Unlock()
	if seen.err != nil {
		return seen.err
	}
	site := seen.sites[blog]
	if !site.Native || !site.Held {
		return nil
	}
	floors, err := o.fields.Floors(ctx, []uint64{blog})
	if err != nil {
		return err
	}
	err = o.ours(ctx, blog, floors[blog])
	if errors.Is(err, appointment.ErrOtherRedis) || errors.Is(err, appointment.ErrOtherSite) || errors.Is(err, appointment.ErrBlogGone) {
		return nil // nothing of this site can be written to it
	}
	if err != nil || floors[blog].Epoch >= site.Epoch {
		return err
	}
	if _, err := o.fields.RaiseFloor(ctx, blog, site.Epoch, floors[blog].Site, false); err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	return nil
}
