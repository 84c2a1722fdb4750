package containers

import (
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

var sharedMySQL = sync.OnceValues(startMySQL)

func startMySQL() (*mysql.Config, error) {
	r, err := start("database", Suite(), []string{"DB_PASSWORD=test", "DB_ROOT_PASSWORD=test", "DB_ROOT_HOST=%"}, nil, "3306/tcp")
	if err != nil {
		return nil, err
	}
	conf := mysql.NewConfig()
	conf.Net, conf.Addr, conf.User, conf.Passwd = "tcp", r.GetHostPort("3306/tcp"), "root", "test"
	conf.InterpolateParams, conf.Collation = true, "utf8mb4_general_ci"
	conf.Timeout, conf.ReadTimeout, conf.WriteTimeout = 5*time.Second, 30*time.Second, 30*time.Second
	conf.Params = map[string]string{"sql_mode": "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'", "innodb_lock_wait_timeout": "1"}
	conf.Logger = quiet{}
	db, err := open(conf)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return conf, started.pool.Retry(func() error { return db.PingContext(context.Background()) })
}

type quiet struct{}

func (quiet) Print(...any) {}

func open(conf *mysql.Config) (*sql.DB, error) {
	connector, err := mysql.NewConnector(conf)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// wordpressSQL is WordPress's own DDL of the tables that the sidecar touches.
//
//go:embed wordpress.sql
var wordpressSQL string

// Database is one test's own database with WordPress's tables and ours.
type Database struct {
	*sql.DB
	Config *mysql.Config // to open more pools
}

// MySQL makes a database for one test, prefix wp_, and drops it afterwards.
func MySQL(t testing.TB) Database {
	t.Helper()
	needDocker(t)
	server, err := sharedMySQL()
	if err != nil {
		t.Fatal(err)
	}
	root, err := open(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	name := "test_" + strings.ToLower(rand.Text()[:12])
	if _, err := root.ExecContext(t.Context(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4"); err != nil {
		t.Fatal(err)
	}
	conf := server.Clone()
	conf.DBName = name
	db, err := open(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = db.Close()
		if _, err := root.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	d := Database{DB: db, Config: conf}
	d.Statements(t, wordpressSQL)
	d.Statements(t, strings.ReplaceAll(schema(t), "{base}", "wp_"))
	return d
}

// schema is the DDL that the plugin runs when it is activated.
func schema(t testing.TB) string {
	_, here, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../wp-plugin/hospital-appointments-redis/includes/schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Locked keeps everybody else from a table until the function it returns is
// called, as an ALTER or a dump does.
func (d Database) Locked(t testing.TB, table string) (release func()) {
	t.Helper()
	conn, err := d.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "LOCK TABLES "+table+" WRITE"); err != nil {
		t.Fatal(err)
	}
	release = func() { _, _ = conn.ExecContext(context.Background(), "UNLOCK TABLES"); _ = conn.Close() }
	t.Cleanup(release)
	return release
}

// Statements runs a file of SQL.
func (d Database) Statements(t testing.TB, text string) {
	t.Helper()
	for statement := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := d.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in %s", err, statement)
		}
	}
}
