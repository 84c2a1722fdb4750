package redisstore

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// run is one run of a Redis server: a pool whose every connection was seen to
// have the same run id, and to be a master, before its first use (R7). When Redis restarts or fails
// over, the pool is dead and a new one is opened.
type run struct {
	*redis.Client
	id   atomic.Pointer[string]
	dead atomic.Bool
	// waitAOF: the server knows WAITAOF.
	waitAOF atomic.Bool
	// floors: blog -> agreed.
	floors sync.Map
	writes gather
}

func openRun(options *redis.Options, sentinels Sentinels) *run {
	r := &run{}
	pinned := *options
	pinned.OnConnect = func(ctx context.Context, conn *redis.Conn) error {
		info, err := conn.Info(ctx, "server", "replication").Result()
		if err != nil {
			return err
		}
		// Valkey's name for it is the second.
		if mode := infoValue(info, "redis_mode") + infoValue(info, "server_mode"); sentinels.Master != "" && mode == "sentinel" {
			return nil // go-redis asks it where the master is, by the same options
		}
		if role := infoValue(info, "role"); role != "master" {
			return fmt.Errorf("%w: role %q", errReplica, role)
		}
		id := infoValue(info, "run_id")
		if id == "" {
			return fmt.Errorf("INFO server has no run_id")
		}
		r.waitAOF.Store(hasWaitAOF(infoValue(info, "redis_version")))
		if !r.id.CompareAndSwap(nil, &id) && *r.id.Load() != id {
			r.dead.Store(true)
			return errOtherRun
		}
		return nil
	}
	r.Client = sentinels.client(&pinned)
	return r
}

// patient is the same run for calls whose answers may be long: d counts for them,
// and not the client's timeouts.
func (r *run) patient(d time.Duration) *run { return &run{Client: r.WithTimeout(d)} }

// infoValue finds one line of an INFO reply.
func infoValue(info, name string) string {
	for line := range strings.SplitSeq(info, "\n") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+":"); ok {
			return value
		}
	}
	return ""
}

// runs hands out the current run, opening another one after a restart.
type runs struct {
	options   *redis.Options
	sentinels Sentinels
	mu        sync.Mutex
	current   *run
}

// get returns the current run once its id is known.
func (s *runs) get(ctx context.Context) (*run, error) {
	s.mu.Lock()
	if s.current == nil || s.current.dead.Load() {
		if s.current != nil {
			_ = s.current.Close() // its connections lead nowhere any more
		}
		s.current = openRun(s.options, s.sentinels)
	}
	r := s.current
	s.mu.Unlock()
	if r.id.Load() == nil {
		if err := r.Ping(ctx).Err(); err != nil {
			return nil, classify(err)
		}
	}
	return r, nil
}

// at returns the current run if it is the one that the lease names by "run
// id:token", and the token. Any other Redis is ErrOtherRedis (R7).
func (s *runs) at(ctx context.Context, lease appointment.Lease) (*run, string, error) {
	r, err := s.get(ctx)
	if err != nil {
		return nil, "", err
	}
	runID, token, ok := strings.Cut(lease.Token, ":")
	if !ok || token == "" || *r.id.Load() != runID {
		return nil, "", classify(errOtherRun)
	}
	return r, token, nil
}

func (s *runs) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return nil
	}
	return s.current.Close()
}
