package postmeta_test

import (
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestLockedTable: a table that somebody alters is waited for as a row is, and
// is no outage.
func TestLockedTable(t *testing.T) {
	b := open(t).set(t, "lock_wait_timeout", "1")
	b.row(t, 1, "status", "before")
	altered := b.sql.Locked(t, "wp_postmeta")
	readings := []appointment.Reading{read(1, 10, set("status", "after", 1)), read(2, 10, set("status", "after", 2))}
	began := time.Now()
	for i, v := range b.sync(t, readings...) {
		if v.Fate != appointment.Locked {
			t.Errorf("post %d: fate %d; want locked", i+1, v.Fate)
		}
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("took %v", took)
	}
	altered()
	for _, v := range b.sync(t, readings...) {
		wantSettled(t, v, false)
	}
}
