package syncer_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/postmeta"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/syncer"
)

func TestMain(m *testing.M) { os.Exit(containers.Main(m)) }

// owner is an Owner that says what the test says. The site is in offload in
// epoch 2, unless told otherwise.
type owner struct {
	sync.Mutex
	site   appointment.Site
	err    error // of Ticket
	blogs  []uint64
	tokens map[uint64]string // of Redis, for blogs other than 1
}

func (o *owner) Lease(context.Context, uint64) (appointment.Lease, error) {
	o.Lock()
	defer o.Unlock()
	if o.site.Native {
		return appointment.Lease{}, appointment.ErrNative
	}
	return appointment.Lease{Blog: 1, Epoch: o.site.Epoch, Token: o.site.RedisID}, nil
}

func (o *owner) Ticket(_ context.Context, blog uint64) (appointment.Lease, error) {
	o.Lock()
	defer o.Unlock()
	return appointment.Lease{Blog: blog, Epoch: o.site.Epoch, Token: cmp.Or(o.tokens[blog], o.site.RedisID)}, o.err
}

func (o *owner) Site(context.Context, uint64) (appointment.Site, error) {
	o.Lock()
	defer o.Unlock()
	return o.site, nil
}

func (o *owner) Shut(context.Context, uint64) error { return nil }

func (o *owner) Blogs() []uint64 { return slices.Clone(o.blogs) }

// rows is postmeta with a word before and after each Sync.
type rows struct {
	*postmeta.DB
	before, after func()
}

func (r *rows) Sync(ctx context.Context, blog, epoch uint64, readings []appointment.Reading) ([]appointment.Verdict, error) {
	r.before()
	defer r.after()
	return r.DB.Sync(ctx, blog, epoch, readings)
}

// bench is a syncer between a real Redis and a real WordPress database, with
// appointments 1 to 9, each with a row "status" = "before".
type bench struct {
	*syncer.Syncer
	sql   containers.Database
	redis *redisstore.Store
	owner *owner
	rows  *rows
	line  *containers.Proxy // between the syncer and MySQL
	trips *trips            // of the store to Redis
}

// trips counts round trips: go-redis asks before each command or pipeline.
type trips struct{ atomic.Int64 }

func (t *trips) Allow() error       { t.Add(1); return nil }
func (t *trips) ReportResult(error) {}

const delay = 20 * time.Millisecond

func open(t *testing.T, change ...func(*syncer.Options)) bench {
	t.Helper()
	types, err := appointment.ParseTypes(appointment.DefaultTypes)
	if err != nil {
		t.Fatal(err)
	}
	b := bench{sql: containers.MySQL(t), trips: &trips{}}
	options := syncer.Options{Delay: delay, Batch: 100, BackoffMax: time.Second, Unresolved: time.Minute, Types: types, Logger: slog.New(slog.DiscardHandler)}
	for _, each := range change {
		each(&options)
	}
	redis := containers.Redis(t)
	redis.Limiter = b.trips
	b.redis = redisstore.Open(redisstore.Options{
		Redis: redis, Types: types, SyncDelay: options.Delay, ClaimLease: 10 * time.Second, BackoffMax: options.BackoffMax, CleanTTL: time.Hour,
	})
	t.Cleanup(func() { _ = b.redis.Close() })
	id, err := b.redis.RaiseFloor(t.Context(), 1, 2, "clinic", false)
	if err != nil {
		t.Fatal(err)
	}
	b.exec(t, "INSERT INTO wp_hospital_sync_state (blog_id, epoch, mode, returned, redis_id) VALUES (1, 2, 'offload', 2, ?)", id)
	for i := uint64(1); i <= 9; i++ {
		b.made(t, i)
		b.row(t, i, "status", "before")
	}
	b.line = containers.NewProxy(t, b.sql.Config.Addr)
	far := b.sql.Config.Clone()
	far.Addr = b.line.Addr
	pool := open2(t, far)
	b.rows = &rows{DB: postmeta.New(pool, appointment.Tables{Base: "wp_"}), before: func() {}, after: func() {}}
	b.owner = &owner{site: appointment.Site{Blog: 1, Epoch: 2, RedisID: id}, blogs: []uint64{1}, tokens: map[uint64]string{}}
	b.Syncer = syncer.New(b.redis, b.rows, b.owner, options)
	return b
}

func (b bench) lease() appointment.Lease {
	lease, _ := b.owner.Ticket(context.Background(), 1)
	return lease
}

func (b bench) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := b.sql.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// made makes the appointment that a slug is of.
func (b bench) made(t *testing.T, id uint64) {
	t.Helper()
	b.exec(t, "INSERT INTO wp_posts (ID, post_type, post_name) VALUES (?, 'hospital_appointment', ?)", id, fmt.Sprint("appt_", id))
}

// row adds one, past everybody.
func (b bench) row(t *testing.T, id uint64, key, value string) {
	t.Helper()
	b.exec(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (?, ?, ?)", id, key, value)
}

// synced flushes everything once.
func (b bench) synced(t *testing.T) {
	t.Helper()
	if _, err := b.Sync(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
}

func post(id uint64) appointment.Post {
	return appointment.Post{Blog: 1, ID: id, Type: "hospital_appointment"}
}

// set writes one field, as WordPress would.
func (b bench) set(t testing.TB, p appointment.Post, key, value string) {
	t.Helper()
	w := appointment.Write{Post: p, Lease: b.lease(), Fields: []appointment.Field{{Key: key, Value: value}}}
	if _, err := b.redis.Write(t.Context(), []appointment.Write{w}); err != nil {
		t.Fatal(err)
	}
}

// claim is what another sidecar's syncer does.
func (b bench) claim(t testing.TB, p appointment.Post) appointment.Reading {
	t.Helper()
	readings, err := b.redis.Claim(t.Context(), b.lease(), []appointment.Post{p}, true)
	if err != nil || len(readings) != 1 {
		t.Fatalf("Claim = %v, %v", readings, err)
	}
	return readings[0]
}

// value of a post's only row of a key; "" when there is none.
func (b bench) value(t testing.TB, id uint64, key string) string {
	t.Helper()
	var value string
	err := b.sql.QueryRowContext(t.Context(), "SELECT COALESCE(MAX(meta_value), '') FROM wp_postmeta WHERE post_id = ? AND meta_key = ?", id, key).Scan(&value)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func (b bench) want(t testing.TB, id uint64, key, want string) {
	t.Helper()
	if got := b.value(t, id, key); got != want {
		t.Errorf("%s of post %d is %q in MySQL; want %q", key, id, got, want)
	}
}

// wantDirty fails unless just these posts are dirty.
func (b bench) wantDirty(t testing.TB, want ...string) {
	t.Helper()
	if got, err := b.redis.Members(t.Context(), 1, -1); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("dirty: %v, %v; want %v", got, err, want)
	}
}

// flush calls FlushOnce until something was due.
func (b bench) flush(t testing.TB) {
	t.Helper()
	containers.Eventually(t, 5*time.Second, func(ctx context.Context) error {
		n, err := b.FlushOnce(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return fmt.Errorf("nothing is due")
		}
		return nil
	})
}

// letters are the dead letters as "member key code value".
// wantLetters fails unless just these are dead letters.
func (b bench) wantLetters(t testing.TB, want ...string) {
	t.Helper()
	if got := b.letters(t); !slices.Equal(got, want) {
		t.Errorf("dead letters %q; want %q", got, want)
	}
}

func (b bench) letters(t testing.TB) []string {
	t.Helper()
	all, err := b.redis.DeadLetters(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, l := range all {
		got = append(got, fmt.Sprintf("%s %s %s %s", l.Post.Member(), l.Key, l.Code, l.Value))
	}
	return got
}
