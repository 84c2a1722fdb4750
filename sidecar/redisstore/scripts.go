package redisstore

import (
	"context"
	"crypto/sha1"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// script is one atomic step: its text, and the SHA-1 by which Redis knows it.
type script struct{ text, sha string }

func newScript(text string) script {
	sum := sha1.Sum([]byte(text))
	return script{text: text, sha: hex.EncodeToString(sum[:])}
}

var (
	//go:embed lua/write.lua
	writeLua string
	//go:embed lua/update_status_and_time.lua
	statusLua string
	//go:embed lua/delete.lua
	deleteLua string
	//go:embed lua/read.lua
	readLua string
	//go:embed lua/waiting.lua
	waitingLua string
	//go:embed lua/due.lua
	dueLua string
	//go:embed lua/claim.lua
	claimLua string
	//go:embed lua/ack.lua
	ackLua string
	//go:embed lua/backoff.lua
	backoffLua string
	//go:embed lua/bury.lua
	buryLua string
	//go:embed lua/absent.lua
	absentLua string
	//go:embed lua/move.lua
	moveLua string
	//go:embed lua/forget.lua
	forgetLua string
	//go:embed lua/mark.lua
	markLua string
	//go:embed lua/drop.lua
	dropLua string
	//go:embed lua/floor.lua
	floorLua string
	//go:embed lua/lift.lua
	liftLua string
	//go:embed lua/notices.lua
	noticesLua string
	//go:embed lua/notified.lua
	notifiedLua string
	//go:embed lua/reconcile.lua
	reconcileLua string
	//go:embed lua/recount.lua
	recountLua string
	//go:embed lua/retire.lua
	retireLua string
	//go:embed lua/retry.lua
	retryLua string
	//go:embed lua/edit.lua
	editLua string
	//go:embed lua/inspect.lua
	inspectLua string
	//go:embed lua/patterns.lua
	patternsLua string

	writeScript   = newScript(writeLua)
	statusScript  = newScript(statusLua)
	deleteScript  = newScript(deleteLua)
	readScript    = newScript(readLua)
	waitingScript = newScript(waitingLua)
	dueScript     = newScript(dueLua)
	claimScript   = newScript(claimLua)
	ackScript     = newScript(ackLua)
	backoffScript = newScript(backoffLua)
	buryScript    = newScript(buryLua)
	absentScript  = newScript(absentLua)
	moveScript    = newScript(moveLua)
	forgetScript  = newScript(forgetLua)
	markScript    = newScript(markLua)
	dropScript    = newScript(dropLua)
	floorScript   = newScript(floorLua)
	liftScript    = newScript(liftLua)

	reconcileScript = newScript(reconcileLua)
	recountScript   = newScript(recountLua)
	retireScript    = newScript(retireLua)
	retryScript     = newScript(retryLua)
	editScript      = newScript(editLua)
	inspectScript   = newScript(inspectLua)
	noticesScript   = newScript(noticesLua)
	notifiedScript  = newScript(notifiedLua)
	patternsScript  = newScript(patternsLua)
)

// call is one script with its arguments.
type call struct {
	script
	keys []string
	args []any
}

// eval runs the calls in order in one round trip. NOSCRIPT says that a script
// did not run, so those, and only those, are loaded and run once more, still in
// order. Nothing else is ever retried (R2): the client's own retries are off.
func (r *run) eval(ctx context.Context, calls ...call) ([]*redis.Cmd, error) {
	return r.healed(ctx, calls, func(calls []call) ([]*redis.Cmd, error) { return r.pipe(ctx, calls) })
}

// healed runs the calls by the function given, and those that met NOSCRIPT
// once more.
func (r *run) healed(ctx context.Context, calls []call, pipe func([]call) ([]*redis.Cmd, error)) ([]*redis.Cmd, error) {
	cmds, err := pipe(calls)
	var missing []int
	for i, cmd := range cmds {
		if cmd.Err() != nil && strings.HasPrefix(cmd.Err().Error(), "NOSCRIPT") {
			missing = append(missing, i)
		}
	}
	if len(missing) == 0 {
		return cmds, err
	}
	again := make([]call, len(missing))
	for i, at := range missing {
		again[i] = calls[at]
		if err := r.ScriptLoad(ctx, again[i].text).Err(); err != nil {
			return cmds, fmt.Errorf("load script: %w", err)
		}
	}
	retried, _ := pipe(again)
	for i, at := range missing {
		cmds[at] = retried[i]
	}
	return cmds, firstError(cmds)
}

func (r *run) pipe(ctx context.Context, calls []call) ([]*redis.Cmd, error) {
	if len(calls) == 1 {
		cmd := r.EvalSha(ctx, calls[0].sha, calls[0].keys, calls[0].args...)
		return []*redis.Cmd{cmd}, firstError([]*redis.Cmd{cmd})
	}
	pipe := r.Pipeline()
	cmds := make([]*redis.Cmd, len(calls))
	for i, c := range calls {
		cmds[i] = pipe.EvalSha(ctx, c.sha, c.keys, c.args...)
	}
	_, _ = pipe.Exec(ctx) // each command carries its own error
	return cmds, firstError(cmds)
}

func firstError(cmds []*redis.Cmd) error {
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && err != redis.Nil {
			return err
		}
	}
	return nil
}
