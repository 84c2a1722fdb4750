package postmeta_test

import (
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/postmeta"
)

// TestLockedTable: a table that somebody alters is waited for as a row is, and
// is no outage.
func TestLockedTable(t *testing.T) {
	b := open(t)
	b.rows = postmeta.New(b.with(t, func(c *mysql.Config) { c.Params["lock_wait_timeout"] = "1" }).DB, appointment.Tables{Base: "wp_"}) // as the sidecar opens it
	b.row(t, 1, "status", "before")
	altering, err := b.sql.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer altering.Close()
	if _, err := altering.ExecContext(t.Context(), "LOCK TABLES wp_postmeta WRITE"); err != nil {
		t.Fatal(err)
	}
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
	if _, err := altering.ExecContext(t.Context(), "UNLOCK TABLES"); err != nil {
		t.Fatal(err)
	}
	for _, v := range b.sync(t, readings...) {
		wantSettled(t, v, false)
	}
}
