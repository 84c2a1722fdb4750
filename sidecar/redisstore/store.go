package redisstore

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// Options of a Store. All durations are sent to Redis in milliseconds but
// CleanTTL, which is in seconds there.
type Options struct {
	Redis      *redis.Options
	Sentinels  Sentinels         // who say where Redis is, instead of Redis.Addr
	Prefix     string            // before every key
	Types      appointment.Types // at least one
	SyncDelay  time.Duration     // from a post's first dirty field to its sync
	ClaimLease time.Duration     // after which a claim of a crashed syncer comes due again
	BackoffMax time.Duration     // the longest that a post is put back for
	CleanTTL   time.Duration     // how long clean copies stay
	MaxDirty   int64             // dirty fields of a blog, above which writes are refused; 0: any
	MaxMemory  int64             // bytes that Redis may use before writes are refused; 0: its own maxmemory alone
}

// Store is the offloaded fields of all blogs of one WordPress network.
type Store struct {
	Options
	keys keys
	runs runs
	used atomic.Int64 // bytes that Redis uses, as Watch last saw
}

// Open connects lazily: a Redis that is away is an error of each call, not of
// Open. Close it after use.
func Open(options Options) *Store {
	redis.SetLogger(silence{}) // what the client complains of is also an error that it returns
	pool := *options.Redis
	pool.MaxRetries = -1              // a retried write could run twice (R2)
	pool.ContextTimeoutEnabled = true // a request's deadline ends its calls
	return &Store{Options: options, keys: newKeys(options.Prefix, options.Types), runs: runs{options: &pool, sentinels: options.Sentinels}}
}

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// Close ends all connections.
func (s *Store) Close() error { return s.runs.close() }

// Ping tells whether Redis answers.
func (s *Store) Ping(ctx context.Context) error {
	r, err := s.runs.get(ctx)
	if err != nil {
		return err
	}
	return classify(r.Ping(ctx).Err())
}

// horizon is later than any score can be that was not made before Redis' clock
// stepped back.
func (s *Store) horizon() int64 {
	return (max(s.ClaimLease, s.BackoffMax, s.SyncDelay) + time.Minute).Milliseconds()
}
