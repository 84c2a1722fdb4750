package ownership_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// restored is a database that was restored to an earlier epoch: Redis has seen
// epoch 40, and holds an update of it that was never synced.
func restored(t *testing.T) bench {
	t.Helper()
	b := open(t)
	b.offload(t)
	b.exec(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (1, 'status', 'restored'), (2, 'status', 'restored')")
	b.raw.HSet(t.Context(), "appointments:floor", "epoch", 40, "counter", 900)
	for _, id := range []string{"1", "2"} {
		b.raw.HSet(t.Context(), "appointment:"+id, "status", "before the restore")
		b.raw.HSet(t.Context(), "appointment:"+id+":dirty", "status", "40-899@1700000000000")
		b.raw.ZAdd(t.Context(), "appointments:dirty", zero(id))
	}
	b.raw.HSet(t.Context(), "appointment:3", "status", "synced before the restore")
	return b
}

func TestAdoptedAfterRestore(t *testing.T) {
	b := restored(t)
	refusing := b.sidecar(t, b.redis)
	stop := refusing.stoppable(t)
	site := b.until(t, func(s appointment.Site) bool { return s.Native })
	refusing.problem(t, "epoch 40", b.name)
	// WordPress writes by itself meanwhile.
	b.exec(t, "INSERT INTO wp_hospital_native_write (blog_id, post_id, meta_key, epoch) VALUES (1, 1, 'status', ?)", site.Epoch)
	b.exec(t, "UPDATE wp_postmeta SET meta_value = 'since the restore' WHERE post_id = 1")
	if view, err := refusing.Dirty(t.Context(), 1, []appointment.Post{post(1)}); !errors.Is(err, appointment.ErrOtherSite) {
		t.Errorf("readers would see %+v, %v over what core wrote since", view, err)
	}
	b.line.Cut()
	after(t, time.Now().Add(leaseTime))
	if view, err := refusing.Dirty(t.Context(), 1, []appointment.Post{post(1)}); !errors.Is(err, appointment.ErrOtherSite) {
		t.Errorf("while MySQL cannot be asked readers would see %+v, %v", view, err)
	}
	b.line.Mend()
	stop()

	adopting := b.sidecar(t, b.redis, adopt)
	if _, err := adopting.Site(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	// A sync that comes before its return has caught up: what core wrote is of an epoch below that of what waits.
	if report, err := adopting.syncer.Sync(t.Context(), 1); !errors.Is(err, appointment.ErrNative) || report.Synced != 0 {
		t.Errorf("Sync before the return = %+v, %v", report, err)
	}
	if got := b.value(t, 1, "status"); got != "since the restore" {
		t.Errorf("what core wrote since is %q before the return", got)
	}
	adopting.run(t)
	site = b.until(t, offload)
	adopting.leased(t, site.Epoch)
	if got := b.value(t, 1, "status"); got != "since the restore" {
		t.Errorf("what core wrote since is %q: an older update came over it", got)
	}
	if got := b.value(t, 2, "status"); got != "before the restore" {
		t.Errorf("what waited in Redis is %q", got)
	}
	if left := b.raw.Exists(t.Context(), "appointment:3").Val(); left != 0 {
		t.Error("Redis still shows a copy of a row that the restored database does not have")
	}
}

// TestCopiedDatabase: a copy of the database names the original's Redis and an
// epoch that is good there. Its sidecar gets nothing, not even for the moment
// in which it has not said so in its own site row.
func TestCopiedDatabase(t *testing.T) {
	b := open(t)
	b.offload(t)
	if _, err := b.redis.RaiseFloor(t.Context(), 1, 4, "the original", true); err != nil {
		t.Fatal(err)
	}
	floors, err := b.redis.Floors(t.Context(), []uint64{1})
	if err != nil {
		t.Fatal(err)
	}
	b.exec(t, "UPDATE wp_hospital_sync_state SET redis_id = ?", floors[1].ID)
	s := b.sidecar(t, b.redis)
	if _, err := s.Site(t.Context(), 1); err != nil { // it has read its row, and not tended it yet
		t.Fatal(err)
	}
	if _, err := s.Lease(t.Context(), 1); !errors.Is(err, appointment.ErrOtherSite) {
		t.Errorf("a lease: %v", err)
	}
	if _, err := s.Ticket(t.Context(), 1); !errors.Is(err, appointment.ErrOtherSite) {
		t.Errorf("a ticket to sync by: %v", err)
	}
	if _, err := s.Write(t.Context(), status(1, "the copy's", true), 0); !errors.Is(err, appointment.ErrOtherSite) {
		t.Errorf("a write: %v", err)
	}
	if left := b.raw.Exists(t.Context(), "appointment:1", "appointment:1:dirty").Val(); left != 0 {
		t.Error("the copy wrote to the original's Redis")
	}
}

// stoppable runs the owner until stop is called.
func (s sidecar) stoppable(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, s.syncer); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return func() { cancel(); <-ended }
}
