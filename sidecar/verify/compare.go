package verify

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"hospital-appointments-redis/sidecar/appointment"
)

// found is a finding, and what may be done about it without a decision.
type found struct {
	appointment.Finding
	trace string // what it looked like: another look must see the same
	mend  mend
}

type mend int

const (
	nothing    mend = iota
	sync            // let a sync look at the post now
	dropCopies      // drop the post's clean copies
)

// identity tells two looks at one thing from looks at two.
type identity struct{ code, post, key, trace string }

func (f found) identity() identity { return identity{f.Code, f.Post, f.Key, f.trace} }

func about(code, post, key, trace string, m mend, format string, args ...any) found {
	sum := sha256.Sum256([]byte(trace)) // not values: there may be many
	trace = string(sum[:])
	return found{appointment.Finding{Code: code, Post: post, Key: key, Message: fmt.Sprintf(format, args...)}, trace, m}
}

// compare is every rule about one post. It touches nothing.
func compare(h appointment.Held, f appointment.Facts, site appointment.Site) []found {
	if h.Bad != "" {
		return []found{about("bad_place", h.Bad, "", "", sync, "the dirty set or the claims name something that can be no post")}
	}
	name := h.Post.Member()
	if h.Foreign {
		return []found{about("foreign_keys", name, "", "", nothing, "the keys of post %s in Redis hold what no sidecar has put there: it cannot be offloaded until they are removed", name)}
	}
	var all []found
	add := func(code, key, trace string, m mend, format string, args ...any) {
		all = append(all, about(code, name, key, trace, m, format, args...))
	}
	switch {
	case len(h.Dirty) > 0 && !h.Placed:
		add("no_place", "", "", sync, "post %s has %d unsynced fields and no place in the dirty set: no sync would look at them", name, len(h.Dirty))
	case len(h.Dirty) == 0 && h.Placed:
		add("empty_place", "", "", sync, "post %s has a place in the dirty set and nothing unsynced", name)
	case len(h.Dirty) == 0 && h.Claimed:
		add("stale_claim", "", "", sync, "a claim is noted for post %s, which has nothing unsynced", name)
	}
	gone := h.Post.ID != 0 && f.Type == ""
	for _, d := range h.Dirty {
		switch {
		case d.Version == appointment.Version{}:
			add("no_version", d.Key, d.Mark, sync, "an unsynced field of post %s has a mark that no sidecar made: a sync makes it a dead letter", name)
		case d.Version.Epoch > site.Epoch:
			add("epoch_ahead", d.Key, d.Mark, nothing, "an unsynced field of post %s is of epoch %d, and the site row says %d", name, d.Version.Epoch, site.Epoch)
		case h.Post.ID != 0 && d.Version.Compare(f.Fence) <= 0:
			add("already_synced", d.Key, d.Mark, sync, "a field of post %s is marked unsynced, and MySQL has that version or a later one: a sync clears the mark", name)
		case d.Lost:
			add("value_lost", d.Key, d.Mark, sync, "the value of an unsynced field of post %s was lost: a sync makes it a dead letter", name)
		case gone && !d.Deleted:
			add("post_gone", d.Key, d.Mark, sync, "post %s is gone, and a field of it waits to be written: a sync makes it a dead letter", name)
		}
		if n := len(f.Rows[d.Key]); n > 1 {
			add("duplicate_rows", d.Key, fmt.Sprint(n), nothing, "an unsynced field of post %s has %d rows in wp_postmeta: a sync will write its value into each", name, n)
		}
	}
	if h.Post.ID == 0 {
		return all
	}
	if gone && len(h.Copies) > 0 {
		add("copy_of_nothing", "", "", dropCopies, "Redis has copies of %d fields of post %s, which is gone", len(h.Copies), name)
		return all
	}
	for _, key := range slices.Sorted(maps.Keys(h.Copies)) {
		rows := f.Rows[key]
		switch {
		case len(rows) > 1:
			add("duplicate_rows", key, fmt.Sprint(len(rows)), nothing, "Redis has one value of a field of post %s, and wp_postmeta %d rows", name, len(rows))
		case len(rows) == 0:
			add("stale_copy", key, h.Copies[key], dropCopies, "Redis has a clean copy of a field of post %s, and wp_postmeta no row", name)
		case rows[0] != h.Copies[key]:
			add("stale_copy", key, h.Copies[key]+"\x00"+rows[0], dropCopies, "Redis' clean copy of a field of post %s differs from its row", name)
		}
	}
	return all
}

func sorted(names map[string]bool) []string { return slices.Sorted(maps.Keys(names)) }
