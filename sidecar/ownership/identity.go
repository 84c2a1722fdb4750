package ownership

import (
	"context"
	"fmt"

	"hospital-appointments-redis/sidecar/appointment"
)

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
