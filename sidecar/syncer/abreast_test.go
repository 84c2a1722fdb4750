package syncer_test

import (
	"fmt"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestBatches: a transaction is of so many posts, or of fewer that have many
// fields.
func TestBatches(t *testing.T) {
	for _, each := range []struct {
		posts, fields int
		want          uint64
	}{
		{60, 1, 1},
		{101, 1, 2},
		{60, 200, 2}, // 10,000 fields of the first fifty
	} {
		t.Run(fmt.Sprintf("%d posts of %d fields each", each.posts, each.fields), func(t *testing.T) {
			b := open(t, lazy)
			var writes []appointment.Write
			for i := range each.posts {
				id := uint64(1000 + i)
				b.made(t, id)
				w := appointment.Write{Post: post(id), Lease: b.lease()}
				for j := range each.fields {
					w.Fields = append(w.Fields, appointment.Field{Key: fmt.Sprint("field_", j), Value: "x"})
				}
				writes = append(writes, w)
			}
			if _, err := b.redis.Write(t.Context(), writes); err != nil {
				t.Fatal(err)
			}
			report, err := b.Barrier(t.Context(), 1, nil, nil)
			if err != nil || report.Synced != each.posts*each.fields {
				t.Errorf("Barrier = %+v, %v", report, err)
			}
			if n := b.Batches.Load(); n != each.want {
				t.Errorf("%d transactions; want %d", n, each.want)
			}
			b.wantDirty(t)
		})
	}
}
