package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Watch keeps an eye on how much memory Redis uses, until ctx ends, so that no
// write has to ask. While Redis is away the last figure stands.
func (s *Store) Watch(ctx context.Context) {
	if s.MaxMemory <= 0 {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if used, err := s.memory(ctx); err == nil {
			s.used.Store(used)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Store) memory(ctx context.Context) (int64, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return 0, err
	}
	info, err := r.Info(ctx, "memory").Result()
	if err != nil {
		return 0, classify(err)
	}
	return strconv.ParseInt(infoValue(info, "used_memory"), 10, 64)
}

// full refuses a write while Redis uses more than MaxMemory. What brings fields
// home is never refused.
func (s *Store) full() error {
	if used := s.used.Load(); s.MaxMemory > 0 && used > s.MaxMemory {
		return fmt.Errorf("%w: %d bytes are used, %d may be", appointment.ErrRedisFull, used, s.MaxMemory)
	}
	return nil
}
