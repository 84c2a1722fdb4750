package postmeta_test

import "testing"

func TestSpellings(t *testing.T) {
	b := open(t)
	rows := func(post uint64) int {
		t.Helper()
		return b.number(t, "SELECT COUNT(*) FROM wp_postmeta WHERE post_id = ?", post)
	}
	t.Run("a key that has a row under another spelling is no birth, as in core", func(t *testing.T) {
		b.row(t, 1, "status", "old")
		b.row(t, 1, "café", "old")
		wantSettled(t, b.sync(t, read(1, 4, set("Status", "new", 1), set("cafe ", "new", 2), set("room", "4", 3)))[0], false, false, false)
		b.want(t, 1, "status", "new")
		b.want(t, 1, "café", "new")
		b.want(t, 1, "room", "4")
		if n := rows(1); n != 3 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("two spellings are one birth, of the newer value", func(t *testing.T) {
		wantSettled(t, b.sync(t, read(2, 3, set("Ort", "newer", 2), set("ort", "older", 1)))[0], false, true)
		b.want(t, 2, "ort", "newer")
		if n := rows(2); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("of two spellings with one row the newer value counts", func(t *testing.T) {
		b.row(t, 3, "status", "old")
		wantSettled(t, b.sync(t, read(3, 3, set("status", "older", 1), set("STATUS", "newer", 2)))[0], true, false)
		b.want(t, 3, "status", "newer")
	})
	t.Run("a deletion takes the row of another spelling, as in core", func(t *testing.T) {
		b.row(t, 4, "status", "old")
		b.row(t, 4, "room", "4")
		wantSettled(t, b.sync(t, read(4, 3, deleted("Status", 1)))[0], false)
		if n := rows(4); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("what core wrote natively under another spelling is not overwritten", func(t *testing.T) {
		b.row(t, 5, "status", "core's")
		b.native(t, "5", "status")
		wantSettled(t, b.sync(t, read(5, 3, set("Status", "older", 1)))[0], true)
		b.want(t, 5, "status", "core's")
	})
	t.Run("rows of several spellings are all written, as in core, whatever else is in the batch", func(t *testing.T) {
		b.row(t, 6, "status", "old")
		b.row(t, 6, "Status", "old")
		b.row(t, 6, "stätus", "old")
		b.row(t, 6, "größe", "old")
		wantSettled(t, b.sync(t, read(6, 3, set("status", "new", 1)))[0], false)
		b.want(t, 6, "status", "new", "new", "new")
		b.want(t, 6, "größe", "old")
	})
}
