package ownership_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/ownership"
	"hospital-appointments-redis/sidecar/postmeta"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/syncer"
)

func TestMain(m *testing.M) { os.Exit(containers.Main(m)) }

const leaseTime = 300 * time.Millisecond

// bench is a WordPress database whose site is native in epoch 4, and a Redis
// that is empty.
type bench struct {
	sql   containers.Database
	line  *containers.Proxy // between an owner and MySQL
	redis *redisstore.Store
	raw   *redis.Client
	types appointment.Types
	name  string // identity of the site
}

var tables = appointment.Tables{Base: "wp_"}

func open(t *testing.T) bench {
	t.Helper()
	b := bench{sql: containers.MySQL(t), raw: containers.RedisAdmin(t)}
	b.line = containers.NewProxy(t, b.sql.Config.Addr)
	b.name = b.sql.Config.DBName + ".wp_ at http://clinic.test"
	var err error
	if b.types, err = appointment.ParseTypes(appointment.DefaultTypes); err != nil {
		t.Fatal(err)
	}
	b.redis = redisstore.Open(redisstore.Options{
		Redis: containers.Redis(t), Types: b.types, SyncDelay: time.Minute, ClaimLease: 10 * time.Second, BackoffMax: time.Second, CleanTTL: time.Hour,
	})
	t.Cleanup(func() { _ = b.redis.Close() })
	b.exec(t, "INSERT INTO wp_hospital_sync_state (blog_id, epoch, mode, settled, returned) VALUES (1, 4, 'native', 3, 2)")
	for id := 1; id <= 5; id++ {
		b.exec(t, "INSERT INTO wp_posts (ID, post_type, post_name) VALUES (?, 'hospital_appointment', ?)", id, fmt.Sprintf("appt_%d", id))
	}
	return b
}

func reopen(t *testing.T, options redisstore.Options) *redisstore.Store {
	t.Helper()
	store := redisstore.Open(options)
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// zero is a member that is due since ever.
func zero(member string) redis.Z { return redis.Z{Member: member} }

// sidecar is an owner with its syncer, on the line that can be cut.
type sidecar struct {
	*ownership.Owner
	syncer *syncer.Syncer
}

func (b bench) sidecar(t *testing.T, fields ownership.Fields, change ...func(*ownership.Options)) sidecar {
	t.Helper()
	conf := b.sql.Config.Clone()
	conf.Addr = b.line.Addr
	connector, err := mysql.NewConnector(conf)
	if err != nil {
		t.Fatal(err)
	}
	pool := sql.OpenDB(connector)
	t.Cleanup(func() { _ = pool.Close() })
	logger := slog.New(slog.DiscardHandler)
	rows := postmeta.New(pool, tables)
	options := ownership.Options{Lease: leaseTime, Fit: func(context.Context) error { return nil }, WriteNative: rows.WriteNative, Logger: logger}
	for _, each := range change {
		each(&options)
	}
	o := ownership.New(pool, tables, fields, options)
	return sidecar{o, syncer.New(b.redis, rows, o, syncer.Options{
		Delay: time.Minute, Batch: 100, BackoffMax: time.Second, Unresolved: time.Minute, Types: b.types, Logger: logger,
	})}
}

// run runs the owner until the test ends.
func (s sidecar) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, s.syncer) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// offload makes the site as a return in epoch 4 would have left it.
func (b bench) offload(t *testing.T) {
	t.Helper()
	id, err := b.redis.RaiseFloor(t.Context(), 1, 4, b.name, false)
	if err != nil {
		t.Fatal(err)
	}
	b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'offload', returned = 4, redis_id = ? WHERE blog_id = 1", id)
}

func (b bench) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := b.sql.ExecContext(context.Background(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// site is the row as it is in MySQL.
func (b bench) site(ctx context.Context) (s appointment.Site, err error) {
	err = b.sql.QueryRowContext(ctx, "SELECT blog_id, epoch, mode = 'native', held, settled, returned, redis_id FROM wp_hospital_sync_state WHERE blog_id = 1").
		Scan(&s.Blog, &s.Epoch, &s.Native, &s.Held, &s.Settled, &s.Returned, &s.RedisID)
	return s, err
}

// until waits for the site row to be as wanted, and returns it.
func (b bench) until(t *testing.T, wanted func(appointment.Site) bool) (site appointment.Site) {
	t.Helper()
	containers.Eventually(t, 10*time.Second, func(ctx context.Context) (err error) {
		if site, err = b.site(ctx); err == nil && !wanted(site) {
			err = fmt.Errorf("the site row is %+v", site)
		}
		return err
	})
	return site
}

func offload(s appointment.Site) bool { return !s.Native }

// leased waits until a sidecar has the lease of an epoch.
func (s sidecar) leased(t *testing.T, epoch uint64) (lease appointment.Lease) {
	t.Helper()
	containers.Eventually(t, 10*time.Second, func(ctx context.Context) (err error) {
		if lease, err = s.Lease(ctx, 1); err == nil && lease.Epoch != epoch {
			err = fmt.Errorf("lease %+v; want epoch %d", lease, epoch)
		}
		return err
	})
	return lease
}

func post(id uint64) appointment.Post {
	return appointment.Post{Blog: 1, ID: id, Type: "hospital_appointment"}
}

// status is a write of one field.
func status(id uint64, value string, direct bool) []appointment.Write {
	return []appointment.Write{{Post: post(id), Direct: direct, Fields: []appointment.Field{{Key: "status", Value: value}}}}
}

// direct is a write by the direct API, of a field that the call names.
func direct(id uint64) appointment.Write {
	return appointment.Write{Post: post(id), Direct: true}
}

// marks are the dirty marks of a post.
func (b bench) marks(t *testing.T, id uint64) map[string]string {
	t.Helper()
	return b.raw.HGetAll(t.Context(), fmt.Sprintf("appointment:%d:dirty", id)).Val()
}

func (b bench) value(t *testing.T, id uint64, key string) string {
	t.Helper()
	var value string
	err := b.sql.QueryRowContext(t.Context(), "SELECT COALESCE(MAX(meta_value), '') FROM wp_postmeta WHERE post_id = ? AND meta_key = ?", id, key).Scan(&value)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// locked keeps every read of the site rows waiting until the function it
// returns is called.
func (b bench) locked(t *testing.T) (release func()) {
	t.Helper()
	return b.sql.Locked(t, "wp_hospital_sync_state")
}

// after waits until a moment has passed.
func after(t *testing.T, moment time.Time) {
	t.Helper()
	containers.Eventually(t, 10*time.Second, func(context.Context) error {
		if left := time.Until(moment); left > 0 {
			return fmt.Errorf("%v left", left)
		}
		return nil
	})
}
