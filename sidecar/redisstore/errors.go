package redisstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// errOtherRun: a connection reached another run of Redis than the pool's.
var errOtherRun = errors.New("redis has another run id")

// errReplica: a connection reached a Redis that only follows another one, such
// as a master that a failover has replaced.
var errReplica = errors.New("redis is not a master")

// errWrongType: a script met a key that does not hold what it should.
var errWrongType = errors.New("a key holds no hash")

// classify turns an error of go-redis into one of the domain, by the one
// question that matters to a writer: may the script have run?
func classify(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	var dial *net.OpError
	switch {
	case errors.Is(err, appointment.ErrDeadline):
		return err
	case errors.Is(err, errOtherRun), strings.HasPrefix(text, "HOSPITAL_TOKEN"):
		return fmt.Errorf("%w: %s", appointment.ErrOtherRedis, text)
	case strings.HasPrefix(text, "HOSPITAL_EPOCH"):
		return fmt.Errorf("%w: %s", appointment.ErrNative, text)
	case strings.HasPrefix(text, "HOSPITAL_SITE"):
		return fmt.Errorf("%w: %s", appointment.ErrOtherSite, text)
	case strings.HasPrefix(text, "HOSPITAL_KEYS"):
		return fmt.Errorf("%w: %s", appointment.ErrNewerKeys, text)
	case strings.HasPrefix(text, "HOSPITAL_FOREIGN"):
		return fmt.Errorf("%w: %s", appointment.ErrForeignKeys, text)
	case strings.HasPrefix(text, "HOSPITAL_FULL"):
		return fmt.Errorf("%w: %s", appointment.ErrBacklog, text)
	case strings.HasPrefix(text, "OOM "):
		return fmt.Errorf("%w: %s", appointment.ErrRedisFull, text)
	case refusedWhole(text), isUnknownPattern(err), errors.Is(err, errReplica), errors.As(err, &dial) && dial.Op == "dial", errors.Is(err, redis.ErrPoolTimeout), errors.Is(err, redis.ErrClosed):
		return fmt.Errorf("%w: %s", appointment.ErrRedisAway, text)
	case isWrongType(err):
		return fmt.Errorf("%w: %w: %s", appointment.ErrUnknownOutcome, errWrongType, text)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", appointment.ErrUnknownOutcome, err)
	}
	return fmt.Errorf("%w: %s", appointment.ErrUnknownOutcome, text)
}

// isWrongType: a script met a key that does not hold what it should.
func isWrongType(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "WRONGTYPE") }

// foreign is the error of a script about one post, which writes nothing where it
// meets what is nobody's here under that post's keys.
func foreign(err error, post appointment.Post) error {
	if errors.Is(err, errWrongType) {
		return &appointment.ForeignKeysError{Posts: []appointment.Post{post}}
	}
	return err
}

// butForeign is the first error that is no WRONGTYPE, of calls about a post each:
// one whose keys hold what is nobody's here keeps nobody from the others.
func butForeign(cmds []*redis.Cmd) error {
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil && err != redis.Nil && !isWrongType(err) {
			return classify(err)
		}
	}
	return nil
}

// refusedWhole knows the error replies by which Redis says, before anything
// ran, that it will not run a command. Source: server.c processCommand().
func refusedWhole(text string) bool {
	for _, prefix := range []string{
		"LOADING", "READONLY", "MASTERDOWN", "NOAUTH", "WRONGPASS", "NOPERM", "MISCONF",
		"NOREPLICAS", "BUSY ", "CLUSTERDOWN", "MOVED", "ASK ", "TRYAGAIN", "NOSCRIPT",
	} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}
