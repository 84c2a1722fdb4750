package postmeta_test

import (
	"slices"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestNoticesInTurn: a listener that cannot bear one post is asked about one
// notice at a time, and must come to hear of the others.
func TestNoticesInTurn(t *testing.T) {
	b := open(t)
	for _, post := range []uint64{1, 2, 3} {
		b.exec(t, "INSERT INTO wp_hospital_sync_notice (blog_id, post_id, meta_key, mark) VALUES (1, ?, 'status', 'm')", post)
	}
	var met []uint64
	for range 200 {
		notices, now, err := b.rows.Notices(t.Context(), appointment.Lease{Blog: 1}, "", 0, 1)
		if err != nil || len(notices) != 1 || now.IsZero() {
			t.Fatalf("Notices = %+v, %v, %v", notices, now, err)
		}
		if !slices.Contains(met, notices[0].Post) {
			met = append(met, notices[0].Post)
		}
	}
	if len(met) != 3 {
		t.Errorf("of three posts only %v were ever named", met)
	}
}
