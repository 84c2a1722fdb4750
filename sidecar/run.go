package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/cli"
	"hospital-appointments-redis/sidecar/config"
	"hospital-appointments-redis/sidecar/httpapi"
	"hospital-appointments-redis/sidecar/notify"
	"hospital-appointments-redis/sidecar/ownership"
	"hospital-appointments-redis/sidecar/postmeta"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/syncer"
	"hospital-appointments-redis/sidecar/verify"
)

// tellTimeout is how long WordPress may take to hear of a sync, with all the
// plugins that listen.
const tellTimeout = 10 * time.Second

// version is set by the build.
var version = "dev"

// run runs one command line and returns the exit code.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "serve" {
		if err := serve(ctx, environ, stdout); err != nil {
			fmt.Fprintf(stderr, "hospital-sidecar: %s\n", err)
			return 1
		}
		return 0
	}
	return cli.Run(ctx, args, commands(environ), stdout, stderr)
}

// serve runs the sidecar until ctx ends. This is the only place where the
// rooms meet.
func serve(ctx context.Context, environ []string, stdout io.Writer) error {
	conf, err := config.Load(environ)
	if err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	collectLess(environ)
	logger := slog.New(slog.NewJSONHandler(stdout, &slog.HandlerOptions{Level: conf.LogLevel}))
	for _, warning := range append(conf.Ignored(), conf.Warnings...) {
		logger.Warn("configuration", "warning", warning)
	}
	db, err := openDB(conf, leaseConnections)
	if err != nil {
		return err
	}
	defer db.Close()
	rowsDB, err := openDB(conf, rowConnections)
	if err != nil {
		return err
	}
	defer rowsDB.Close()
	store := redisstore.Open(redisstore.Options{
		Redis: conf.Redis(), Sentinels: sentinels(conf), Prefix: conf.RedisPrefix, Types: conf.Types, SyncDelay: conf.SyncDelay,
		ClaimLease: conf.ClaimLease, BackoffMax: conf.BackoffMax, CleanTTL: conf.CleanTTL,
		MaxDirty: conf.MaxDirty, MaxMemory: int64(conf.MaxRedis),
	})
	defer store.Close()
	tables := appointment.Tables{Base: conf.TablePrefix}
	rows := postmeta.New(rowsDB, tables)
	rows.Types = conf.Types.Names()
	health := &health{ack: appointment.Ack(conf.Ack), timeout: conf.Timeout(), store: store, rows: rows, unsafeRedis: conf.UnsafeRedis, prefix: conf.TablePrefix, started: time.Now()}
	if err := health.atStart(ctx, logger); err != nil {
		return err
	}
	owner := ownership.New(db, tables, store, ownership.Options{
		Lease: conf.Lease(), ReturnMax: conf.ReturnMax, Adopt: conf.AdoptRedis, Fit: health.fit, WriteNative: rows.WriteNative, Logger: logger,
	})
	sync := syncer.New(store, rows, owner, syncer.Options{
		Delay: conf.SyncDelay, Batch: conf.SyncBatch, BackoffMax: conf.BackoffMax,
		Unresolved: conf.UnresolvedTTL, ReconcileEvery: conf.Reconcile, Types: conf.Types, Logger: logger,
	})
	token := tokenSource(conf, db, tables).token
	telling := notify.Options{
		Home: homes{db, tables}.of, Connect: conf.WordPress(), Token: token,
		Every: max(conf.SyncDelay, 100*time.Millisecond), BackoffMax: conf.BackoffMax, Timeout: tellTimeout, Logger: logger,
	}
	notifiers := []*notify.Notifier{notify.New(store, owner, telling)}
	telling.Clock, telling.Every = "mysql", max(conf.SyncDelay, time.Second) // what was written without Redis is looked for in MySQL
	notifiers = append(notifiers, notify.New(rows, bySiteRow{owner}, telling))
	health.owner, health.syncer, health.notifiers = owner, sync, notifiers
	registry := prometheus.NewRegistry()
	if err := health.register(registry); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	verifier := verify.Verifier{Redis: store, Rows: rows, Owner: owner, Pause: min(max(2*conf.SyncDelay, 100*time.Millisecond), 5*time.Second)}
	limits := httpapi.DefaultLimits()
	limits.Body, limits.Value, limits.Ops = int64(conf.MaxBody), int(conf.MaxValue), conf.MaxOps
	server, err := httpapi.New(httpapi.Deps{
		Owner: owner, Syncer: sync, Rows: rows, Redis: store, DeadLetters: deadLetters{store, owner},
		Verify: verifier.Verify, Stats: health.stats, Ready: health.missing, Token: token,
		Types: conf.Types, Logger: logger, Registry: registry, Limits: limits, Version: version, DefaultAck: appointment.Ack(conf.Ack),
	})
	if err != nil {
		return err
	}
	listener, err := listen(conf)
	if err != nil {
		return err
	}
	if conf.ProfilePort != 0 {
		stop, err := profiles(conf.ProfilePort)
		if err != nil {
			return err
		}
		defer stop()
		logger.Warn("profiles are served to anybody on this machine", "port", conf.ProfilePort)
	}
	logger.Info("serving", "version", version, "address", listener.Addr().String(), "post_types", conf.Types.Names())
	return keep(ctx, parts{store: store, owner: owner, syncer: sync, notifiers: notifiers, server: server, listener: listener, drain: conf.DrainTimeout, logger: logger})
}

// parts are what runs, in the order in which it stops from the last.
type parts struct {
	store     *redisstore.Store
	owner     *ownership.Owner
	syncer    *syncer.Syncer
	notifiers []*notify.Notifier
	server    *httpapi.Server
	listener  net.Listener
	drain     time.Duration
	logger    *slog.Logger
}

// keep runs the parts until ctx ends, and stops them so that nothing needs
// what is gone: first no new requests, then the syncer and a last sync, the
// leases last.
func keep(ctx context.Context, p parts) error {
	ctx, stopTelling := context.WithCancel(ctx)
	owning, stopOwning := context.WithCancel(context.WithoutCancel(ctx))
	syncing, stopSyncing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopTelling()
	defer stopOwning()
	defer stopSyncing()
	var owners, syncers, notifiers errgroup.Group
	for _, each := range p.notifiers {
		notifiers.Go(func() error { return each.Run(ctx) })
	}
	owners.Go(func() error { return p.owner.Run(owning, p.syncer) })
	syncers.Go(func() error { return p.syncer.Run(syncing) })
	syncers.Go(func() error { p.store.Watch(syncing); return nil })

	err := p.server.Serve(ctx, p.listener)
	stopTelling() // also when it is the listener that has failed
	stopSyncing()
	err = errors.Join(err, syncers.Wait())
	drainLast(owning, p)
	stopOwning()
	return errors.Join(err, owners.Wait(), notifiers.Wait())
}

// listen opens the API's address; a socket file left by a killed sidecar is
// removed if nobody answers there.
func listen(conf config.Config) (net.Listener, error) {
	network, address := conf.Network()
	if network == "unix" {
		if conn, err := net.Dial(network, address); err == nil {
			_ = conn.Close()
			return nil, fmt.Errorf("listen on %s: another sidecar answers there", address)
		}
		if is, err := os.Lstat(address); err == nil && is.Mode()&fs.ModeSocket == 0 {
			return nil, fmt.Errorf("listen on %s: what is there is no socket", address)
		}
		if err := os.Remove(address); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("listen: remove old socket: %w", err)
		}
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if network == "unix" { // the token is asked for all the same
		if err := os.Chmod(address, 0o666); err != nil {
			return nil, fmt.Errorf("listen: open socket to PHP's user: %w", err)
		}
	}
	return listener, nil
}

// deadLetters joins what keeps dead letters with what may write them again.
type deadLetters struct {
	*redisstore.Store
	*ownership.Owner
}

func (d deadLetters) Retry(ctx context.Context, w appointment.Write, of appointment.Post, key string) error {
	return d.Owner.Retry(ctx, w, of, key)
}

// mysqlLog sends the driver's complaints nowhere: each is also an error that is
// returned, and logged once where it ends.
type mysqlLog struct{}

func (mysqlLog) Print(...any) {}

var _ mysql.Logger = mysqlLog{}

func sentinels(conf config.Config) redisstore.Sentinels {
	addrs := conf.Sentinels()
	if len(addrs) == 0 {
		return redisstore.Sentinels{}
	}
	return redisstore.Sentinels{
		Master: conf.RedisSentinelMaster, Addrs: addrs, Username: conf.RedisSentinelUsername, Password: string(conf.RedisSentinelPassword),
	}
}
