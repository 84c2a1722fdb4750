package appointment

import (
	"errors"
	"fmt"
)

// Errors that cross rooms. httpapi maps each to one status and one stable code.
var (
	// ErrBadID: the id is neither a post id nor a slug.
	ErrBadID = errors.New("not a post id or slug")
	// ErrUnknownPost: no such post of an offloaded type.
	ErrUnknownPost = errors.New("no such appointment")
	// ErrUnknownDeadLetter: no dead letter for that post and key.
	ErrUnknownDeadLetter = errors.New("no such dead letter")
	// ErrOtherDeadLetter: the dead letter is of another write than the one that
	// was decided about. It stays.
	ErrOtherDeadLetter = errors.New("that dead letter has made way for one of another write")
	// ErrNothingToWrite: the value of that dead letter was lost. It stays.
	ErrNothingToWrite = errors.New("that dead letter has no value to write: give it one, or discard it")
	// ErrForeignKeys: what a ForeignKeysError is.
	ErrForeignKeys = errors.New("the post's keys in Redis hold what no sidecar has put there")
	// ErrNative: no lease; core writes now. Nothing was written.
	ErrNative = errors.New("the site is in native mode")
	// ErrDeadline: the request's deadline passed before anything was written.
	ErrDeadline = errors.New("the deadline passed before the write began")
	// ErrOtherRedis: the run id or token is not the one this ownership works
	// with (R7). Nothing was written.
	ErrOtherRedis = errors.New("another Redis, or an emptied one")
	// ErrRedisAway: Redis was not reached. Nothing was written.
	ErrRedisAway = errors.New("Redis is not reachable")
	// ErrUnknownOutcome: Redis was asked and did not answer. The write may
	// have happened, or may still happen.
	ErrUnknownOutcome = errors.New("Redis did not answer in time")
	// ErrRedisFull: Redis uses as much memory as it may. Nothing was written.
	ErrRedisFull = errors.New("Redis is out of memory")
	// ErrBacklog: as many fields wait for MySQL as may. Nothing was written.
	ErrBacklog = errors.New("too many writes wait for MySQL")
	// ErrNewerKeys: a newer version of the sidecar keeps this Redis' keys, and
	// this one does not know what they mean. Nothing was written.
	ErrNewerKeys = errors.New("the keys in this Redis are a newer sidecar's")
	// ErrMySQLAway: MySQL cannot be reached or cannot be written to.
	ErrMySQLAway = errors.New("MySQL is not available")
	// ErrEpochOver: the site is not native in that epoch any more. Nothing was
	// written.
	ErrEpochOver = errors.New("the site's mode has changed since")
	// ErrPostLocked: somebody else's transaction holds the post's rows. Nothing
	// was written.
	ErrPostLocked = errors.New("somebody else's transaction holds the post's rows")
	// ErrUnknownCommit: MySQL was asked to commit and did not answer.
	ErrUnknownCommit = errors.New("MySQL did not say whether it has committed")
	// ErrBlogGone: the blog's own tables are not there, though its site row is:
	// it was deleted while the plugin was not there to see it.
	ErrBlogGone = errors.New("the blog's tables are gone")
	// ErrNotHeld: the site must be held in native mode for this.
	ErrNotHeld = errors.New("the site is not held in native mode")
)

// ErrOtherSite: this Redis holds the fields of another site, or of a copy or
// an earlier state of this one. It is never mixed in.
var ErrOtherSite = errors.New("this Redis belongs to another site")

// BlogErrors: some blogs could not be asked, whose keys in Redis hold what no
// sidecar has put there. The others could.
type BlogErrors map[uint64]error

func (b BlogErrors) Error() string {
	return fmt.Sprintf("the Redis keys of %d blogs hold what no sidecar has put there", len(b))
}

// ForeignKeysError: somebody else has put something that is no hash under the
// Redis keys of these posts. Nothing of them can be read; of others it can.
type ForeignKeysError struct{ Posts []Post }

func (f *ForeignKeysError) Error() string {
	return fmt.Sprintf("the Redis keys of %d posts hold no hashes", len(f.Posts))
}

func (f *ForeignKeysError) Unwrap() error { return ErrForeignKeys }

// LargeError: these posts have so much to sync that each is to be claimed alone.
// They were not claimed.
type LargeError struct{ Posts []Post }

func (l *LargeError) Error() string {
	return fmt.Sprintf("%d posts are too large to be claimed with others", len(l.Posts))
}

// RefusedError is a field that MySQL refuses for good. Nothing was written.
type RefusedError struct {
	Key    string
	Reason string // without the value
}

func (r *RefusedError) Error() string { return "MySQL refuses a field: " + r.Reason }
