package postmeta_test

import (
	"fmt"
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestWidePost: what a sync has to think over grows with the fields of a post,
// not with their square: the server waits two seconds for its next statement.
func TestWidePost(t *testing.T) {
	const rows = 10_000
	for _, first := range []string{"field_0", "FIELD_0"} { // one spelling otherwise, and all keys are compared by MySQL
		t.Run(first, func(t *testing.T) {
			b := open(t).set(t, "wait_timeout", "2")
			var values []string
			fields := []appointment.Dirty{set(first, "after", 1)}
			for i := range rows {
				values = append(values, fmt.Sprintf("(1, 'field_%d', 'before')", i))
				if i > 0 {
					fields = append(fields, set(fmt.Sprint("field_", i), "after", uint64(i+1)))
				}
			}
			b.exec(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES "+strings.Join(values, ","))
			if v := b.sync(t, read(1, rows+1, fields...))[0]; v.Fate != appointment.Committed {
				t.Errorf("fate %d", v.Fate)
			}
			if n := b.number(t, "SELECT COUNT(*) FROM wp_postmeta WHERE meta_value = 'after'"); n != rows {
				t.Errorf("%d rows of %d", n, rows)
			}
		})
	}
}
