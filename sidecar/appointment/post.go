package appointment

import (
	"regexp"
	"strconv"
)

// Post names one offloaded post of one blog of the WordPress network.
type Post struct {
	Blog uint64 // blog id, 1 on a single site
	ID   uint64 // wp_posts.ID; 0 while only the slug is known
	Slug string // post_name, only while ID is 0: the guide's "appt_12345"
	Type string // post type; decides the Redis key (see Types)
}

// Member is the post's name in the dirty set: its id, or its slug while nobody
// knows the id. A slug is never all digits, so the two cannot be mistaken.
func (p Post) Member() string {
	if p.ID != 0 {
		return strconv.FormatUint(p.ID, 10)
	}
	return p.Slug
}

// slugs are what sanitize_title() leaves of ASCII, and the guide's underscore.
var slugs = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// ParsePost reads an id as the guide writes it: digits are wp_posts.ID,
// anything else is a slug. It returns ErrBadID for what can be neither.
func ParsePost(blog uint64, member string) (Post, error) {
	if id, err := strconv.ParseUint(member, 10, 64); err == nil {
		if id == 0 || strconv.FormatUint(id, 10) != member {
			return Post{}, ErrBadID
		}
		return Post{Blog: blog, ID: id}, nil
	}
	if !slugs.MatchString(member) || allDigits(member) {
		return Post{}, ErrBadID
	}
	return Post{Blog: blog, Slug: member}, nil
}

func allDigits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
