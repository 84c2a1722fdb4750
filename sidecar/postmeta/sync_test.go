package postmeta_test

import (
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestSync(t *testing.T) {
	b := open(t)
	t.Run("writes the value of a row that exists by its meta id", func(t *testing.T) {
		id := b.row(t, 1, "status", "pending")
		b.row(t, 1, "room", "12")
		wantSettled(t, b.sync(t, read(1, 2, set("status", "confirmed", 1)))[0], false)
		b.want(t, 1, "status", "confirmed")
		b.want(t, 1, "room", "12")
		if got := b.number(t, "SELECT meta_id FROM wp_postmeta WHERE post_id = 1 AND meta_key = 'status'"); int64(got) != id {
			t.Errorf("meta_id %d; want %d", got, id)
		}
	})
	t.Run("writes every row of a key that has several, as core does", func(t *testing.T) {
		b.row(t, 2, "doctor_id", "5")
		b.row(t, 2, "doctor_id", "6")
		b.sync(t, read(2, 4, set("doctor_id", "7", 3)))
		b.want(t, 2, "doctor_id", "7", "7")
	})
	t.Run("bears a key without a row once, however often the reading is repeated", func(t *testing.T) {
		r := read(3, 6, set("status", "pending", 5))
		wantSettled(t, b.sync(t, r)[0], false)
		if v := b.sync(t, r)[0]; v.Fate != appointment.Forgotten || v.Lift != 6 {
			t.Errorf("repeated: %+v; want it forgotten", v)
		}
		r.Stamp = 7
		wantSettled(t, b.sync(t, r)[0], true)
		b.want(t, 3, "status", "pending")
	})
	t.Run("deletes all rows of a tombstone, and takes one without rows for done", func(t *testing.T) {
		b.row(t, 4, "notes", "a")
		b.row(t, 4, "notes", "b")
		b.row(t, 5, "notes", "of another post")
		wantSettled(t, b.sync(t, read(4, 9, deleted("notes", 8), deleted("room", 9)))[0], false, false)
		b.want(t, 4, "notes")
		b.want(t, 5, "notes", "of another post")
	})
	t.Run("keeps every byte of a value", func(t *testing.T) {
		values := map[string]string{
			"nul": "a\x00b\x00", "quotes": `it's "quoted" and \slashed\ and %s ? :x`, "emoji": "Schön 🏥 \u2028",
			"serialized": `a:1:{s:4:"room";s:3:"1'2";}`, "empty": "", "newline": "a\r\nb\x1a", "large": strings.Repeat("0123456789abcde'", 1<<16),
		}
		var fields []appointment.Dirty
		for key, value := range values {
			fields = append(fields, set(key, value, uint64(20+len(fields))))
			if len(fields)%2 == 0 {
				b.row(t, 6, key, "before")
			}
		}
		b.sync(t, read(6, 40, fields...))
		for key, value := range values {
			b.want(t, 6, key, value)
		}
	})
	t.Run("does many posts, values, births and deletions in one call", func(t *testing.T) {
		b.row(t, 7, "status", "x")
		b.row(t, 8, "status", "x")
		verdicts := b.sync(t, read(9, 53, set("status", "born", 50)), read(7, 51, set("status", "y", 47), set("room", "1", 48)), read(8, 52, deleted("status", 49)))
		wantSettled(t, verdicts[0], false)
		wantSettled(t, verdicts[1], false, false)
		wantSettled(t, verdicts[2], false)
		b.want(t, 7, "status", "y")
		b.want(t, 7, "room", "1")
		b.want(t, 8, "status")
		b.want(t, 9, "status", "born")
	})
	t.Run("takes the newer of two fields of one key under different post types", func(t *testing.T) {
		b.sync(t, read(8, 62, set("shared", "newer", 61), set("shared", "older", 60)))
		b.want(t, 8, "shared", "newer")
	})
	t.Run("does nothing for no readings", func(t *testing.T) {
		if verdicts, err := b.rows.Sync(t.Context(), 1, epoch, nil); verdicts != nil || err != nil {
			t.Errorf("Sync = %v, %v", verdicts, err)
		}
	})
	t.Run("writes into the tables of the blog", func(t *testing.T) {
		b.exec(t, "CREATE TABLE wp_2_posts LIKE wp_posts")
		b.exec(t, "CREATE TABLE wp_2_postmeta LIKE wp_postmeta")
		b.exec(t, "INSERT INTO wp_2_posts (ID, post_type) VALUES (1, 'hospital_appointment')")
		b.exec(t, "INSERT INTO wp_hospital_sync_state (blog_id, epoch, mode, returned) VALUES (2, 5, 'offload', 3)")
		r := read(1, 70, set("status", "of blog 2", 69))
		r.Post.Blog = 2
		if verdicts, err := b.rows.Sync(t.Context(), 2, epoch, []appointment.Reading{r}); err != nil || verdicts[0].Fate != appointment.Committed {
			t.Fatalf("Sync = %+v, %v", verdicts, err)
		}
		if n := b.number(t, "SELECT COUNT(*) FROM wp_2_postmeta WHERE meta_value = 'of blog 2'"); n != 1 {
			t.Errorf("%d rows in blog 2", n)
		}
		b.want(t, 1, "status", "confirmed")
	})
}
