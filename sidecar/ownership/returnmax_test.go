package ownership_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
)

// TestFlappingSite: a site that is taken over again and again stays native for
// longer each time.
func TestFlappingSite(t *testing.T) {
	b := open(t)
	b.offload(t)
	looks := &counted{Fields: b.redis}
	s := b.sidecar(t, looks, func(o *ownership.Options) { o.ReturnMax = 3 * time.Second })
	s.run(t)
	for _, least := range []time.Duration{time.Second, 2 * time.Second, 3 * time.Second} {
		looks.more(t)
		began := time.Now()
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = epoch + 1 WHERE blog_id = 1")
		site := b.until(t, offload)
		if took := time.Since(began); took < least {
			t.Errorf("returned in epoch %d after %v; want at least %v", site.Epoch, took, least)
		}
	}
}

// counted is a real Redis that counts how often an owner has asked it who it is:
// once a beat, after the site rows were read.
type counted struct {
	ownership.Fields
	floors atomic.Int64
}

func (c *counted) Floors(ctx context.Context, blogs []uint64) (map[uint64]appointment.Floor, error) {
	defer c.floors.Add(1)
	return c.Fields.Floors(ctx, blogs)
}

// more waits until a beat that has read the site rows after this call is over:
// the first to ask may have read them before, and the third begins after it.
func (c *counted) more(t *testing.T) {
	t.Helper()
	before := c.floors.Load()
	containers.Eventually(t, 10*time.Second, func(context.Context) error {
		if n := c.floors.Load() - before; n < 3 {
			return fmt.Errorf("%d beats", n)
		}
		return nil
	})
}
