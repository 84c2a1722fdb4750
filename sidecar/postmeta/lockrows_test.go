package postmeta_test

import (
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// Core's DELETE by meta_id takes the row and then its entry in the index of
// post_id. A sync that took them the other way round made one of both the
// victim of a deadlock, and delete_post_meta() answered false.
func TestLocksOnlyTheRowsThatItChanges(t *testing.T) {
	b := open(t)
	b.row(t, 1, "status", "before")
	b.row(t, 1, "room", "12")
	tx := b.foreign(t, "DELETE FROM wp_postmeta WHERE post_id = 1 AND meta_key = 'room'")
	defer tx.Rollback()

	t.Run("another key of the post, which somebody is deleting, is in nobody's way", func(t *testing.T) {
		wantSettled(t, b.sync(t, read(1, 10, set("status", "after", 5)))[0], false)
		b.want(t, 1, "status", "after")
	})
	t.Run("a row that somebody is deleting is waited for, and is born again once it is gone", func(t *testing.T) {
		reading := read(1, 12, set("room", "14", 11))
		if v := b.sync(t, reading)[0]; v.Fate != appointment.Locked {
			t.Fatalf("fate %d while it is being deleted; want locked", v.Fate)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wantSettled(t, b.sync(t, reading)[0], false)
		b.want(t, 1, "room", "14")
	})
	t.Run("a key that somebody is adding is waited for, and not doubled", func(t *testing.T) {
		tx := b.foreign(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (2, 'room', 'theirs')")
		defer tx.Rollback()
		reading := read(2, 20, set("room", "ours", 19))
		if v := b.sync(t, reading)[0]; v.Fate != appointment.Locked {
			t.Fatalf("fate %d while it is being added; want locked", v.Fate)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wantSettled(t, b.sync(t, reading)[0], false)
		b.want(t, 2, "room", "ours")
	})
}
