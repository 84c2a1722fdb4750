package appointment

// Lease is the right to act as owner of a site's offloaded fields (R1): an
// epoch read from MySQL less than one lease period ago, and the token of the
// Redis that this epoch works with.
type Lease struct {
	Blog  uint64
	Epoch uint64
	Token string // "run id:token" of that Redis
	// Unverified: MySQL is away and the epoch is the last one known. Only the
	// direct API may write under it, and what it writes is marked.
	Unverified bool
}

// Site is a row of {base prefix}hospital_sync_state.
type Site struct {
	Blog     uint64
	Epoch    uint64
	Native   bool   // core writes; false: sidecars acknowledge
	Held     bool   // native until further notice: the plugin is being deactivated
	Settled  uint64 // newest epoch whose lease period was waited out
	Returned uint64 // epoch of the newest return
	RedisID  string // run id and token of the Redis this ownership works with
}

// Floor is who a Redis works for, as it says itself.
type Floor struct {
	ID      string // run id and token, as in Site.RedisID
	Missing bool   // there is no floor: an empty Redis, or one that was emptied
	Site    string // identity of the site whose fields these are
	Epoch   uint64 // the lowest that may still write
	Newer   bool   // a newer version of the sidecar keeps these keys
}
