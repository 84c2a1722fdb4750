package redisstore

import (
	"slices"
	"strconv"
	"strings"

	"hospital-appointments-redis/sidecar/appointment"
)

// Every key name is made in this file.

type keys struct {
	prefix   string
	types    appointment.Types
	patterns []string // distinct, in the order configured: the slots of the sync scripts
}

func newKeys(prefix string, types appointment.Types) keys {
	k := keys{prefix: prefix, types: types}
	for _, each := range types {
		if !slices.Contains(k.patterns, each.Pattern) {
			k.patterns = append(k.patterns, each.Pattern)
		}
	}
	return k
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
// KeysVersion), plain (see doc.go), unseen:SLUG of each slug that was written to while nobody could
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
		pattern = k.patterns[0]
	}
	return k.pair(p.Blog, pattern, p.Member())
}

// pairs returns the pairs of a post under every pattern, in slot order.
func (k keys) pairs(p appointment.Post) []string {
	all := make([]string, 0, 2*len(k.patterns))
	for _, pattern := range k.patterns {
		hash, dirty := k.pair(p.Blog, pattern, p.Member())
		all = append(all, hash, dirty)
	}
	return all
}

// typeAt is the first post type that lives in a slot.
func (k keys) typeAt(slot int) string {
	for _, each := range k.types {
		if each.Pattern == k.patterns[slot] {
			return each.Name
		}
	}
	return ""
}

// globs match every post key of a blog; other keys may match too, so the
// caller checks with member().
func (k keys) globs(blog uint64) []string {
	escape := strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`)
	var all []string
	for _, pattern := range k.patterns {
		all = append(all, escape.Replace(k.site(blog))+strings.Replace(pattern, "{id}", "*", 1))
	}
	return all
}

// member is the inverse of pair: whose hash a key is, "" if nobody's.
func (k keys) member(blog uint64, key string) string {
	for _, pattern := range k.patterns {
		before, after, _ := strings.Cut(pattern, "{id}")
		rest, ok := strings.CutPrefix(key, k.site(blog)+before)
		if !ok {
			continue
		}
		if rest, ok = strings.CutSuffix(rest, after); !ok {
			continue
		}
		if _, err := appointment.ParsePost(blog, rest); err == nil {
			return rest
		}
	}
	return ""
}

// letter is a field's name in the hashes of dead letters and of notices.
func letter(member, key string) string { return member + ":" + key }
