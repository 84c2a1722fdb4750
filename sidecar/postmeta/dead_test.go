package postmeta_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/postmeta"
)

func TestPostGone(t *testing.T) {
	b := open(t)
	t.Run("dooms its values, and settles its tombstones", func(t *testing.T) {
		v := b.sync(t, read(99, 3, set("status", "x", 1), deleted("room", 2)))[0]
		if v.Fate != appointment.Doomed || len(v.Doomed) != 1 || v.Doomed[0].Code != appointment.DeadPostGone || v.Doomed[0].Key != "status" {
			t.Fatalf("%+v", v)
		}
		// The read has been counted: no older one may come once the dead are buried.
		if late := b.sync(t, read(99, 3, deleted("room", 2)))[0]; late.Fate != appointment.Forgotten {
			t.Errorf("the same read again: fate %d; want forgotten", late.Fate)
		}
		wantSettled(t, b.sync(t, read(99, 4, deleted("room", 2)))[0], false)
		if n := b.number(t, "SELECT COUNT(*) FROM wp_postmeta WHERE post_id = 99"); n != 0 {
			t.Errorf("%d rows of a post that is not there", n)
		}
	})
	t.Run("holds up nobody else", func(t *testing.T) {
		verdicts := b.sync(t, read(98, 3, set("status", "x", 1)), read(1, 4, set("status", "y", 2)))
		if verdicts[0].Fate != appointment.Doomed {
			t.Errorf("%+v", verdicts[0])
		}
		wantSettled(t, verdicts[1], false)
	})
	t.Run("dooms nothing that was committed while it was there", func(t *testing.T) {
		b.sync(t, read(2, 6, set("status", "x", 5)))
		b.exec(t, "DELETE FROM wp_posts WHERE ID = 2")
		wantSettled(t, b.sync(t, read(2, 7, set("status", "x", 5)))[0], true)
	})
}

// refused syncs 500 posts of which one has a bad and a good field.
func refused(t *testing.T, b bench, key, bad string) appointment.Verdict {
	t.Helper()
	const victim = 250
	readings := make([]appointment.Reading, 500)
	for i := range readings {
		readings[i] = read(uint64(i+1), 2000, set("status", "good", uint64(i+1)))
	}
	readings[victim].Fields = append(readings[victim].Fields, set(key, bad, 1000))
	verdicts := b.sync(t, readings...)
	for i, v := range verdicts {
		if i != victim {
			wantSettled(t, v, false)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if n := b.number(t, "SELECT COUNT(*) FROM wp_postmeta WHERE meta_value = 'good'"); n != 499 {
		t.Errorf("%d of 499 good posts committed", n)
	}
	v := verdicts[victim]
	if v.Fate != appointment.Doomed || len(v.Doomed) != 1 || v.Doomed[0].Key != key || v.Doomed[0].Code != appointment.DeadRefused || v.Doomed[0].Value != bad {
		t.Fatalf("the bad one: %.300v", v)
	}
	if reason := v.Doomed[0].Reason; strings.Contains(reason, "secret") || !strings.Contains(reason, "MySQL error") {
		t.Errorf("reason %q; want MySQL's, without the value", reason)
	}
	// What the syncer does next: bury, claim anew, and commit the rest of the post.
	readings[victim].Fields = readings[victim].Fields[:1]
	readings[victim].Stamp++
	wantSettled(t, b.sync(t, readings[victim])[0], false)
	return v
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, ddl, key, bad string }{
		{"bytes that are no UTF-8 die alone, 499 of 500 posts commit in the same call", "", "notes", "secret \xff\xfe"},
		{"a value too long for a shortened column dies alone", "ALTER TABLE wp_postmeta MODIFY meta_value VARCHAR(20)", "notes", "secret " + strings.Repeat("x", 20)},
		{"a value that a CHECK constraint refuses dies alone", "ALTER TABLE wp_postmeta ADD CHECK (meta_value <> 'secret')", "notes", "secret"},
		{"a key too long for its column dies alone", "", strings.Repeat("k", 256), "secret"},
		{"an emoji dies alone in a column of three-byte characters", "ALTER TABLE wp_postmeta MODIFY meta_value LONGTEXT CHARACTER SET utf8mb3", "notes", "secret 🏥"},
		{"a value that a trigger refuses dies alone", "CREATE TRIGGER no BEFORE INSERT ON wp_postmeta FOR EACH ROW " +
			"IF NEW.meta_value = 'secret' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'; END IF", "notes", "secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t)
			b.posts(t, 10, 500)
			if c.ddl != "" {
				b.exec(t, c.ddl)
			}
			refused(t, b, c.key, c.bad)
		})
	}
	t.Run("a value that a foreign key refuses dies alone, though its error is not listed", func(t *testing.T) {
		b := open(t)
		b.exec(t, "CREATE TABLE rooms (name VARCHAR(20) PRIMARY KEY) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
		b.exec(t, "INSERT INTO rooms VALUES ('1')")
		b.exec(t, "ALTER TABLE wp_postmeta MODIFY meta_value VARCHAR(20), ADD FOREIGN KEY (meta_value) REFERENCES rooms (name)")
		verdicts := b.sync(t, read(1, 5, set("room", "cellar", 1)), read(2, 6, set("room", "1", 2)))
		if v := verdicts[0]; v.Fate != appointment.Doomed || v.Doomed[0].Code != appointment.DeadRefused {
			t.Errorf("%+v", v)
		}
		wantSettled(t, verdicts[1], false)
	})
}

func TestPackets(t *testing.T) {
	b := open(t)
	var before int
	if err := b.sql.QueryRowContext(t.Context(), "SELECT @@GLOBAL.max_allowed_packet").Scan(&before); err != nil {
		t.Fatal(err)
	}
	b.exec(t, "SET GLOBAL max_allowed_packet = 1048576")
	t.Cleanup(func() { _, _ = b.sql.Exec("SET GLOBAL max_allowed_packet = ?", before) })
	small := b.with(t, func(c *mysql.Config) { c.MaxAllowedPacket = 0 }) // as the sidecar opens it
	rows := postmeta.New(small.DB, appointment.Tables{Base: "wp_"})

	t.Run("a batch larger than one is cut into several", func(t *testing.T) {
		var readings []appointment.Reading
		value := strings.Repeat("'", 100_000) // each is doubled by escaping
		for id := range uint64(9) {
			b.row(t, id+1, "notes", "before")
			readings = append(readings, read(id+1, 50, set("notes", value, id+1), set("born", value, id+10)))
		}
		verdicts, err := rows.Sync(t.Context(), 1, epoch, readings)
		if err != nil {
			t.Fatal(err)
		}
		for id := range uint64(9) {
			wantSettled(t, verdicts[id], false, false)
			b.want(t, id+1, "notes", value)
			b.want(t, id+1, "born", value)
		}
	})
	for _, size := range []int{500_000, 1_000_000, 1 << 20, 1<<20 + 1, 3_000_000} {
		fits := size <= 1<<20
		t.Run(fmt.Sprintf("one value of %d quotes fits: %v", size, fits), func(t *testing.T) {
			readings := []appointment.Reading{read(1, uint64(size), set("notes", strings.Repeat("'", size), uint64(size))), read(2, uint64(size), set("room", "1", uint64(size)+1))}
			verdicts, err := rows.Sync(t.Context(), 1, epoch, readings)
			if err != nil {
				t.Fatal(err)
			}
			wantSettled(t, verdicts[1], false)
			switch v := verdicts[0]; {
			case fits:
				wantSettled(t, v, false)
			case v.Fate != appointment.Doomed || v.Doomed[0].Code != appointment.DeadRefused:
				t.Errorf("fate %d", v.Fate)
			}
		})
	}
}

// TestPacketsChange: an administrator raises the limit for a value that was
// refused, or lowers it.
func TestPacketsChange(t *testing.T) {
	b := open(t)
	before := b.number(t, "SELECT @@GLOBAL.max_allowed_packet")
	t.Cleanup(func() { _, _ = b.sql.Exec("SET GLOBAL max_allowed_packet = ?", before) })
	pool := b.with(t, func(c *mysql.Config) { c.MaxAllowedPacket = 0 }) // as the sidecar opens it
	pool.SetMaxIdleConns(0)                                             // each connection has the limit of its beginning
	value := strings.Repeat("x", 3<<20)
	for name, c := range map[string]struct {
		post          uint64
		before, after int // bytes
		want          [2]appointment.Fate
	}{
		"a value that was too large is taken once the limit is raised":                 {1, 1 << 20, 8 << 20, [2]appointment.Fate{appointment.Doomed, appointment.Committed}},
		"a value that is too large once it is lowered is refused, and holds up nobody": {2, 8 << 20, 1 << 20, [2]appointment.Fate{appointment.Committed, appointment.Doomed}},
	} {
		t.Run(name, func(t *testing.T) {
			b.rows = postmeta.New(pool.DB, appointment.Tables{Base: "wp_"})
			for i, limit := range []int{c.before, c.after} {
				b.exec(t, "SET GLOBAL max_allowed_packet = ?", limit)
				stamp := uint64(10 + 2*i)
				if got := b.sync(t, read(c.post, stamp, set("notes", value, stamp-1)))[0].Fate; got != c.want[i] {
					t.Errorf("with %d bytes: fate %d; want %d", limit, got, c.want[i])
				}
			}
		})
	}
}
