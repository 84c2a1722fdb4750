package postmeta_test

import (
	"fmt"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestManyKeys: a plugin that makes a key of each date, or of each user, fills a
// batch with keys that MySQL has never seen.
func TestManyKeys(t *testing.T) {
	b := open(t)
	const posts, each = 100, 100
	b.posts(t, 1000, 999+posts)
	var readings []appointment.Reading
	for post := range uint64(posts) {
		var fields []appointment.Dirty
		for i := range each {
			fields = append(fields, set(fmt.Sprintf("slot_%d_%d", post, i), "free", uint64(i+1)))
		}
		readings = append(readings, read(post+1000, each+1, fields...))
	}
	for i, v := range b.sync(t, readings...) {
		if v.Fate != appointment.Committed {
			t.Fatalf("post %d: %v", i+1, v)
		}
	}
	if n := b.number(t, "SELECT COUNT(*) FROM wp_postmeta"); n != posts*each {
		t.Errorf("%d rows", n)
	}
}
