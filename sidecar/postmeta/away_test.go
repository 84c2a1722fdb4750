package postmeta_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/postmeta"
)

func openPool(conf *mysql.Config) (*sql.DB, error) {
	connector, err := mysql.NewConnector(conf)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func TestAway(t *testing.T) {
	nobody := mysql.NewConfig()
	nobody.Net, nobody.Addr, nobody.Timeout = "tcp", "127.0.0.1:1", time.Second
	pool, err := openPool(nobody)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	db := postmeta.New(pool, appointment.Tables{Base: "wp_"})
	post := appointment.Post{Blog: 1, ID: 7}
	for name, call := range map[string]func() error{
		"Sync":    func() error { _, err := db.Sync(t.Context(), 1, 5, []appointment.Reading{read(7, 2)}); return err },
		"Resolve": func() error { _, err := db.Resolve(t.Context(), post, []string{"x"}); return err },
		"Rows":    func() error { _, err := db.Rows(t.Context(), post); return err },
		"Native":  func() error { _, err := db.Native(t.Context(), post); return err },
		"Server":  func() error { _, err := db.Server(t.Context()); return err },
	} {
		t.Run(name+" says so when nobody listens", func(t *testing.T) {
			if err := call(); !errors.Is(err, appointment.ErrMySQLAway) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestOutage(t *testing.T) {
	b := open(t)
	b.row(t, 1, "status", "before")
	line := containers.NewProxy(t, b.sql.Config.Addr)
	far := b.with(t, func(c *mysql.Config) { c.Addr = line.Addr })
	rows := postmeta.New(far.DB, appointment.Tables{Base: "wp_"})
	r := []appointment.Reading{read(1, 3, set("status", "ours", 1), set("room", "born", 2))}

	t.Run("of the line is ErrMySQLAway, and over when the line is back", func(t *testing.T) {
		line.Cut()
		if _, err := rows.Sync(t.Context(), 1, epoch, r); !errors.Is(err, appointment.ErrMySQLAway) {
			t.Errorf("error %v", err)
		}
		line.Mend()
		b.want(t, 1, "status", "before")
	})
	t.Run("in the middle of a transaction, by KILL, leaves nothing behind", func(t *testing.T) {
		tx := b.foreign(t, "SELECT * FROM wp_postmeta WHERE post_id = 1 FOR UPDATE")
		failed := make(chan error, 1)
		go func() { _, err := rows.Sync(t.Context(), 1, epoch, r); failed <- err }()
		b.waiting(t)
		b.exec(t, "KILL ?", b.number(t, "SELECT ID FROM information_schema.processlist WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND INFO LIKE 'SELECT%FOR UPDATE'"))
		if err := <-failed; !errors.Is(err, appointment.ErrMySQLAway) {
			t.Errorf("error %v", err)
		}
		_ = tx.Rollback()
		b.want(t, 1, "room")
		if got := b.fence(t, 1); got != sql.ErrNoRows.Error() {
			t.Errorf("fence %s", got)
		}
	})
	t.Run("that swallows the answer to COMMIT is an error, and the same read a second time is forgotten", func(t *testing.T) {
		line.LoseAnswerTo("\x03COMMIT")
		if _, err := rows.Sync(t.Context(), 1, epoch, r); !errors.Is(err, appointment.ErrMySQLAway) {
			t.Fatalf("error %v", err)
		}
		b.want(t, 1, "status", "ours")
		verdicts, err := rows.Sync(t.Context(), 1, epoch, r)
		if err != nil || verdicts[0].Fate != appointment.Forgotten {
			t.Errorf("Sync = %+v, %v", verdicts, err)
		}
		b.want(t, 1, "room", "born")
	})
	t.Run("that swallowed a COMMIT costs nothing: a new read of the same is left out, of a newer write is written", func(t *testing.T) {
		verdicts, err := rows.Sync(t.Context(), 1, epoch, []appointment.Reading{read(1, 4, set("status", "newer", 3), r[0].Fields[1])})
		if err != nil {
			t.Fatal(err)
		}
		wantSettled(t, verdicts[0], false, true)
		b.want(t, 1, "status", "newer")
		b.want(t, 1, "room", "born")
	})
	t.Run("of one statement's making, a server that is read-only, is ErrMySQLAway for all", func(t *testing.T) {
		b.exec(t, "CREATE USER IF NOT EXISTS reader IDENTIFIED BY 'r'")
		b.exec(t, "GRANT SELECT, INSERT, UPDATE, DELETE ON "+b.sql.Config.DBName+".* TO reader")
		b.exec(t, "SET GLOBAL read_only = 1")
		defer b.exec(t, "SET GLOBAL read_only = 0")
		reader := b.with(t, func(c *mysql.Config) { c.User, c.Passwd, c.RejectReadOnly = "reader", "r", true })
		_, err := postmeta.New(reader.DB, appointment.Tables{Base: "wp_"}).Sync(t.Context(), 1, epoch, []appointment.Reading{read(1, 9, set("status", "x", 8))})
		if !errors.Is(err, appointment.ErrMySQLAway) {
			t.Errorf("error %v", err)
		}
	})
}
