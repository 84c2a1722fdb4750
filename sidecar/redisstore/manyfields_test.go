package redisstore_test

import (
	"fmt"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestManyFields: a post with more fields than Lua can unpack at once is
// written, read and cleared whole.
func TestManyFields(t *testing.T) {
	b := open(t)
	const many = 1101
	var pairs []string
	for i := range many {
		pairs = append(pairs, fmt.Sprint("field", i), fmt.Sprint("value ", i))
	}
	b.set(t, post(7), pairs...)
	r := b.claim(t, post(7))
	found := map[string]string{}
	for _, field := range r.Fields {
		found[field.Key] = field.Value
	}
	if len(r.Fields) != many {
		t.Errorf("%d fields read", len(r.Fields))
	}
	wantValues(t, found, b.values(t, "appointment:7"))
	view, err := b.Dirty(t.Context(), 1, b.lease.Token, []appointment.Post{post(7)})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for i, field := range view.Posts["7"] {
		seen[field.Key] = field.Value
		if want := r.Fields[i].Mark; field.Mark != want {
			t.Fatalf("the mark of %s is %q, want %q", field.Key, field.Mark, want)
		}
	}
	wantValues(t, seen, found)
	b.set(t, post(7), "field7", "newer")
	if !b.ack(t, r) {
		t.Error("not acknowledged")
	}
	if left := b.hash(t, "appointment:7:dirty"); len(left) != 1 || left["field7"] == "" {
		t.Errorf("%d left dirty, want the one that was written since", len(left))
	}
	b.wantFields(t, 1, "it")
}
