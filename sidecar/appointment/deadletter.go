package appointment

import "time"

// DeadLetter is a field that MySQL refused for good, kept until somebody
// retries or discards it. Nothing trims it and nothing expires it (P8).
type DeadLetter struct {
	Post    Post
	Key     string
	Value   string
	Deleted bool
	Lost    bool // there is nothing to write until somebody gives it a value
	Version Version
	Code    string // stable: DeadPostGone, DeadRefused, ...
	Reason  string // in words, without the value
	At      time.Time

	Slot int    // of the dirty field, while it is being buried
	Mark string // of the dirty field, while it is being buried
}

// Why a field died.
const (
	DeadPostGone   = "post_gone"  // no such post in wp_posts
	DeadUnresolved = "unresolved" // no post has this slug
	DeadRefused    = "refused"    // MySQL refuses the value
	DeadOvertaken  = "overtaken"  // core wrote while MySQL was away from us, or when its post was made
	DeadValueLost  = "value_lost" // Redis has its mark, and no value
	DeadUnreadable = "unreadable" // what is kept of it is not what a sidecar keeps
	DeadNoVersion  = "no_version" // its mark was not made by us: nobody can tell whether it is the newest
)

// OvertakenBySlug is the reason of a dead letter of what came by a slug.
const OvertakenBySlug = "it came by the post's slug, and the post got a value of its own since"
