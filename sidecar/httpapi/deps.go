package httpapi

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hospital-appointments-redis/sidecar/appointment"
)

// Owner acts under a lease (protocol R1). Its errors are appointment's; one
// that none of them is counts as "it may have been written".
type Owner interface {
	// Write takes the writes in order, each post atomically. deadline is
	// CLOCK_MONOTONIC in ns, 0 for none. The owner fills the leases in, and says
	// in the first write's Flush whether all are on disk. When it
	// fails after some were taken, it returns the outcomes of those too.
	Write(ctx context.Context, writes []appointment.Write, deadline int64) (appointment.WriteResult, error)
	// SetStatus sets the field "status" if the post is there: known says that
	// MySQL has it, otherwise Redis must. No outcome: it is not there.
	SetStatus(ctx context.Context, w appointment.Write, status string, known bool) (appointment.WriteResult, error)
	Delete(ctx context.Context, w appointment.Write) (deleted bool, err error)
	Mark(ctx context.Context, post appointment.Post) error
	Dirty(ctx context.Context, blog uint64, posts []appointment.Post) (appointment.DirtyView, error)
	Forget(ctx context.Context, blog uint64, posts []appointment.Post) (int, error)
}

// Syncer brings dirty fields home.
type Syncer interface {
	// Barrier returns once the posts are clean; nil posts are all of them. The
	// clean copies of the keys in drop leave Redis.
	Barrier(ctx context.Context, blog uint64, posts []appointment.Post, drop []string) (appointment.SyncReport, error)
	Sync(ctx context.Context, blog uint64) (appointment.SyncReport, error)
	Retire(ctx context.Context, blog uint64, discard bool) (appointment.SyncReport, error)
}

// Rows is what MySQL says of a post.
type Rows interface {
	// Resolve fills in id and type of a post that is of one of the types, or
	// returns ErrUnknownPost or ErrMySQLAway.
	Resolve(ctx context.Context, post appointment.Post, types []string) (appointment.Post, error)
	// Rows returns the values of the keys that have a single row.
	Rows(ctx context.Context, post appointment.Post) (map[string]string, error)
	// Native returns, read by one statement, what stands against dirty fields
	// while nobody holds a lease (R8).
	Native(ctx context.Context, post appointment.Post) (appointment.Native, error)
	// Later tells whether MySQL has something newer than a field that came by
	// the post's slug.
	Later(ctx context.Context, post appointment.Post, field appointment.Dirty) (bool, error)
}

// Redis is what Redis holds, as a person with redis-cli would see it.
type Redis interface {
	// Copy returns a post's fields, clean copies and dirty ones, and the time
	// of the newest write (zero: none).
	Copy(ctx context.Context, post appointment.Post) (map[string]string, time.Time, error)
	// Members returns up to n posts that have dirty fields, by Post.Member.
	Members(ctx context.Context, blog uint64, n int64) ([]string, error)
}

// DeadLetters are the fields that MySQL refused for good. What is named by post
// and key and is not there is ErrUnknownDeadLetter.
type DeadLetters interface {
	// DeadLetters returns all, by id, slug and key.
	DeadLetters(ctx context.Context, blog uint64) ([]appointment.DeadLetter, error)
	DeadLetter(ctx context.Context, post appointment.Post, key string) (appointment.DeadLetter, error)
	// Retry makes the letter of a post and key a write of this moment to the write's post.
	Retry(ctx context.Context, w appointment.Write, of appointment.Post, key string) error
	// Edit and Discard are of just that letter, by its version; else ErrOtherDeadLetter.
	Edit(ctx context.Context, l appointment.DeadLetter, value string) error
	Discard(ctx context.Context, l appointment.DeadLetter) error
}

// Registry is a *prometheus.Registry: where the metrics of this room are
// registered, and what /metrics shows.
type Registry interface {
	prometheus.Registerer
	prometheus.Gatherer
}

// Deps is everything the API needs. All of it is required.
type Deps struct {
	Owner       Owner
	Syncer      Syncer
	Rows        Rows
	Redis       Redis
	DeadLetters DeadLetters
	Stats       func(context.Context) (any, error) // marshalled into /v1/stats
	// Verify compares a blog's Redis with its MySQL; "" is every post type.
	Verify     func(ctx context.Context, blog uint64, postType string, repair bool) (appointment.Verification, error)
	Ready      func(context.Context) []string        // what is missing: "redis: ..."
	Token      func(context.Context) (string, error) // asked for each request, so that a rotated token counts at once
	Types      appointment.Types
	Logger     *slog.Logger
	Registry   Registry
	Limits     Limits
	Version    string
	DefaultAck appointment.Ack // what a write waits for, if it does not say itself
}

// Limits of one request, and of one connection.
type Limits struct {
	Body    int64 // bytes of a request's body
	Value   int   // bytes of one value
	Ops     int   // operations or fields of one call
	Posts   int   // ids of one call
	Members int64 // names in one answer of GET /v1/dirty

	ReadHeader, Read, Write, Idle time.Duration
	Shutdown                      time.Duration // for requests under way when Serve is told to stop
}

// DefaultLimits are those of the contract. Idle is long so that PHP's
// kept-alive connections are good; Write, so that a barrier may take its time; a sync
// or a verification may take any.
func DefaultLimits() Limits {
	return Limits{
		Body: 16 << 20, Value: 4 << 20, Ops: 1000, Posts: 10000, Members: 10000,
		ReadHeader: 5 * time.Second, Read: 30 * time.Second,
		Write: 5 * time.Minute, Idle: 120 * time.Second,
		Shutdown: 10 * time.Second,
	}
}
