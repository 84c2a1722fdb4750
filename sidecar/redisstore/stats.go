package redisstore

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Counts is how much of one blog Redis holds.
type Counts struct {
	DirtyPosts  int64
	DirtyFields int64
	DeadLetters int64
	Notices     int64         // synced fields that WordPress was not told of yet
	Oldest      time.Duration // age of the oldest write not in MySQL yet: only Aged tells
}

// Counts counts, in one round trip.
func (s *Store) Counts(ctx context.Context, blog uint64) (Counts, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return Counts{}, err
	}
	pipe := r.Pipeline()
	dirty := pipe.ZCard(ctx, s.keys.dirty(blog))
	fields := pipe.HGet(ctx, s.keys.floor(blog), "dirty")
	dead := pipe.HLen(ctx, s.keys.dead(blog))
	notices := pipe.HLen(ctx, s.keys.notices(blog))
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return Counts{}, classify(err)
	}
	counts := Counts{DirtyPosts: dirty.Val(), DeadLetters: dead.Val(), Notices: notices.Val()}
	counts.DirtyFields, _ = fields.Int64() // nothing was ever counted: 0
	counts.DirtyFields = max(0, counts.DirtyFields)
	return counts, nil
}

// Server is what a Redis says about itself.
type Server struct {
	Version         string
	RunID           string
	Role            string
	MaxMemoryPolicy string // "" when it does not say
	UsedMemory      int64  // bytes
	MaxMemory       int64  // bytes, 0: no limit
	AOF             bool
	AppendFsync     string // "" when CONFIG is not allowed to us
	NoFsyncRewrite  string // no-appendfsync-on-rewrite, "" likewise
	DefaultUser     string // rules of the ACL user "default", "" likewise
	waitAOF         bool
}

// Server asks INFO, and CONFIG where that is allowed.
func (s *Store) Server(ctx context.Context) (Server, error) {
	r, err := s.runs.get(ctx)
	if err != nil {
		return Server{}, err
	}
	pipe := r.Pipeline()
	info := pipe.Info(ctx)
	config := pipe.ConfigGet(ctx, "*append*fsync*")
	user := pipe.Do(ctx, "ACL", "GETUSER", "default")
	if _, err := pipe.Exec(ctx); err != nil && info.Err() != nil {
		return Server{}, classify(info.Err())
	}
	memory, _ := strconv.ParseInt(infoValue(info.Val(), "used_memory"), 10, 64)
	limit, _ := strconv.ParseInt(infoValue(info.Val(), "maxmemory"), 10, 64)
	version := infoValue(info.Val(), "valkey_version")
	if version == "" {
		version = infoValue(info.Val(), "redis_version")
	}
	return Server{
		Version: version, RunID: infoValue(info.Val(), "run_id"), Role: infoValue(info.Val(), "role"),
		MaxMemoryPolicy: infoValue(info.Val(), "maxmemory_policy"), UsedMemory: memory, MaxMemory: limit,
		AOF:            infoValue(info.Val(), "aof_enabled") == "1",
		AppendFsync:    config.Val()["appendfsync"],
		NoFsyncRewrite: config.Val()["no-appendfsync-on-rewrite"],
		DefaultUser:    rules(user.Val()),
		waitAOF:        r.waitAOF.Load(),
	}, nil
}

// rules reads what a user may do from the reply of ACL GETUSER.
func rules(reply any) string {
	fields, _ := reply.(map[any]any)
	commands, _ := fields["commands"].(string)
	keys, _ := fields["keys"].(string)
	return strings.TrimSpace(keys + " " + commands)
}

// CannotFlush tells, in words, why this Redis cannot say that a write is on
// disk; "" when it can.
func (s Server) CannotFlush() string {
	switch {
	case !s.AOF:
		return "appendonly is no: nothing is ever on disk; set appendonly yes"
	case s.waitAOF:
		return ""
	case s.AppendFsync != "always" || s.NoFsyncRewrite != "no":
		return "Redis " + s.Version + " has no WAITAOF (7.2 has): set appendfsync always and no-appendfsync-on-rewrite no"
	}
	return ""
}

// Full tells whether writes are refused, or about to be: nine tenths of
// maxmemory, or of the limit that we were given (0: none), are used.
func (s Server) Full(limit int64) bool {
	for _, each := range []int64{s.MaxMemory, limit} {
		if each > 0 && s.UsedMemory > each/10*9 {
			return true
		}
	}
	return false
}

// Unsafe lists, in words, the settings under which an acknowledged write could
// be lost without an error. Source: redis.conf and the persistence pages.
func (s Server) Unsafe() []string {
	var problems []string
	if p := s.MaxMemoryPolicy; p != "" && p != "noeviction" {
		problems = append(problems, "maxmemory-policy is "+p+": it evicts unsynced writes; set noeviction")
	}
	if !s.AOF {
		problems = append(problems, "appendonly is no: a killed Redis loses every unsynced write; set appendonly yes")
	}
	if s.DefaultUser != "" && !strings.HasPrefix(s.DefaultUser, "~* +@all") {
		problems = append(problems, "the ACL user default may not do everything: Redis replays its append-only file as that user, and loses after a restart what scripts wrote; set \"user default off ~* &* +@all\"")
	}
	if s.AppendFsync == "no" {
		problems = append(problems, "appendfsync is no: a power cut loses up to half a minute; set everysec or always")
	}
	if s.NoFsyncRewrite == "yes" {
		problems = append(problems, "no-appendfsync-on-rewrite is yes: a power cut during a rewrite loses up to half a minute; set no")
	}
	if s.Role != "" && s.Role != "master" {
		problems = append(problems, "the server is a "+s.Role+": it takes no writes; connect to the master")
	}
	return problems
}
