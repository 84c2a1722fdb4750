package syncer_test

import (
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// TestLostValues: a mark whose value somebody else's hands removed is no
// deletion.
func TestLostValues(t *testing.T) {
	b := open(t, lazy)
	b.set(t, post(2), "status", "confirmed")
	containers.RedisAdmin(t).Del(t.Context(), "appointment:2")
	b.synced(t)
	b.want(t, 2, "status", "before")
	b.wantLetters(t, "2 status value_lost ")
	b.wantDirty(t)
}
