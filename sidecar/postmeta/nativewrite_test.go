package postmeta_test

import (
	"errors"
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// natively is a write of the direct API to a post.
func natively(post uint64, pairs ...string) appointment.Write {
	w := appointment.Write{Post: appointment.Post{Blog: 1, ID: post, Type: "hospital_appointment"}, Direct: true}
	for i := 0; i < len(pairs); i += 2 {
		w.Fields = append(w.Fields, appointment.Field{Key: pairs[i], Value: pairs[i+1]})
	}
	return w
}

func TestWriteNative(t *testing.T) {
	b := open(t)
	b.native(t)
	write := func(w appointment.Write) error { return b.rows.WriteNative(t.Context(), epoch+1, w) }

	t.Run("writes the rows of a key, bears those that are missing, and leaves the others", func(t *testing.T) {
		b.row(t, 1, "status", "old")
		b.row(t, 1, "status", "older")
		b.row(t, 1, "room", "4")
		if err := write(natively(1, "status", "new", "notes", "born")); err != nil {
			t.Fatal(err)
		}
		b.want(t, 1, "status", "new", "new")
		b.want(t, 1, "notes", "born")
		b.want(t, 1, "room", "4")
	})
	t.Run("marks what it writes, and no sync brings an older value over it", func(t *testing.T) {
		wantSettled(t, b.sync(t, read(1, 3, set("status", "older", 1), set("room", "5", 2)))[0], true, false)
		b.want(t, 1, "status", "new", "new")
		b.want(t, 1, "room", "5")
	})
	t.Run("notes what WordPress has to be told, another time if it is written again", func(t *testing.T) {
		notices, now, err := b.rows.Notices(t.Context(), appointment.Lease{Blog: 1}, "", 0, 10)
		if err != nil || len(notices) != 2 || notices[0].Key != "notes" || now.IsZero() {
			t.Fatalf("Notices = %+v, %v, %v", notices, now, err)
		}
		if err := write(natively(1, "status", "newer")); err != nil {
			t.Fatal(err)
		}
		if err := b.rows.Notified(t.Context(), appointment.Lease{Blog: 1}, "", notices); err != nil {
			t.Fatal(err)
		}
		left, _, err := b.rows.Notices(t.Context(), appointment.Lease{Blog: 1}, "", 0, 10)
		if err != nil || len(left) != 1 || left[0].Key != "status" {
			t.Errorf("left %+v, %v", left, err)
		}
		if counts, err := b.rows.NoticeCounts(t.Context(), nil); err != nil || counts[1] != 1 || len(counts) != 1 {
			t.Errorf("NoticeCounts = %v, %v", counts, err)
		}
	})
	t.Run("compares keys as core's SELECT does", func(t *testing.T) {
		b.row(t, 2, "status", "old")
		if err := write(natively(2, "Status", "new", "Ort", "a", "ort", "b")); err != nil {
			t.Fatal(err)
		}
		b.want(t, 2, "status", "new")
		b.want(t, 2, "Ort", "b")
		if n := b.number(t, "SELECT COUNT(*) FROM wp_postmeta WHERE post_id = 2"); n != 2 {
			t.Errorf("%d rows", n)
		}
		if n := b.number(t, "SELECT COUNT(*) FROM wp_hospital_native_write WHERE post_id = 2"); n != 4 {
			t.Errorf("%d marks; want Status, status, Ort and ort", n)
		}
	})
	t.Run("names the field that MySQL refuses, and writes nothing", func(t *testing.T) {
		b.exec(t, "ALTER TABLE wp_postmeta MODIFY meta_value VARCHAR(10) CHARACTER SET utf8mb4")
		for name, value := range map[string]string{"too long": strings.Repeat("x", 11), "bad charset": "\xff"} {
			var refused *appointment.RefusedError
			if err := write(natively(3, "room", "4", "notes", value)); !errors.As(err, &refused) || refused.Key != "notes" || refused.Reason == "" {
				t.Errorf("%s: error %v", name, err)
			}
		}
		b.want(t, 3, "room")
		b.want(t, 3, "notes")
	})
	t.Run("of a post that is not there is ErrUnknownPost, and leaves no mark", func(t *testing.T) {
		if err := write(natively(99, "status", "x")); !errors.Is(err, appointment.ErrUnknownPost) {
			t.Errorf("error %v", err)
		}
		if n := b.number(t, "SELECT COUNT(*) FROM wp_hospital_native_write WHERE post_id = 99"); n != 0 {
			t.Errorf("%d marks", n)
		}
	})
	t.Run("of a post whose sync somebody is in the middle of waits its second, and is ErrPostLocked", func(t *testing.T) {
		tx, err := b.sql.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(t.Context(), "SELECT * FROM wp_hospital_sync_fence WHERE blog_id = 1 AND post_id = 1 FOR UPDATE"); err != nil {
			t.Fatal(err)
		}
		if err := write(natively(1, "status", "x")); !errors.Is(err, appointment.ErrPostLocked) {
			t.Errorf("error %v", err)
		}
		b.want(t, 1, "status", "newer", "newer")
	})
	t.Run("in another epoch, or in offload, is ErrEpochOver", func(t *testing.T) {
		if err := b.rows.WriteNative(t.Context(), epoch, natively(1, "status", "x")); !errors.Is(err, appointment.ErrEpochOver) {
			t.Errorf("error %v", err)
		}
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'offload'")
		if err := write(natively(1, "status", "x")); !errors.Is(err, appointment.ErrEpochOver) {
			t.Errorf("error %v", err)
		}
	})
}
