package syncer_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/syncer"
)

func TestMorePostsWithForeignKeysThanABatchHoldUpNoOther(t *testing.T) {
	b := open(t, func(o *syncer.Options) { o.Batch = 1 })
	for id := uint64(1); id <= 6; id++ {
		b.set(t, post(id), "status", "x")
	}
	raw := containers.RedisAdmin(t)
	for id := 1; id <= 3; id++ {
		raw.Set(t.Context(), fmt.Sprint("appointment:", id), "somebody's", 0)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	containers.Eventually(t, 5*time.Second, func(context.Context) error {
		if n := raw.ZCard(t.Context(), "appointments:dirty").Val(); n != 3 {
			return fmt.Errorf("%d are dirty", n)
		}
		return nil
	})
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	b.want(t, 6, "status", "x")
}

func TestASlugWhosePostHasForeignKeysHoldsUpNoOther(t *testing.T) {
	b := open(t)
	b.set(t, slug("appt_7"), "room", "7")
	b.set(t, slug("appt_8"), "room", "8")
	if err := containers.RedisAdmin(t).Set(t.Context(), "appointment:7", "somebody's", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if report, err := b.Sync(t.Context(), 1); err != nil || report.Left != 2 {
		t.Errorf("Sync = %+v, %v", report, err)
	}
	b.synced(t)
	b.want(t, 8, "room", "8")
	b.wantDirty(t, "appt_7")
	if _, err := b.Barrier(t.Context(), 1, []appointment.Post{post(8)}, nil); err != nil {
		t.Errorf("a barrier for another: %v", err)
	}
}
