package ownership

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Fields is Redis as an owner uses it: every call names the lease that it is
// made under, and a Redis other than the lease's refuses it.
type Fields interface {
	Write(ctx context.Context, writes []appointment.Write) ([][]appointment.Outcome, error)
	SetStatus(ctx context.Context, w appointment.Write, status string, known bool) (bool, error)
	Delete(ctx context.Context, w appointment.Write) (bool, error)
	Mark(ctx context.Context, lease appointment.Lease, post appointment.Post) error
	Forget(ctx context.Context, lease appointment.Lease, post appointment.Post) (bool, error)
	Dirty(ctx context.Context, blog uint64, id string, posts []appointment.Post) (appointment.DirtyView, error)
	Drop(ctx context.Context, blog uint64, posts []appointment.Post, fields []string) error
	Retry(ctx context.Context, w appointment.Write, of appointment.Post, key string) error
	Floors(ctx context.Context, blogs []uint64) (map[uint64]appointment.Floor, error)
	RaiseFloor(ctx context.Context, blog, epoch uint64, site string, adopt bool) (string, error)
}

// Drainer empties Redis into MySQL before a return.
type Drainer interface {
	Drain(ctx context.Context, blog uint64) (appointment.SyncReport, error)
}

// Options of an Owner.
type Options struct {
	Lease     time.Duration // L: at least the plugin's total timeout
	ReturnMax time.Duration // longest wait before a return, of a blog that changes modes again and again
	Adopt     bool          // take over a Redis that holds another site's fields
	// Fit tells why this Redis may not be worked with, by its settings; nil: it may.
	Fit func(ctx context.Context) error
	// WriteNative writes a post's fields as core would, in one transaction while
	// the site is native in that epoch; ErrEpochOver: it is not.
	WriteNative func(ctx context.Context, epoch uint64, w appointment.Write) error
	Logger      *slog.Logger
}

// Owner is one sidecar's share in the ownership of all blogs. It is safe for
// concurrent use.
type Owner struct {
	Options
	rows   siteRows
	fields Fields

	seen    atomic.Pointer[sighting] // the newest read of the site rows
	reading sync.Mutex               // one read of the site rows at a time
	wake    chan struct{}            // look now rather than at the next beat

	mu         sync.Mutex
	tending    map[uint64]*tended
	steadiness map[uint64]*steadiness
	names      map[uint64]string   // identity of each blog, once known
	native     map[uint64]*noticed // by blog

	verified sync.Map // blog -> token of the Redis that was seen to hold its fields

	Writes, Lapses, TakeOvers, Returns atomic.Uint64 // since start; Writes counts fields
}

// sighting is what the site rows said in a read that began at began.
type sighting struct {
	began  time.Time
	sites  map[uint64]appointment.Site
	err    error // the read failed; sites are those of the one before
	failed time.Time
}

// New makes an owner without any lease; Run gets and keeps them.
func New(db *sql.DB, tables appointment.Tables, fields Fields, options Options) *Owner {
	o := &Owner{
		Options: options, rows: siteRows{db, tables}, fields: fields, wake: make(chan struct{}, 1),
		tending: map[uint64]*tended{}, steadiness: map[uint64]*steadiness{}, names: map[uint64]string{}, native: map[uint64]*noticed{},
	}
	o.seen.Store(&sighting{err: fmt.Errorf("the site rows were not read yet: %w", appointment.ErrMySQLAway)})
	return o
}

// Lease returns the right to act as owner of a blog (R1). When it has lapsed it
// is renewed within ctx. ErrNative: core writes; ErrMySQLAway: nobody can tell.
func (o *Owner) Lease(ctx context.Context, blog uint64) (appointment.Lease, error) {
	seen := o.seen.Load()
	if seen.err != nil || time.Since(seen.began) >= o.Options.Lease {
		o.Lapses.Add(1)
		if seen = o.renew(ctx, seen); seen.err != nil {
			return appointment.Lease{}, seen.err
		}
		if time.Since(seen.began) >= o.Options.Lease {
			return appointment.Lease{}, fmt.Errorf("the lease was over before it was renewed: %w", appointment.ErrNative)
		}
	}
	lease, err := leaseOf(seen, blog)
	if err != nil {
		return lease, err
	}
	return lease, o.sees(ctx, lease)
}

func leaseOf(seen *sighting, blog uint64) (appointment.Lease, error) {
	site, ok := seen.sites[blog]
	if !ok {
		return appointment.Lease{}, fmt.Errorf("blog %d has no site row, the plugin is not active there: %w", blog, appointment.ErrNative)
	}
	if site.Native {
		return appointment.Lease{}, appointment.ErrNative
	}
	return appointment.Lease{Blog: blog, Epoch: site.Epoch, Token: site.RedisID}, nil
}

// direct is Lease for the direct API, which may go on under the last epoch
// known while MySQL is away; what it writes is marked (R1's one exception).
func (o *Owner) direct(ctx context.Context, blog uint64) (appointment.Lease, error) {
	lease, err := o.Lease(ctx, blog)
	if errors.Is(err, appointment.ErrMySQLAway) {
		if last, unknown := leaseOf(o.seen.Load(), blog); unknown == nil && o.sees(ctx, last) == nil {
			last.Unverified = true
			return last, nil
		}
	}
	return lease, err
}

// renew reads the site rows, unless somebody did since the caller looked, or a
// read failed less than a lease ago, or one is under way after one that failed:
// an outage must not cost every request a timeout.
func (o *Owner) renew(ctx context.Context, known *sighting) *sighting {
	if known.err == nil || known.began.IsZero() {
		o.reading.Lock()
	} else if !o.reading.TryLock() {
		return known
	}
	defer o.reading.Unlock()
	last := o.seen.Load()
	if last != known || last.err != nil && time.Since(last.failed) < o.Options.Lease {
		return last
	}
	return o.look(ctx)
}

// look reads the site rows. The caller holds o.reading. That somebody hung up
// says nothing of MySQL, and is not remembered.
func (o *Owner) look(ctx context.Context) *sighting {
	began := time.Now() // the lease counts from before the read (R1)
	sites, err := o.rows.read(ctx)
	if err == nil {
		seen := &sighting{began: began, sites: sites}
		o.seen.Store(seen)
		return seen
	}
	seen := &sighting{began: began, sites: o.seen.Load().sites, err: err, failed: time.Now()}
	if !errors.Is(ctx.Err(), context.Canceled) {
		o.seen.Store(seen)
	}
	return seen
}

// Ticket is what a sync needs: the epoch of the site row, and the Redis that
// may be drained into it. In offload that is the row's; in native it is
// whichever there is, since R4 decides by epochs what still counts (R7); so not
// one that has seen a later epoch, though it is to be adopted: before the return
// has caught up, no native write would stand against what waits there.
func (o *Owner) Ticket(ctx context.Context, blog uint64) (appointment.Lease, error) {
	site, ok := o.seen.Load().sites[blog]
	if !ok {
		return appointment.Lease{}, fmt.Errorf("blog %d has no site row: %w", blog, appointment.ErrNative)
	}
	ticket := appointment.Lease{Blog: blog, Epoch: site.Epoch, Token: site.RedisID}
	if !site.Native {
		return ticket, o.sees(ctx, ticket)
	}
	floors, err := o.fields.Floors(ctx, []uint64{blog})
	if err != nil {
		return ticket, err
	}
	if err := o.ours(ctx, blog, floors[blog]); err != nil {
		return ticket, err
	}
	if floors[blog].Epoch > site.Epoch {
		return ticket, fmt.Errorf("this Redis has seen a later epoch than this database: %w", appointment.ErrNative)
	}
	ticket.Token = floors[blog].ID
	return ticket, nil
}

// Site reads a blog's site row afresh.
func (o *Owner) Site(ctx context.Context, blog uint64) (appointment.Site, error) {
	o.reading.Lock()
	seen := o.look(ctx)
	o.reading.Unlock()
	if seen.err != nil {
		return appointment.Site{}, seen.err
	}
	site, ok := seen.sites[blog]
	if !ok {
		return site, fmt.Errorf("blog %d has no site row: %w", blog, appointment.ErrNative)
	}
	return site, nil
}

// Blogs returns the blogs that have a site row, ascending.
func (o *Owner) Blogs() []uint64 {
	sites := o.seen.Load().sites
	blogs := make([]uint64, 0, len(sites))
	for blog := range sites {
		blogs = append(blogs, blog)
	}
	slices.Sort(blogs)
	return blogs
}

// Sites returns the site rows as last read, and whether that read is young
// enough for a lease.
func (o *Owner) Sites() (map[uint64]appointment.Site, bool) {
	seen := o.seen.Load()
	return seen.sites, seen.err == nil && time.Since(seen.began) < o.Options.Lease
}
