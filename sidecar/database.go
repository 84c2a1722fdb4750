package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/cli"
	"hospital-appointments-redis/sidecar/config"
)

// What writes rows and what keeps the leases have a pool each: while a table is
// locked, its connections may all be waiting, and a lease that waits behind them
// is over before it is renewed.
const (
	rowConnections   = 16
	leaseConnections = 4
)

// openDB makes a pool; it connects when it is first used.
func openDB(conf config.Config, connections int) (*sql.DB, error) {
	options := conf.MySQL()
	options.Logger = mysqlLog{}
	connector, err := mysql.NewConnector(options)
	if err != nil {
		return nil, fmt.Errorf("configure MySQL: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetConnMaxLifetime(3 * time.Minute)        // below any server's wait_timeout; the driver's advice
	db.SetConnMaxIdleTime(500 * time.Millisecond) // below our own wait_timeout, so that the server has nothing to complain of
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// tokenOption is where the plugin keeps the API's token, in the main site.
const tokenOption = "hospital_appointments_redis_token"

// tokenAge is how long a token read from the options table is believed.
const tokenAge = 5 * time.Second

// tokenPatience is how long a request waits for another token where one is
// known: less than WordPress waits for its answer (P7).
const tokenPatience = 200 * time.Millisecond

// tokens knows the API's token: from the configuration, or the plugin's.
type tokens struct {
	fixed  string
	db     *sql.DB
	tables appointment.Tables

	mu    sync.Mutex
	last  string
	until time.Time
}

func tokenSource(conf config.Config, db *sql.DB, tables appointment.Tables) *tokens {
	return &tokens{fixed: string(conf.Token), db: db, tables: tables}
}

// token returns the token. While MySQL is away the last one known is good; an
// error means that none was ever known. One request at a time asks whether there
// is another, and the others do not wait for it.
func (t *tokens) token(ctx context.Context) (string, error) {
	if t.fixed != "" {
		return t.fixed, nil
	}
	last, asks := t.known()
	if !asks {
		return last, nil
	}
	if last != "" {
		limited, cancel := context.WithTimeout(ctx, tokenPatience)
		defer cancel()
		ctx = limited
	}
	var token string
	err := t.db.QueryRowContext(ctx, "SELECT option_value FROM "+t.tables.Options(1)+" WHERE option_name = ?", tokenOption).Scan(&token)
	switch {
	case err == nil && token != "":
		t.mu.Lock()
		defer t.mu.Unlock()
		t.last, t.until = token, time.Now().Add(tokenAge)
		return token, nil
	case last != "":
		return last, nil
	case err == nil, errors.Is(err, sql.ErrNoRows):
		return "", fmt.Errorf("the plugin has made no token yet: activate it, or set HOSPITAL_TOKEN")
	}
	return "", fmt.Errorf("read the API's token from the options table: %w: %w", appointment.ErrMySQLAway, err)
}

// known returns the last token known, and whether the caller is to ask for
// another. Nobody else is then, until that one is too old as well.
func (t *tokens) known() (last string, asks bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Now().Before(t.until) {
		return t.last, false
	}
	if t.last != "" {
		t.until = time.Now().Add(tokenAge)
	}
	return t.last, true
}

// commands is what the command line tools need of the configuration.
func commands(environ []string) cli.Setup {
	return cli.Setup{
		Version: version,
		Client: func() (*cli.Client, error) {
			conf, err := config.LoadClient(environ)
			if err != nil {
				return nil, err
			}
			network, address := conf.Dial()
			return &cli.Client{Network: network, Address: address, Actor: actor(environ), Token: func(ctx context.Context) (string, error) {
				db, err := openDB(conf, 1)
				if err != nil {
					return "", err
				}
				defer db.Close()
				return tokenSource(conf, db, appointment.Tables{Base: conf.TablePrefix}).token(ctx)
			}}, nil
		},
		Config: func(w io.Writer, asJSON bool) error {
			conf, problems := config.Load(environ)
			text := []byte(conf.Dump())
			if asJSON {
				var err error
				if text, err = conf.DumpJSON(); err != nil {
					return err
				}
			}
			if _, err := w.Write(text); err != nil {
				return err
			}
			return problems
		},
	}
}
