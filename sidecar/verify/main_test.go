package verify_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/postmeta"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/verify"
)

func TestMain(m *testing.M) { os.Exit(containers.Main(m)) }

// bench is a verifier between a real Redis and a real WordPress database with
// appointments 1 to 9 and doctor 10, each with a row "status" = "x", in
// offload in epoch 2. No syncer runs.
type bench struct {
	verify.Verifier
	t     *testing.T
	store *redisstore.Store
	raw   *redis.Client
	sql   containers.Database
	site  appointment.Site
}

func (b *bench) Site(context.Context, uint64) (appointment.Site, error) { return b.site, nil }

func (b *bench) Ticket(context.Context, uint64) (appointment.Lease, error) {
	return appointment.Lease{Blog: 1, Epoch: b.site.Epoch, Token: b.site.RedisID}, nil
}

func open(t *testing.T) *bench {
	t.Helper()
	types, err := appointment.ParseTypes(appointment.DefaultTypes)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, sql: containers.MySQL(t), raw: containers.RedisAdmin(t)}
	b.store = redisstore.Open(redisstore.Options{
		Redis: containers.Redis(t), Types: types, SyncDelay: time.Minute, ClaimLease: time.Minute, BackoffMax: time.Minute, CleanTTL: time.Hour,
	})
	t.Cleanup(func() { _ = b.store.Close() })
	id, err := b.store.RaiseFloor(t.Context(), 1, 2, "clinic", false)
	if err != nil {
		t.Fatal(err)
	}
	b.site = appointment.Site{Blog: 1, Epoch: 2, Returned: 2, RedisID: id}
	for i := 1; i <= 10; i++ {
		kind := map[bool]string{true: "hospital_appointment", false: "hospital_doctor"}[i < 10]
		b.exec("INSERT INTO wp_posts (ID, post_type, post_name) VALUES (?, ?, ?)", i, kind, fmt.Sprintf("p_%d", i))
		b.exec("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (?, 'status', 'x')", i)
	}
	rows := postmeta.New(b.sql.DB, appointment.Tables{Base: "wp_"})
	b.Verifier = verify.Verifier{Redis: b.store, Rows: rows, Owner: b, Pause: 10 * time.Millisecond}
	return b
}

func (b *bench) exec(query string, args ...any) {
	b.t.Helper()
	if _, err := b.sql.ExecContext(b.t.Context(), query, args...); err != nil {
		b.t.Fatal(err)
	}
}

// set writes the field "status" of an appointment, as a sidecar would.
func (b *bench) set(id uint64, value string) {
	b.t.Helper()
	lease, _ := b.Ticket(b.t.Context(), 1)
	w := appointment.Write{Post: appointment.Post{Blog: 1, ID: id, Type: "hospital_appointment"}, Lease: lease, Fields: []appointment.Field{{Key: "status", Value: value}}}
	if _, err := b.store.Write(b.t.Context(), []appointment.Write{w}); err != nil {
		b.t.Fatal(err)
	}
}

// verify returns the findings as "code post key", with "!" for a repaired one.
func (b *bench) verify(postType string, repair bool) []string {
	b.t.Helper()
	result, err := b.Verify(b.t.Context(), 1, postType, repair)
	if err != nil {
		b.t.Fatal(err)
	}
	got := []string{}
	for _, f := range result.Findings {
		text := f.Code + " " + f.Post + " " + f.Key
		if f.Repaired {
			text += "!"
		}
		got = append(got, text)
	}
	return got
}
