package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/notify"
	"hospital-appointments-redis/sidecar/ownership"
	"hospital-appointments-redis/sidecar/postmeta"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/syncer"
)

// healthy is the health of a sidecar with a real Redis and a real MySQL whose
// rooms are wired as serve does it, but do not run.
func healthy(t *testing.T, options *redis.Options) (*health, containers.Database) {
	t.Helper()
	types, err := appointment.ParseTypes(appointment.DefaultTypes)
	if err != nil {
		t.Fatal(err)
	}
	db, tables := containers.MySQL(t), appointment.Tables{Base: "wp_"}
	store := redisstore.Open(redisstore.Options{Redis: options, Types: types, SyncDelay: time.Minute, ClaimLease: time.Minute, BackoffMax: time.Minute, CleanTTL: time.Hour})
	t.Cleanup(func() { _ = store.Close() })
	h := &health{store: store, rows: postmeta.New(db.DB, tables), started: time.Now()}
	h.owner = ownership.New(db.DB, tables, store, ownership.Options{Lease: time.Second, Fit: h.fit, Logger: slog.New(slog.DiscardHandler)})
	h.syncer = syncer.New(store, h.rows, h.owner, syncer.Options{Delay: time.Minute, Batch: 10, Types: types, Logger: slog.New(slog.DiscardHandler)})
	h.notifiers = []*notify.Notifier{notify.New(store, h.owner, notify.Options{})}
	return h, db
}

// configure sets a setting of Redis until the test ends.
func configure(t *testing.T, name, value string) {
	t.Helper()
	admin := containers.RedisAdmin(t)
	before := admin.ConfigGet(t.Context(), name).Val()[name]
	if err := admin.ConfigSet(t.Context(), name, value).Err(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin.ConfigSet(context.Background(), name, before).Err(); err != nil {
			t.Errorf("restore %s: %v", name, err)
		}
	})
}

func TestUnsafeRedis(t *testing.T) {
	h, _ := healthy(t, containers.Redis(t))
	for _, c := range []struct{ name, setting, value, want string }{
		{"that evicts", "maxmemory-policy", "allkeys-lru", "maxmemory-policy is allkeys-lru"},
		{"without an append-only file", "appendonly", "no", "appendonly is no"},
		{"that never flushes", "appendfsync", "no", "appendfsync is no"},
		{"that does not flush during a rewrite", "no-appendfsync-on-rewrite", "yes", "no-appendfsync-on-rewrite is yes"},
	} {
		t.Run(c.name+" is refused at start and at a return", func(t *testing.T) {
			configure(t, c.setting, c.value)
			var refused *unfit
			if err := h.fit(t.Context()); !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "HOSPITAL_UNSAFE_REDIS") {
				t.Errorf("fit: %v", err)
			}
			if err := h.atStart(t.Context(), slog.New(slog.DiscardHandler)); !errors.As(err, &refused) {
				t.Errorf("atStart: %v", err)
			}
		})
		t.Run(c.name+" is taken, aloud, when that is asked for", func(t *testing.T) {
			configure(t, c.setting, c.value)
			h.unsafeRedis = true
			defer func() { h.unsafeRedis = false }()
			var log bytes.Buffer
			if err := h.atStart(t.Context(), slog.New(slog.NewTextHandler(&log, nil))); err != nil || !strings.Contains(log.String(), c.want) {
				t.Errorf("atStart: %v, log %s", err, &log)
			}
			if !slices.ContainsFunc(h.warnings(t.Context()), func(w string) bool { return strings.Contains(w, c.want) }) {
				t.Errorf("warnings %q", h.warnings(t.Context()))
			}
		})
	}
	t.Run("is none of ours", func(t *testing.T) {
		if err := h.fit(t.Context()); err != nil {
			t.Errorf("fit: %v", err)
		}
	})
}

func TestARedisAboveOurOwnLimitIsNotReturnedTo(t *testing.T) {
	h, _ := healthy(t, containers.Redis(t))
	h.store.MaxMemory = 1
	if err := h.fit(t.Context()); !errors.Is(err, appointment.ErrRedisFull) {
		t.Errorf("fit = %v", err)
	}
}

func TestFullRedisIsNotReturnedTo(t *testing.T) {
	h, _ := healthy(t, containers.Redis(t))
	configure(t, "maxmemory", "1")
	if err := h.fit(t.Context()); !errors.Is(err, appointment.ErrRedisFull) {
		t.Errorf("fit = %v", err)
	}
	if err := h.atStart(t.Context(), slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("a full Redis keeps the sidecar from starting: %v", err)
	}
}

func TestHealth(t *testing.T) {
	h, db := healthy(t, containers.Redis(t))
	t.Run("misses nothing when all is there", func(t *testing.T) {
		if missing := h.missing(t.Context()); len(missing) != 0 {
			t.Errorf("missing %q", missing)
		}
	})
	t.Run("tells each blog's mode, and counts", func(t *testing.T) {
		if _, err := db.ExecContext(t.Context(), "INSERT INTO wp_hospital_sync_state (blog_id, held) VALUES (1, 1)"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.owner.Site(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		admin := containers.RedisAdmin(t) // what was written an hour ago, and put back just now
		admin.HSet(t.Context(), "appointment:7:dirty", "status", fmt.Sprintf("2-5@%d", time.Now().Add(-time.Hour).UnixMilli()))
		admin.ZAdd(t.Context(), "appointments:dirty", redis.Z{Score: float64(time.Now().UnixMilli()), Member: "7"})
		got, err := h.stats(t.Context())
		s := got.(appointment.Stats)
		if err != nil || len(s.Blogs) != 1 || s.Blogs[0].Mode != "native" || !s.Blogs[0].Held || s.Blogs[0].Lease || s.Redis.RunID == "" || s.MySQL.Version == "" || s.Blogs[0].Waits == nil ||
			(time.Duration(s.Blogs[0].OldestDirtyMS)*time.Millisecond).Round(time.Minute) != time.Hour {
			t.Errorf("stats %+v, %v", s, err)
		}
	})
	t.Run("registers metrics that can be gathered", func(t *testing.T) {
		registry := prometheus.NewPedanticRegistry()
		if err := h.register(registry); err != nil {
			t.Fatal(err)
		}
		families, err := registry.Gather()
		names := map[string]bool{}
		for _, each := range families {
			names[each.GetName()] = true
		}
		if err != nil || !names["hospital_dirty_posts"] || !names["hospital_sync_lag_p99_seconds"] {
			t.Errorf("metrics %v, %v", names, err)
		}
	})
	t.Run("names the plugin when its tables are missing", func(t *testing.T) {
		if _, err := db.ExecContext(t.Context(), "DROP TABLE wp_hospital_sync_state"); err != nil {
			t.Fatal(err)
		}
		if missing := h.missing(t.Context()); len(missing) != 1 || !strings.HasPrefix(missing[0], "plugin: ") {
			t.Errorf("missing %q", missing)
		}
	})
}

func TestRedisThatIsAway(t *testing.T) {
	h, db := healthy(t, &redis.Options{Addr: "127.0.0.1:1", DialTimeout: 100 * time.Millisecond})
	t.Run("is waited for at start, not refused", func(t *testing.T) {
		var log bytes.Buffer
		if err := h.atStart(t.Context(), slog.New(slog.NewTextHandler(&log, nil))); err != nil || !strings.Contains(log.String(), "not there yet") {
			t.Errorf("atStart: %v, log %s", err, &log)
		}
	})
	t.Run("is not counted as one in which nothing waits", func(t *testing.T) {
		if _, err := db.ExecContext(t.Context(), "INSERT INTO wp_hospital_sync_state (blog_id) VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.owner.Site(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		got, err := h.stats(t.Context())
		text, err2 := json.Marshal(got)
		if err != nil || err2 != nil || strings.Contains(string(text), "dirty_posts") || !strings.Contains(string(text), `"mode":"native"`) {
			t.Errorf("stats %s, %v, %v", text, err, err2)
		}
	})
	t.Run("is not fit for a return", func(t *testing.T) {
		if err := h.fit(t.Context()); !errors.Is(err, appointment.ErrRedisAway) {
			t.Errorf("fit: %v", err)
		}
	})
	t.Run("is what is missing, as is MySQL", func(t *testing.T) {
		_ = db.Close()
		missing := h.missing(t.Context())
		if len(missing) != 2 || !strings.HasPrefix(missing[0], "redis: ") || !strings.HasPrefix(missing[1], "mysql: ") {
			t.Errorf("missing %q", missing)
		}
	})
}

func TestAnAcknowledgementThatRedisCannotGiveIsRefusedAtStart(t *testing.T) {
	h, _ := healthy(t, containers.Redis(t))
	h.ack, h.unsafeRedis, h.timeout = appointment.Fsynced, true, 250*time.Millisecond
	t.Run("without an append-only file", func(t *testing.T) {
		configure(t, "appendonly", "no")
		var refused *unfit
		err := h.atStart(t.Context(), slog.New(slog.DiscardHandler))
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "HOSPITAL_ACK is fsynced") {
			t.Errorf("atStart: %v", err)
		}
		h.ack = appointment.Memory
		defer func() { h.ack = appointment.Fsynced }()
		if err := h.atStart(t.Context(), slog.New(slog.DiscardHandler)); err != nil {
			t.Errorf("nobody asked for it: %v", err)
		}
	})
	t.Run("but given with appendfsync always", func(t *testing.T) {
		configure(t, "appendfsync", "always")
		if err := h.atStart(t.Context(), slog.New(slog.DiscardHandler)); err != nil {
			t.Errorf("atStart: %v", err)
		}
		for _, warning := range h.warnings(t.Context()) {
			if strings.Contains(warning, "HOSPITAL_ACK") {
				t.Errorf("warns: %s", warning)
			}
		}
	})
	t.Run("and with everysec said to be slow", func(t *testing.T) {
		if all := strings.Join(h.warnings(t.Context()), "\n"); !strings.Contains(all, "a write waits up to a second, and WordPress (250ms)") {
			t.Errorf("warnings: %s", all)
		}
	})
}

func TestKeysOfANewerSidecarAreRefusedAtStart(t *testing.T) {
	h, _ := healthy(t, containers.Redis(t))
	admin := containers.RedisAdmin(t)
	if err := h.atStart(t.Context(), slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("an empty Redis: %v", err)
	}
	admin.HSet(t.Context(), "appointments:floor", "token", "t", "keys", redisstore.KeysVersion+1)
	if err := h.atStart(t.Context(), slog.New(slog.DiscardHandler)); !errors.Is(err, appointment.ErrNewerKeys) {
		t.Errorf("newer keys: %v", err)
	}
	admin.HDel(t.Context(), "appointments:floor", "keys")
	if err := h.atStart(t.Context(), slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("keys of before they had a version: %v", err)
	}
}
