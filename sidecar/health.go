package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/notify"
	"hospital-appointments-redis/sidecar/ownership"
	"hospital-appointments-redis/sidecar/postmeta"
	"hospital-appointments-redis/sidecar/redisstore"
	"hospital-appointments-redis/sidecar/syncer"
)

// health asks the rooms how they are.
type health struct {
	store       *redisstore.Store
	rows        *postmeta.DB
	owner       *ownership.Owner
	syncer      *syncer.Syncer
	notifiers   []*notify.Notifier
	unsafeRedis bool
	prefix      string // of the tables
	ack         appointment.Ack
	timeout     time.Duration // of WordPress
	started     time.Time
}

// atStart refuses a Redis whose settings lose writes, or whose keys a newer
// sidecar keeps, and says what it finds
// of MySQL. One that is away is not refused: it is waited for.
func (h *health) atStart(ctx context.Context, logger *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := h.fit(ctx)
	var refused *unfit
	if errors.As(err, &refused) {
		return err
	}
	if err != nil {
		logger.Warn("Redis is not there yet", "error", err)
	}
	if floors, err := h.store.Floors(ctx, []uint64{1}); err == nil && floors[1].Newer {
		return fmt.Errorf("%w: start the newer one", appointment.ErrNewerKeys)
	}
	for _, warning := range h.warnings(ctx) {
		logger.Warn("setting", "warning", warning)
	}
	if server, err := h.rows.Server(ctx); err == nil && server.MissingOurs {
		logger.Warn("the plugin's tables are not there: activate it in WordPress", "prefix", h.prefix)
	}
	return nil
}

// deaf is for how long WordPress may refuse to hear of syncs before that is
// worth a warning: as long as a restart or an upgrade takes.
const deaf = 2 * time.Minute

// unfit is a Redis that must not be given what cannot be lost.
type unfit struct{ problems []string }

func (u *unfit) Error() string {
	return "this Redis can lose acknowledged writes: " + strings.Join(u.problems, "; ")
}

// fit checks the settings of the Redis at hand, at start and before each return
// to offload, so that another Redis is checked too.
func (h *health) fit(ctx context.Context) error {
	server, err := h.store.Server(ctx)
	if err != nil {
		return err
	}
	if problems := server.Unsafe(); len(problems) > 0 && !h.unsafeRedis {
		problems[len(problems)-1] += " (HOSPITAL_UNSAFE_REDIS=true goes on all the same)"
		return &unfit{problems}
	}
	if why := server.CannotFlush(); why != "" && h.ack == appointment.Fsynced {
		return &unfit{[]string{"HOSPITAL_ACK is fsynced, and " + why}}
	}
	if server.Full(h.store.MaxMemory) { // else the site would swing between the modes until somebody makes room
		// Without figures: each new text would be a new line in the log.
		return fmt.Errorf("%w: more than nine tenths of its maxmemory, or of HOSPITAL_MAX_REDIS_MEMORY, are used", appointment.ErrRedisFull)
	}
	return nil
}

func (h *health) warnings(ctx context.Context) []string {
	warnings := []string{}
	if server, err := h.store.Server(ctx); err == nil {
		warnings = append(warnings, server.Unsafe()...)
		if h.ack == appointment.Fsynced && server.AppendFsync == "everysec" {
			warnings = append(warnings, fmt.Sprintf("HOSPITAL_ACK is fsynced and appendfsync everysec: a write waits up to a second, and WordPress (%s) rarely gets more than memory; set appendfsync always", h.timeout))
		}
		if server.MaxMemory == 0 && h.store.MaxMemory == 0 {
			warnings = append(warnings, "maxmemory is 0 and HOSPITAL_MAX_REDIS_MEMORY is not set: a long outage of MySQL can fill this machine; set one of them")
		}
	}
	if server, err := h.rows.Server(ctx); err == nil {
		warnings = append(warnings, server.Unsafe()...)
	}
	return warnings
}

// missing lists what the sidecar cannot do without and does not have.
func (h *health) missing(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var missing []string
	if err := h.store.Ping(ctx); err != nil {
		missing = append(missing, "redis: "+err.Error())
	}
	server, err := h.rows.Server(ctx)
	switch {
	case err != nil:
		missing = append(missing, "mysql: "+err.Error())
	case server.MissingOurs:
		missing = append(missing, "plugin: its tables are not there (prefix "+h.prefix+"); activate it in WordPress")
	}
	return append(missing, h.owner.Problems()...)
}

// stats is GET /v1/stats.
func (h *health) stats(ctx context.Context) (any, error) {
	p50, p99, count := h.syncer.Lag.Quantiles()
	s := appointment.Stats{
		Version: version, UptimeSeconds: int64(time.Since(h.started).Seconds()), Blogs: []appointment.BlogStats{},
		Lag: appointment.LagStats{P50: milliseconds(p50), P99: milliseconds(p99), Count: int64(count)},
		Counters: appointment.Counters{
			Writes: int64(h.owner.Writes.Load()), Synced: int64(h.syncer.Synced.Load()), Takeovers: int64(h.owner.TakeOvers.Load()),
			Returns: int64(h.owner.Returns.Load()), Lapses: int64(h.owner.Lapses.Load()),
			Reconciled: int64(h.syncer.Reconciled.Load()),
		},
		Warnings: h.warnings(ctx),
	}
	if server, err := h.store.Server(ctx); err == nil {
		s.Redis = appointment.RedisStats{Version: server.Version, RunID: server.RunID, UsedMemory: server.UsedMemory}
	}
	if server, err := h.rows.Server(ctx); err == nil {
		s.MySQL = appointment.MySQLStats{Version: server.Version}
	}
	untold, _ := h.rows.NoticeCounts(ctx, nil) // none where MySQL is away
	sites, fresh := h.owner.Sites()
	for _, blog := range h.owner.Blogs() {
		site := sites[blog]
		b := appointment.BlogStats{Blog: blog, Mode: "offload", Epoch: site.Epoch, Lease: fresh && !site.Native, Held: site.Held}
		if site.Native {
			b.Mode = "native"
		}
		if counts, err := h.store.Aged(ctx, blog); err == nil {
			b.Waits = &appointment.Waits{DirtyPosts: counts.DirtyPosts, DirtyFields: counts.DirtyFields, DeadLetters: counts.DeadLetters, OldestDirtyMS: counts.Oldest.Milliseconds()}
			b.Notices = counts.Notices
		}
		b.Notices += untold[blog]
		for _, each := range h.notifiers {
			failing, why := each.Failing(blog)
			if failing.Milliseconds() > b.NoticesFailedMS {
				b.NoticesFailedMS, b.NoticesError = failing.Milliseconds(), why
			}
			if failing >= deaf {
				s.Warnings = append(s.Warnings, fmt.Sprintf("blog %d: WordPress has not let itself be told of syncs for %s: %s", blog, failing.Round(time.Second), why))
			}
		}
		s.Blogs = append(s.Blogs, b)
	}
	return s, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// register makes the metrics of the rooms below the API. None carries a value,
// a key or a post.
func (h *health) register(registry *prometheus.Registry) error {
	counter := func(name, help string, read func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "hospital_" + name, Help: help}, func() float64 { return float64(read()) })
	}
	gauge := func(name, help string, read func(redisstore.Counts) int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hospital_" + name, Help: help}, func() float64 { return h.total(read) })
	}
	sum := func(read func(*notify.Notifier) uint64) func() uint64 {
		return func() (all uint64) {
			for _, each := range h.notifiers {
				all += read(each)
			}
			return all
		}
	}
	lag := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hospital_sync_lag_p99_seconds", Help: "From acknowledgement to COMMIT, of the last 16384 fields."}, func() float64 {
		_, p99, _ := h.syncer.Lag.Quantiles()
		return p99.Seconds()
	})
	all := []prometheus.Collector{
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), lag,
		counter("fields_written_total", "Fields acknowledged.", h.owner.Writes.Load),
		counter("fields_synced_total", "Fields settled in MySQL.", h.syncer.Synced.Load),
		counter("batches_total", "Transactions asked for by the syncer.", h.syncer.Batches.Load),
		counter("dead_letters_total", "Fields that became dead letters.", h.syncer.Buried.Load),
		counter("reconciled_posts_total", "Posts with dirty fields that had no place in the dirty set, and were put back.", h.syncer.Reconciled.Load),
		counter("lease_lapses_total", "Leases that ran out before they were renewed.", h.owner.Lapses.Load),
		counter("takeovers_total", "Times this sidecar made the site native.", h.owner.TakeOvers.Load),
		counter("returns_total", "Times this sidecar brought the site back to offload.", h.owner.Returns.Load),
		gauge("dirty_posts", "Posts with fields that MySQL does not have yet.", func(c redisstore.Counts) int64 { return c.DirtyPosts }),
		counter("notices_told_total", "Synced fields that came past WordPress and that it was told of.", sum(func(n *notify.Notifier) uint64 { return n.Told.Load() })),
		counter("notices_failed_total", "Calls by which WordPress was not told.", sum(func(n *notify.Notifier) uint64 { return n.Failed.Load() })),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hospital_notices", Help: "Synced fields that came past WordPress and that it was not told of yet."}, h.untold),
		gauge("dirty_fields", "Fields that MySQL does not have yet.", func(c redisstore.Counts) int64 { return c.DirtyFields }),
		gauge("dead_letters", "Dead letters waiting for a person.", func(c redisstore.Counts) int64 { return c.DeadLetters }),
	}
	for _, each := range all {
		if err := registry.Register(each); err != nil {
			return err
		}
	}
	return nil
}

// total adds one count over all blogs; NaN-free: a Redis that is away counts 0
// and is seen in /readyz.
func (h *health) total(read func(redisstore.Counts) int64) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	sum := int64(0)
	for _, blog := range h.owner.Blogs() {
		if counts, err := h.store.Counts(ctx, blog); err == nil {
			sum += read(counts)
		}
	}
	return float64(sum)
}

// untold counts what WordPress was not told of, in Redis and in MySQL.
func (h *health) untold() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	sum := h.total(func(c redisstore.Counts) int64 { return c.Notices })
	counts, _ := h.rows.NoticeCounts(ctx, nil) // none where MySQL is away
	for _, n := range counts {
		sum += float64(n)
	}
	return sum
}
