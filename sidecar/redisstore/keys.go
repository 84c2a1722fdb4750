package redisstore

import (
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"hospital-appointments-redis/sidecar/appointment"
)

// Every key name is made in this file.

type keys struct {
	prefix string
	types  appointment.Types
	own    []string                  // the patterns configured, distinct and in order
	slots  *atomic.Pointer[[]string] // own, and then those learned
}

func newKeys(prefix string, types appointment.Types) keys {
	k := keys{prefix: prefix, types: types, slots: new(atomic.Pointer[[]string])}
	for _, each := range types {
		if !slices.Contains(k.own, each.Pattern) {
			k.own = append(k.own, each.Pattern)
		}
	}
	k.slots.Store(&k.own)
	return k
}

// patterns are the slots of the sync scripts.
func (k keys) patterns() []string { return *k.slots.Load() }

// learn adds slots for what others have noted (see patterns.go). None is ever taken
// away, so that a slot stays what it was when a post was claimed.
func (k keys) learn(noted []string) {
	for {
		known := k.slots.Load()
		all := slices.Clone(*known)
		for _, pattern := range noted {
			if _, err := appointment.ParseTypes("any=" + pattern); err == nil && !slices.Contains(all, pattern) {
				all = append(all, pattern)
			}
		}
		if len(all) == len(*known) || k.slots.CompareAndSwap(known, &all) {
			return
		}
	}
}

// site is what the keys of one blog begin with.
func (k keys) site(blog uint64) string {
	if blog <= 1 {
		return k.prefix
	}
	return k.prefix + "site:" + strconv.FormatUint(blog, 10) + ":"
}

// floor is a hash: token, epoch (the lowest that may still write), counter (of
// versions and stamps), dirty (how many fields are), generation (grows with
// every sync that cleared a field), site (whose fields these are), keys (see
// KeysVersion), patterns (see patterns.go), plain (see doc.go), unseen:SLUG of each slug that was written to while nobody could
// look it up, and unseen (how many these are). They live and die together.
func (k keys) floor(blog uint64) string  { return k.site(blog) + "appointments:floor" }
func (k keys) dirty(blog uint64) string  { return k.site(blog) + "appointments:dirty" }
func (k keys) claims(blog uint64) string { return k.site(blog) + "appointments:claims" }
func (k keys) dead(blog uint64) string   { return k.site(blog) + "appointments:dead" }

// notices is a hash: member:key -> the mark under which it was synced, of what
// came past WordPress and WordPress was not told of yet. sender is who tells it
// now, so that two sidecars do not.
func (k keys) notices(blog uint64) string { return k.site(blog) + "appointments:synced" }
func (k keys) sender(blog uint64) string  { return k.site(blog) + "appointments:synced:sender" }

// ttls is a hash: member -> seconds its clean copy stays, where one was given.
func (k keys) ttls(blog uint64) string { return k.site(blog) + "appointments:ttl" }

// hash and dirty hash of a post under one pattern.
func (k keys) pair(blog uint64, pattern, member string) (string, string) {
	hash := k.site(blog) + strings.Replace(pattern, "{id}", member, 1)
	return hash, hash + ":dirty"
}

// post returns the pair of a post by its type; a slug nobody knows the type of
// lives with the first one configured.
func (k keys) post(p appointment.Post) (string, string) {
	pattern, ok := k.types.Pattern(p.Type)
	if !ok {
		pattern = k.own[0]
	}
	return k.pair(p.Blog, pattern, p.Member())
}

// pairs returns the pairs of a post under every pattern, in slot order: first
// those of the patterns configured.
func (k keys) pairs(p appointment.Post) []string {
	patterns := k.patterns()
	all := make([]string, 0, 2*len(patterns))
	for _, pattern := range patterns {
		hash, dirty := k.pair(p.Blog, pattern, p.Member())
		all = append(all, hash, dirty)
	}
	return all
}

// typeAt is the first post type that lives in a slot, "" if none does any more.
func (k keys) typeAt(slot int) string {
	for _, each := range k.types {
		if each.Pattern == k.patterns()[slot] {
			return each.Name
		}
	}
	return ""
}

// glob matches every post key of a blog under a pattern; other keys may match
// too, so the caller checks with member().
func (k keys) glob(blog uint64, pattern string) string {
	escape := strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`)
	return escape.Replace(k.site(blog)) + strings.Replace(pattern, "{id}", "*", 1)
}

// member is the inverse of pair: whose hash a key is, "" if nobody's.
func (k keys) member(blog uint64, pattern, key string) string {
	before, after, _ := strings.Cut(pattern, "{id}")
	rest, ok := strings.CutPrefix(key, k.site(blog)+before)
	if !ok {
		return ""
	}
	if rest, ok = strings.CutSuffix(rest, after); !ok {
		return ""
	}
	if _, err := appointment.ParsePost(blog, rest); err != nil {
		return ""
	}
	return rest
}

// letter is a field's name in the hashes of dead letters and of notices.
func letter(member, key string) string { return member + ":" + key }
