package redisstore_test

import (
	"errors"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestForeignKeys: what meets a key that somebody else has put a string into
// leaves no mark of a value that is nowhere, and a claim names the post.
func TestForeignKeys(t *testing.T) {
	b := open(t)
	b.dead(t, post(7), "notes", "bad")
	b.set(t, post(8), "status", "x")
	if err := b.raw.Set(t.Context(), "appointment:7", "somebody's", 0).Err(); err != nil {
		t.Fatal(err)
	}
	w := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "notes", Value: "better"}}}
	if err := b.Retry(t.Context(), w, post(7), "notes"); !errors.Is(err, appointment.ErrForeignKeys) {
		t.Errorf("Retry: %v", err)
	}
	if _, err := b.SetStatus(t.Context(), w, "x", true); err == nil {
		t.Error("SetStatus: no error")
	}
	if marks := b.hash(t, "appointment:7:dirty"); len(marks) != 0 {
		t.Errorf("marks %v", marks)
	}
	b.wantFields(t, 1, "of the other post")
	if _, err := b.DeadLetter(t.Context(), post(7), "notes"); err != nil {
		t.Errorf("the letter: %v", err)
	}

	b.raw.HSet(t.Context(), "appointment:7:dirty", "status", "2-5@1000")
	readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7), post(8)}, true)
	var foreign *appointment.ForeignKeysError
	if !errors.As(err, &foreign) || len(foreign.Posts) != 1 || foreign.Posts[0] != post(7) {
		t.Errorf("Claim: %v", err)
	}
	if len(readings) != 1 || readings[0].Post != post(8) {
		t.Errorf("claimed %+v", readings)
	}
}
