package postmeta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
)

// DB is the WordPress database as syncer and owner need it.
type DB struct {
	// Types are the post types that direct writes are for; none: any.
	Types []string

	db     *sql.DB
	tables appointment.Tables

	mu      sync.Mutex
	dialect *dialect // nil until the server said what it is
}

// dialect is where MySQL and MariaDB differ: only MySQL's newer form of a share
// lock takes NOWAIT there, and MariaDB knows only the older form. An INSERT
// takes no NOWAIT in either; MariaDB can be told by a prefix, MySQL waits its
// second.
type dialect struct {
	share  string
	nowait string // before an INSERT that must not wait
}

// New uses db, which connects when it is first needed.
func New(db *sql.DB, tables appointment.Tables) *DB { return &DB{db: db, tables: tables} }

// ask learns once what the server is.
func (d *DB) ask(ctx context.Context) (dialect, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dialect != nil {
		return *d.dialect, nil
	}
	is := dialect{share: " FOR SHARE"}
	var version string
	if err := d.db.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil {
		return is, asAway("ask MySQL its version", err)
	}
	if strings.Contains(version, "MariaDB") {
		is.share = " LOCK IN SHARE MODE"
		is.nowait = "SET STATEMENT innodb_lock_wait_timeout = 0 FOR "
	}
	d.dialect = &is
	return is, nil
}

// Server is what the database says about itself.
type Server struct {
	Version     string
	FlushAtTrx  int  // innodb_flush_log_at_trx_commit
	ReadOnly    bool // read_only
	MissingOurs bool // our tables are not there: the plugin was never activated
}

// Server asks for the settings that the promises rest on.
func (d *DB) Server(ctx context.Context) (Server, error) {
	var s Server
	err := d.db.QueryRowContext(ctx, "SELECT VERSION(), @@innodb_flush_log_at_trx_commit, @@read_only").Scan(&s.Version, &s.FlushAtTrx, &s.ReadOnly)
	if err != nil {
		return s, asAway("ask MySQL its settings", err)
	}
	var missing *mysql.MySQLError
	err = d.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+d.tables.State()).Scan(new(int))
	if errors.As(err, &missing) && missing.Number == 1146 {
		s.MissingOurs, err = true, nil
	}
	if err != nil {
		return s, asAway("read the site rows", err)
	}
	return s, nil
}

var supported = regexp.MustCompile(`^(\d+)\.(\d+)`)

// Unsafe lists, in words, what breaks a promise.
func (s Server) Unsafe() []string {
	var problems []string
	if s.FlushAtTrx != 1 {
		problems = append(problems, fmt.Sprintf("innodb_flush_log_at_trx_commit is %d: a power cut loses commits that Redis has already cleared; set 1", s.FlushAtTrx))
	}
	if s.ReadOnly {
		problems = append(problems, "the server is read_only: nothing can be synced")
	}
	if m := supported.FindStringSubmatch(s.Version); m != nil {
		var major, minor int
		_, _ = fmt.Sscan(m[1], &major)
		_, _ = fmt.Sscan(m[2], &minor)
		if major < 8 || major == 10 && minor < 6 {
			problems = append(problems, "version "+s.Version+" is older than MySQL 8.0 and MariaDB 10.6")
		}
	}
	return problems
}
