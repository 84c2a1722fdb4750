package appointment

// WriteResult is the answer to a batch of writes, in their order.
type WriteResult struct {
	Outcomes   [][]Outcome // per write, per field
	Epoch      uint64      // under which they were accepted
	Unverified bool        // accepted while MySQL was away
	Committed  bool        // by MySQL itself, without Redis
}

// DirtyView is what Redis holds of some posts that wp_postmeta may not have.
type DirtyView struct {
	// Leased: an owner says so (R8). If not, a reader must weigh each field
	// against the native writes.
	Leased bool
	// Generation grows with every sync that cleared a field.
	Generation uint64
	// Unseen: slugs that nobody could look up were written to, and may be these
	// posts'.
	Unseen bool
	Posts  map[string][]Dirty // by Post.Member; only posts with dirty fields
}

// Waiting is what a barrier has to bring home first (R5).
type Waiting struct {
	Members    []string // posts with dirty fields, each once, by Post.Member
	Unseen     []string // slugs that were written to while MySQL was away, and not looked up since
	Generation uint64
}

// SyncReport is the result of bringing dirty fields home.
type SyncReport struct {
	Synced     int // fields settled in MySQL
	Left       int // posts still dirty
	Waiting    int // of these, slugs that no post has, which only a new post can help; of Sync and Drain
	Dead       int // fields that became dead letters
	Generation uint64
}

// Reconciled is what a look for lost places of the dirty set found.
type Reconciled struct {
	PutBack int // posts with dirty fields that no sync would have looked at
	Stale   int // claims, ttls and places that stood for nothing
	// Miscounted is by how much the count of dirty fields was above the truth.
	Miscounted int64
}
