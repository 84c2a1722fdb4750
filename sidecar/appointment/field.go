package appointment

import "time"

// LastUpdated is the one name in a post's hash that is not a meta key: unix
// seconds of the newest write, as the guide has it. It is never synced.
const LastUpdated = "last_updated_redis"

// Field is one change to one field. Value holds the bytes that
// wp_postmeta.meta_value is to hold (PHP's maybe_serialize()); it is opaque.
type Field struct {
	Key    string
	Value  string
	Delete bool // remove the field, from wp_postmeta too
	// Row is the row's value as the caller read it, when it read one. A Value
	// equal to it is written all the same and answered Unchanged (R2).
	Row *string
}

// Write is the changes to one post that must be taken in one atomic step.
type Write struct {
	Post   Post
	Fields []Field
	TTL    time.Duration // how long the clean copy stays; 0: the default hour
	Direct bool          // came past WordPress: its caches must be told
	Lease  Lease         // under which it is made
	Unseen bool          // its slug could not be looked up: MySQL is away
	Flush  *Flush        // nil: Redis' word is enough
}

// Flush asks that a write be on Redis' disk before it is answered. That is
// never a condition of the write: Done says how it went.
type Flush struct {
	Wait time.Duration // at most, above 0
	Done bool          // set where the write succeeded
}

// Outcome of one Field of a Write.
type Outcome string

// The outcomes, in the words update_post_meta() callers know them by.
const (
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
)

// Ack says what an acknowledgement survives (promise P1).
type Ack string

// Memory: any process may be killed; a power cut may cost what Redis has not
// flushed (appendfsync). Fsynced: Redis has flushed it. SQL: committed.
const (
	Memory  Ack = "memory"
	Fsynced Ack = "fsynced"
	SQL     Ack = "sql"
)

// Dirty is a field that Redis holds and wp_postmeta does not have yet.
type Dirty struct {
	Key     string
	Value   string
	Deleted bool // a tombstone
	// Lost: it has no value and is no tombstone. Somebody else's hands, or an
	// eviction, took the value; it ends as a dead letter.
	Lost    bool
	Version Version
	At      time.Time // when it was written, by Redis' clock
	Direct  bool      // came past WordPress
	// Unverified: accepted while MySQL was away, so core may have taken over
	// unseen. What a native write overtook then becomes a dead letter.
	Unverified bool
	// BySlug: it came by a slug, before its post was there: it may bear a row,
	// and changes none, since a row is newer. One that is Unverified came when
	// nobody could look: it changes the row if nothing newer of its post was
	// synced.
	BySlug bool
	Mark   string // the dirty mark as Redis holds it, for compare-and-clear
	Slot   int    // under which of the key patterns it was found
}

// Reading is everything that was dirty in one post at one claim (R4).
type Reading struct {
	Post   Post
	Stamp  uint64
	Fields []Dirty
	At     time.Time // of the claim, by Redis' clock
	Began  time.Time // of the claim, by ours (monotonic)
}

// Settled is what a sync did with one field of a Reading.
type Settled struct {
	Dirty
	LeftOut bool // not written: something newer is in MySQL
}
