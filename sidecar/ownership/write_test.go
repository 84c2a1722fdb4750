package ownership_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
)

// now is CLOCK_MONOTONIC, as PHP's hrtime() says it.
func now(t *testing.T) int64 {
	t.Helper()
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &at); err != nil {
		t.Fatal(err)
	}
	return at.Nano()
}

// meddling is a real Redis that calls a function after a script has run.
type meddling struct {
	ownership.Fields
	then func()
}

func (m meddling) Write(ctx context.Context, writes []appointment.Write) ([][]appointment.Outcome, error) {
	defer m.then()
	return m.Fields.Write(ctx, writes)
}

func (m meddling) Dirty(ctx context.Context, blog uint64, id string, posts []appointment.Post) (appointment.DirtyView, error) {
	defer m.then()
	return m.Fields.Dirty(ctx, blog, id, posts)
}

func TestWrite(t *testing.T) {
	t.Run("under a lease is in Redis with the lease's epoch", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		result, err := s.Write(t.Context(), status(1, "x", false), now(t)+int64(5*time.Second))
		if err != nil || result.Epoch != 4 || result.Unverified || result.Outcomes[0][0] != appointment.Updated || s.Writes.Load() != 1 {
			t.Errorf("Write = %+v, %v", result, err)
		}
		if mark := b.marks(t, 1)["status"]; !strings.HasPrefix(mark, "4-") {
			t.Errorf("mark %q", mark)
		}
	})
	t.Run("after its deadline is ErrDeadline, and nothing is in Redis", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		if _, err := s.Write(t.Context(), status(1, "x", false), now(t)-1); !errors.Is(err, appointment.ErrDeadline) {
			t.Errorf("error %v", err)
		}
		if len(b.marks(t, 1)) != 0 {
			t.Error("it was written")
		}
	})
	t.Run("looks at its deadline after it has taken the epoch", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis, func(o *ownership.Options) { o.Lease = 10 * time.Second })
		release := b.locked(t)
		wait := 200 * time.Millisecond
		deadline, began := now(t)+int64(wait), time.Now()
		answer := make(chan error, 1)
		go func() { _, err := s.Write(context.Background(), status(1, "x", false), deadline); answer <- err }()
		after(t, began.Add(wait+50*time.Millisecond))
		release()
		if err := <-answer; !errors.Is(err, appointment.ErrDeadline) {
			t.Errorf("error %v; want ErrDeadline: the epoch came after it", err)
		}
		if len(b.marks(t, 1)) != 0 {
			t.Error("it was written")
		}
	})
	t.Run("whose answer came when the lease was over and the epoch had moved has an unknown outcome", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, meddling{b.redis, func() {
			b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = 5")
			after(t, time.Now().Add(leaseTime))
		}})
		if _, err := s.Write(t.Context(), status(1, "x", false), 0); !errors.Is(err, appointment.ErrUnknownOutcome) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("whose answer came when the lease was over but renewed in the same epoch is acknowledged", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, meddling{b.redis, func() { after(t, time.Now().Add(leaseTime)) }})
		if _, err := s.Write(t.Context(), status(1, "x", false), 0); err != nil {
			t.Errorf("error %v", err)
		}
	})
	t.Run("in native mode is refused, or of the direct API written by MySQL, and nothing is in Redis", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = 5")
		s := b.sidecar(t, b.redis)
		if _, err := s.Write(t.Context(), status(1, "x", false), 0); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v", err)
		}
		if result, err := s.Write(t.Context(), status(1, "kiosk", true), 0); err != nil || !result.Committed || b.value(t, 1, "status") != "kiosk" {
			t.Errorf("direct: %+v, %v", result, err)
		}
		if len(b.marks(t, 1)) != 0 {
			t.Error("it is in Redis")
		}
	})
	t.Run("is refused by the floor of a later epoch", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		s.leased(t, 4)
		if _, err := b.redis.RaiseFloor(t.Context(), 1, 5, b.name, false); err != nil { // another sidecar's return
			t.Fatal(err)
		}
		if _, err := s.Write(t.Context(), status(1, "x", false), 0); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("of the direct API is taken while MySQL is away, and marked; of WordPress it is not", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		s := b.sidecar(t, b.redis)
		lease := s.leased(t, 4)
		b.line.Cut()
		after(t, time.Now().Add(leaseTime))
		if _, err := s.Write(t.Context(), status(1, "x", false), 0); !errors.Is(err, appointment.ErrMySQLAway) {
			t.Errorf("WordPress': error %v", err)
		}
		result, err := s.Write(t.Context(), status(1, "kiosk", true), 0)
		if err != nil || !result.Unverified || result.Epoch != 4 {
			t.Errorf("direct: %+v, %v", result, err)
		}
		if updated, err := s.SetStatus(t.Context(), direct(2), "checked_in", true); err != nil || len(updated.Outcomes) != 1 || !updated.Unverified {
			t.Errorf("SetStatus = %v, %v", updated, err)
		}
		view, err := b.redis.Dirty(t.Context(), 1, lease.Token, []appointment.Post{post(1), post(2)})
		if err != nil || len(view.Posts) != 2 {
			t.Fatalf("Dirty = %+v, %v", view, err)
		}
		for member, fields := range view.Posts {
			if !fields[0].Unverified || !fields[0].Direct {
				t.Errorf("post %s: %+v", member, fields[0])
			}
		}
	})
	t.Run("of the direct API is not taken when nothing was ever known", func(t *testing.T) {
		b := open(t)
		b.offload(t)
		b.line.Cut()
		s := b.sidecar(t, b.redis)
		if _, err := s.Write(t.Context(), status(1, "kiosk", true), 0); !errors.Is(err, appointment.ErrMySQLAway) {
			t.Errorf("error %v", err)
		}
	})
}
