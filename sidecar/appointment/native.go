package appointment

// Native is what MySQL holds against the dirty fields of one post while core
// may be writing (protocol R4, R8).
type Native struct {
	Returned uint64            // epoch of the newest return
	Writes   map[string]uint64 // meta key, or "" for all keys -> epoch of core's newest write, to this post or to all posts
	// Fence is the newest version of the post that is in MySQL or was left out,
	// if it was asked for: a Redis that came back older has nothing above it.
	Fence Version
}

// Overtakes reports whether a dirty field of that version does not count any
// more: it is from before the newest return, core wrote the key in a later
// epoch, or it is not above the fence.
func (n Native) Overtakes(key string, v Version) bool {
	return v.Compare(n.Fence) <= 0 || v.Epoch < n.Returned || n.Writes[key] > v.Epoch || n.Writes[""] > v.Epoch
}
