package main

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/config"
)

// TestNoRequestWaitsForAMySQLThatHangs: where a token is known, it is good while
// one request asks whether there is another.
func TestNoRequestWaitsForAMySQLThatHangs(t *testing.T) {
	db := containers.MySQL(t)
	if _, err := db.ExecContext(t.Context(), "INSERT INTO wp_options (option_name, option_value) VALUES (?, 'known')", tokenOption); err != nil {
		t.Fatal(err)
	}
	line := containers.NewProxy(t, db.Config.Addr)
	far := db.Config.Clone()
	far.Addr = line.Addr
	connector, err := mysql.NewConnector(far)
	if err != nil {
		t.Fatal(err)
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	source := tokenSource(config.Config{}, pool, appointment.Tables{Base: "wp_"})
	if got, err := source.token(t.Context()); got != "known" || err != nil {
		t.Fatal(got, err)
	}
	line.Set(containers.Toxics{Hole: true})
	defer line.Mend()
	source.until = time.Now()
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		began := time.Now()
		got, err := source.token(ctx)
		if late := errors.Is(ctx.Err(), context.DeadlineExceeded); late || err != nil || got != "known" {
			t.Errorf("token = %q, %v, after %v", got, err, time.Since(began))
		}
		cancel()
	}
}
