package redisstore

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// flushed is the question behind a write whether it is on disk, in the same
// pipeline, since WAITAOF asks about what its own connection wrote. A Redis
// without it (before 7.2) answers a client only after the flush where
// appendfsync is always: there its settings are asked for instead.
type flushed struct {
	wait   *redis.Cmd
	config *redis.MapStringStringCmd
}

func (r *run) askFlushed(ctx context.Context, pipe redis.Pipeliner, wait time.Duration) flushed {
	if r.waitAOF.Load() {
		return flushed{wait: pipe.Do(ctx, "WAITAOF", 1, 0, max(wait, time.Millisecond).Milliseconds())}
	}
	return flushed{config: pipe.ConfigGet(ctx, "*append*")}
}

// yes: an error is no, since the write went well without it.
func (f flushed) yes() bool {
	if f.wait != nil {
		counts, err := f.wait.Int64Slice()
		return err == nil && len(counts) == 2 && counts[0] >= 1
	}
	settings := f.config.Val()
	return settings["appendonly"] == "yes" && settings["appendfsync"] == "always" && settings["no-appendfsync-on-rewrite"] == "no"
}

// evalFlushed is eval, and asks behind the calls whether they are on disk.
func (r *run) evalFlushed(ctx context.Context, flush *appointment.Flush, calls ...call) ([]*redis.Cmd, error) {
	if flush == nil {
		return r.eval(ctx, calls...)
	}
	return r.healed(ctx, calls, func(calls []call) ([]*redis.Cmd, error) {
		pipe := r.Pipeline()
		cmds := make([]*redis.Cmd, len(calls))
		for i, c := range calls {
			cmds[i] = pipe.EvalSha(ctx, c.sha, c.keys, c.args...)
		}
		asked := r.askFlushed(ctx, pipe, flush.Wait)
		_, _ = pipe.Exec(ctx) // each command carries its own error
		err := firstError(cmds)
		flush.Done = err == nil && asked.yes()
		return cmds, err
	})
}

// hasWaitAOF: Redis 7.2, and Valkey, which says 7.2.4 for its sake.
func hasWaitAOF(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	m, err := strconv.Atoi(major)
	n, err2 := strconv.Atoi(minor)
	return err == nil && err2 == nil && (m > 7 || m == 7 && n >= 2)
}
