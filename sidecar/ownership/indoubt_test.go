package ownership_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
)

// silent is a real Redis whose answer to a write is lost.
type silent struct{ ownership.Fields }

func (s silent) Write(ctx context.Context, writes []appointment.Write) ([][]appointment.Outcome, error) {
	if _, err := s.Fields.Write(ctx, writes); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("lost: %w", appointment.ErrUnknownOutcome)
}

func TestInDoubt(t *testing.T) {
	t.Run("whether Redis took it, MySQL takes it in a new epoch, and once", func(t *testing.T) {
		b := openOffline(t)
		s := b.sidecar(t, silent{b.redis})
		result, err := s.Write(t.Context(), status(1, "x", true), 0)
		if err != nil || !result.Committed || result.Epoch != 5 {
			t.Fatalf("Write = %+v, %v", result, err)
		}
		b.exec(t, "UPDATE wp_postmeta SET meta_value = 'y' WHERE post_id = 1") // somebody, natively
		s.run(t)
		b.until(t, offload)
		if got := b.value(t, 1, "status"); got != "y" {
			t.Errorf("%q after the return: what had run in Redis came over it", got)
		}
	})
	t.Run("and MySQL does not: the outcome is unknown", func(t *testing.T) {
		b := openOffline(t)
		s := b.sidecar(t, silent{b.redis}, func(o *ownership.Options) {
			o.WriteNative = func(context.Context, uint64, appointment.Write) error { return appointment.ErrPostLocked }
		})
		if _, err := s.Write(t.Context(), status(1, "x", true), 0); !errors.Is(err, appointment.ErrUnknownOutcome) {
			t.Errorf("error %v", err)
		}
	})
}
