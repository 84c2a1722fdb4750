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

// TestOneFieldManyTimes: what a call writes to one field again and again is one
// write of the post, and gives it its place once.
func TestOneFieldManyTimes(t *testing.T) {
	b := open(t)
	var pairs []string
	for i := range 5000 {
		pairs = append(pairs, "status", fmt.Sprint(i))
	}
	b.set(t, post(7), pairs...)
	if r := b.claim(t, post(7)); len(r.Fields) != 1 || r.Fields[0].Value != "4999" || b.dirtyCount(t) != 1 {
		t.Errorf("claimed %+v, %d posts dirty", r.Fields, b.dirtyCount(t))
	}
}

// TestManyDeadLetters: they are read in steps, so that Redis has time for others.
func TestManyDeadLetters(t *testing.T) {
	b := open(t)
	const many = 1500
	for i := range many {
		b.raw.HSet(t.Context(), "appointments:dead", fmt.Sprintf("%d:notes", i+1), `{"version":"1-9"}`)
	}
	if err := b.raw.ConfigResetStat(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	letters, err := b.DeadLetters(t.Context(), 1)
	if err != nil || len(letters) != many || letters[0].Post.ID != 1 || letters[many-1].Post.ID != many {
		t.Errorf("%d letters, %v", len(letters), err)
	}
	calls := b.raw.InfoMap(t.Context(), "commandstats").Val()["Commandstats"]
	if calls["cmdstat_hgetall"] != "" || calls["cmdstat_hscan"] == "" {
		t.Errorf("commands: %v", calls)
	}
}
