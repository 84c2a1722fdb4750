package syncer

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Redis is where dirty fields are claimed and cleared.
type Redis interface {
	Due(ctx context.Context, blogs []uint64, n int) (map[uint64][]string, error)
	Members(ctx context.Context, blog uint64, n int64) ([]string, error)
	// Claim ends by itself, in half of the claim's time.
	Claim(ctx context.Context, lease appointment.Lease, posts []appointment.Post, force bool) ([]appointment.Reading, error)
	Ack(ctx context.Context, lease appointment.Lease, readings []appointment.Reading, settled [][]appointment.Settled) ([]bool, error)
	PutBack(ctx context.Context, lease appointment.Lease, readings []appointment.Reading, wait time.Duration) error
	Bury(ctx context.Context, lease appointment.Lease, reading appointment.Reading, letters []appointment.DeadLetter) (bool, error)
	Lift(ctx context.Context, lease appointment.Lease, counter uint64) error
	Move(ctx context.Context, lease appointment.Lease, r appointment.Reading, post appointment.Post) error
	// Absent notes that the reading's slug was looked up, and has no post. false:
	// the claim is not ours any more.
	Absent(ctx context.Context, lease appointment.Lease, r appointment.Reading) (bool, error)
	// Waiting looks for what is dirty in the posts, or with nil in all.
	Waiting(ctx context.Context, lease appointment.Lease, posts []appointment.Post) (appointment.Waiting, error)
	Drop(ctx context.Context, blog uint64, posts []appointment.Post, fields []string) error
	Retire(ctx context.Context, lease appointment.Lease, letters bool) error
	Reconcile(ctx context.Context, lease appointment.Lease) (appointment.Reconciled, error)
}

// Rows is where they are brought.
type Rows interface {
	Sync(ctx context.Context, blog, epoch uint64, readings []appointment.Reading) ([]appointment.Verdict, error)
	Resolve(ctx context.Context, post appointment.Post, types []string) (appointment.Post, error)
}

// Owner says under which epoch and with which Redis.
type Owner interface {
	// Lease is the right to answer as owner. ErrNative: there is none.
	Lease(ctx context.Context, blog uint64) (appointment.Lease, error)
	// Ticket is what a sync needs, in either mode: the epoch of the site row
	// and the Redis that may be drained into it.
	Ticket(ctx context.Context, blog uint64) (appointment.Lease, error)
	// Site reads the site row afresh.
	Site(ctx context.Context, blog uint64) (appointment.Site, error)
	// Shut makes Redis refuse what is older than a held site; no other.
	Shut(ctx context.Context, blog uint64) error
	Blogs() []uint64
}

// Options of a Syncer.
type Options struct {
	Delay          time.Duration // from a post's first dirty field to its sync
	Batch          int           // posts in one transaction
	BackoffMax     time.Duration // the longest that a locked post is put back for
	Unresolved     time.Duration // how long a slug that no post has is tried
	ReconcileEvery time.Duration // how often the dirty set is held against the dirty hashes; 0: never
	Types          appointment.Types
	Logger         *slog.Logger
}

// Syncer is safe for concurrent use: barriers run beside Run, and beside other
// sidecars.
type Syncer struct {
	Options
	redis Redis
	rows  Rows
	owner Owner

	flights flights

	Lag      Lag
	Synced   atomic.Uint64 // fields settled since start
	Batches  atomic.Uint64 // transactions asked for since start
	Buried   atomic.Uint64 // fields that became dead letters since start
	mu       sync.Mutex
	attempts map[appointment.Post]int // of locked posts, for their back-off
	looked   map[uint64]looked        // by blog

	complained time.Time // of foreign keys

	Reconciled atomic.Uint64 // posts that were put back into the dirty set since start
}

// New wires a Syncer; it does nothing until Run or a barrier.
func New(redis Redis, rows Rows, owner Owner, options Options) *Syncer {
	s := &Syncer{Options: options, redis: redis, rows: rows, owner: owner, attempts: map[appointment.Post]int{}, looked: map[uint64]looked{}}
	s.flights.air = map[appointment.Post]*flight{}
	return s
}

// posts reads members of the dirty set; what can be none is logged and left
// for a person to look at.
func (s *Syncer) posts(blog uint64, members []string) []appointment.Post {
	posts := make([]appointment.Post, 0, len(members))
	for _, m := range members {
		post, err := appointment.ParsePost(blog, m)
		if err != nil {
			s.Logger.Error("dirty set holds what is no post", "blog", blog, "member", m)
			continue
		}
		posts = append(posts, post)
	}
	return posts
}
