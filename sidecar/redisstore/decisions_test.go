package redisstore_test

import (
	"errors"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

func (b bench) letter(t *testing.T, key string) appointment.DeadLetter {
	t.Helper()
	l, err := b.DeadLetter(t.Context(), post(7), key)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestDecisions: who discards or edits a dead letter has seen one write, and
// decides about no other.
func TestDecisions(t *testing.T) {
	b := open(t)
	b.dead(t, post(7), "notes", "old")
	seen := b.letter(t, "notes")
	b.dead(t, post(7), "notes", "newer")
	for what, err := range map[string]error{"Edit": b.Edit(t.Context(), seen, "x"), "Discard": b.Discard(t.Context(), seen)} {
		if !errors.Is(err, appointment.ErrOtherDeadLetter) {
			t.Errorf("%s of a letter that has made way for another: %v", what, err)
		}
	}
	now := b.letter(t, "notes")
	if now.Value != "newer" {
		t.Errorf("the letter is %q", now.Value)
	}
	if err := b.Edit(t.Context(), now, "edited"); err != nil {
		t.Errorf("Edit: %v", err)
	}
	if err := b.Discard(t.Context(), now); err != nil || b.raw.Exists(t.Context(), "appointments:dead").Val() != 0 {
		t.Errorf("Discard of the one that is there: %v", err)
	}
}
