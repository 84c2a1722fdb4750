package postmeta_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/postmeta"
)

func TestMain(m *testing.M) { os.Exit(containers.Main(m)) }

// epoch that the site is in when a test begins; it returned in epoch 3.
const epoch = 5

// bench is a WordPress database with appointments 1 to 9, in offload.
type bench struct {
	sql  containers.Database
	rows *postmeta.DB
}

func open(t *testing.T) bench {
	t.Helper()
	b := bench{sql: containers.MySQL(t)}
	b.rows = postmeta.New(b.sql.DB, appointment.Tables{Base: "wp_"})
	b.exec(t, "INSERT INTO wp_hospital_sync_state (blog_id, epoch, mode, settled, returned, redis_id) VALUES (1, 5, 'offload', 4, 3, 'run:token')")
	b.posts(t, 1, 9)
	return b
}

// posts makes appointments with these ids.
func (b bench) posts(t *testing.T, first, last int) {
	t.Helper()
	for id := first; id <= last; id++ {
		b.exec(t, "INSERT INTO wp_posts (ID, post_type, post_name) VALUES (?, 'hospital_appointment', ?)", id, fmt.Sprintf("appt_%d", id))
	}
}

func (b bench) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := b.sql.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// row makes a meta row and returns its id.
func (b bench) row(t *testing.T, post uint64, key, value string) int64 {
	t.Helper()
	result, err := b.sql.ExecContext(t.Context(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (?, ?, ?)", post, key, value)
	if err != nil {
		t.Fatal(err)
	}
	id, err := result.LastInsertId()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// native puts the site into native mode in the epoch after, where core wrote these.
func (b bench) native(t *testing.T, writes ...string) {
	t.Helper()
	b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = ?", epoch+1)
	for i := 0; i < len(writes); i += 2 {
		b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (1, ?, ?, ?)", writes[i], writes[i+1], epoch+1)
	}
}

// number asks for one number.
func (b bench) number(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := b.sql.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// want fails unless the rows of a key are these, by meta id.
func (b bench) want(t *testing.T, post uint64, key string, want ...string) {
	t.Helper()
	rows, err := b.sql.QueryContext(t.Context(), "SELECT meta_value FROM wp_postmeta WHERE post_id = ? AND meta_key = ? ORDER BY meta_id", post, key)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		got = append(got, value)
	}
	if err := rows.Err(); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s of post %d: %.200q, %v; want %.200q", key, post, got, err, want)
	}
}

// fence of a post as "epoch-stamp version".
func (b bench) fence(t *testing.T, post uint64) string {
	t.Helper()
	var read, version appointment.Version
	err := b.sql.QueryRowContext(t.Context(), "SELECT epoch, stamp, version_epoch, version_counter FROM wp_hospital_sync_fence WHERE blog_id = 1 AND post_id = ?", post).
		Scan(&read.Epoch, &read.Counter, &version.Epoch, &version.Counter)
	if err != nil {
		return err.Error()
	}
	return read.String() + " " + version.String()
}

// set is a field written in this epoch as the counter-th.
func set(key, value string, counter uint64) appointment.Dirty {
	v := appointment.Version{Epoch: epoch, Counter: counter}
	return appointment.Dirty{Key: key, Value: value, Version: v, Mark: v.String() + "@1"}
}

// deleted is a tombstone.
func deleted(key string, counter uint64) appointment.Dirty {
	d := set(key, "", counter)
	d.Deleted = true
	return d
}

// read is what a claim with that stamp found.
func read(post, stamp uint64, fields ...appointment.Dirty) appointment.Reading {
	return appointment.Reading{
		Post: appointment.Post{Blog: 1, ID: post, Type: "hospital_appointment"}, Stamp: stamp, Fields: fields,
		At: time.UnixMilli(1700000000000), Began: time.Now(),
	}
}

// sync syncs in the epoch of the site and fails on an error.
func (b bench) sync(t *testing.T, readings ...appointment.Reading) []appointment.Verdict {
	t.Helper()
	verdicts, err := b.rows.Sync(t.Context(), 1, uint64(b.number(t, "SELECT epoch FROM wp_hospital_sync_state WHERE blog_id = 1")), readings)
	if err != nil || len(verdicts) != len(readings) {
		t.Fatalf("Sync = %d verdicts, %v; want %d", len(verdicts), err, len(readings))
	}
	return verdicts
}

// wantSettled fails unless a verdict is Committed with these fields left out.
func wantSettled(t *testing.T, v appointment.Verdict, leftOut ...bool) {
	t.Helper()
	var got []bool
	for _, each := range v.Settled {
		got = append(got, each.LeftOut)
	}
	if v.Fate != appointment.Committed || !slices.Equal(got, leftOut) {
		t.Errorf("fate %d, left out %v, doomed %+v; want committed and left out %v", v.Fate, got, v.Doomed, leftOut)
	}
}

// with opens another pool to the same database.
func (b bench) with(t *testing.T, change func(*mysql.Config)) containers.Database {
	t.Helper()
	conf := b.sql.Config.Clone()
	change(conf)
	db, err := openPool(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return containers.Database{DB: db, Config: conf}
}

// set is the bench with a session's parameter as the sidecar has it.
func (b bench) set(t *testing.T, name, value string) bench {
	t.Helper()
	b.rows = postmeta.New(b.with(t, func(c *mysql.Config) { c.Params[name] = value }).DB, appointment.Tables{Base: "wp_"})
	return b
}
