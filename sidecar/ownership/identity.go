package ownership

import (
	"context"
	"fmt"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// sees makes sure, once for each Redis, that the one of a lease holds this
// site's fields: the row of a copied database names the Redis of the original.
func (o *Owner) sees(ctx context.Context, lease appointment.Lease) error {
	if token, ok := o.verified.Load(lease.Blog); ok && token == lease.Token {
		return nil
	}
	floors, err := o.fields.Floors(ctx, []uint64{lease.Blog})
	if err != nil {
		return err
	}
	if err := o.ours(ctx, lease.Blog, floors[lease.Blog]); err != nil {
		return err
	}
	if floors[lease.Blog].ID != lease.Token {
		return appointment.ErrOtherRedis
	}
	o.verified.Store(lease.Blog, lease.Token)
	return nil
}

// ours tells whether a Redis holds this blog's fields. ErrOtherSite: another
// site's; ErrOtherRedis: nobody's yet; ErrNewerKeys: a newer sidecar's.
func (o *Owner) ours(ctx context.Context, blog uint64, floor appointment.Floor) error {
	if floor.Newer {
		return appointment.ErrNewerKeys
	}
	if floor.Missing {
		return fmt.Errorf("it has no floor: %w", appointment.ErrOtherRedis)
	}
	name, err := o.name(ctx, blog)
	if err != nil {
		return err
	}
	if floor.Site != name {
		return fmt.Errorf("%w: it says %q, this is %q", appointment.ErrOtherSite, floor.Site, name)
	}
	return nil
}

func (o *Owner) name(ctx context.Context, blog uint64) (string, error) {
	o.mu.Lock()
	name, ok := o.names[blog]
	o.mu.Unlock()
	if ok {
		return name, nil
	}
	name, err := o.rows.identity(ctx, blog)
	if err == nil {
		o.mu.Lock()
		o.names[blog] = name
		o.mu.Unlock()
	}
	return name, err
}

// isBehind tells whether MySQL has not come to an epoch yet, as far as it can
// be asked. A sighting older than a lease may be of a database that was restored
// since. Where the row says so it is read once more: another sidecar may have
// returned.
func (o *Owner) isBehind(ctx context.Context, blog, epoch uint64) bool {
	seen := o.seen.Load()
	if seen.err != nil || time.Since(seen.began) >= o.Options.Lease {
		seen = o.renew(ctx, seen)
	}
	if epoch <= seen.sites[blog].Epoch {
		return false
	}
	if seen.err != nil {
		return true
	}
	site, err := o.Site(ctx, blog)
	return err != nil || epoch > site.Epoch
}
