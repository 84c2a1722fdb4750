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

// Letter is the dead letter of one of a reading's fields.
func (r Reading) Letter(field Dirty, code, reason string) DeadLetter {
	return DeadLetter{
		Post: r.Post, Key: field.Key, Value: field.Value, Deleted: field.Deleted, Lost: field.Lost, Version: field.Version,
		Code: code, Reason: reason, At: r.At, Slot: field.Slot, Mark: field.Mark,
	}
}

// NoVersion is the dead letter of one whose mark says nothing. Where the mark is
// empty, the post's whole dirty hash was overwritten.
func (r Reading) NoVersion(field Dirty) DeadLetter {
	reason := "its dirty mark was not made by a sidecar, so nobody can tell whether it is the newest"
	if field.Mark == "" {
		reason = "somebody has overwritten the post's dirty hash in Redis, so nobody can tell what waited"
	}
	return r.Letter(field, DeadNoVersion, reason)
}

// LetterPost is the post of the dead letter under a member's name, also under
// one that no post can have: it is there, so it can be shown and decided about.
// The error says that it is such a name.
func LetterPost(blog uint64, member string) (Post, error) {
	post, err := ParsePost(blog, member)
	if err != nil {
		return Post{Blog: blog, Slug: member}, err
	}
	return post, nil
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
