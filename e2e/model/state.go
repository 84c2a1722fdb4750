package model

// Bounds of every scenario. A field that a scenario does not use costs nothing.
const (
	maxKeys  = 2
	maxOps   = 4
	maxSides = 2
	maxSlots = 2 + maxOps // syncers, then the barrier of each operation
)

// Operation kinds.
const (
	update = iota // WordPress' update, offloaded if it can be
	core          // what core writes itself after a barrier: add, delete, by meta id
	direct        // the direct API: no deadline; its sidecar is what falls back
	undone        // an update in a transaction that its caller rolls back
	opens         // the first write of a transaction of the caller's, which stays open
	closes        // a further write of that transaction, and its COMMIT
)

// Operation outcomes.
const (
	unborn  = iota
	running // it has begun and has not ended
	done    // acknowledged
	open    // ended without an answer: it may count, now or later, or never
	undoneS // rolled back by its caller: it may never be seen
	excused // acknowledged and lost with Redis' own data, or a dead letter
)

// Where PHP is in an operation.
const (
	pcIdle      = iota
	pcWaiting   // for the sidecar's answer
	pcReset     // for the deadline: the connection was reset
	pcTakeOver  // no answer, or no barrier: the site must be native
	pcRefused   // certainly not done: a barrier will do in offload
	pcWaitL     // native; L is waited out
	pcNative    // the native transaction is next
	pcBarrier   // a barrier of its own is under way
	pcPlain     // core's own SQL is next, in offload
	pcInserted  // core has inserted the post, and adds its metadata next
	pcMarked    // only without "one transaction": marked, not written
	pcLostWrite // only without "one connection": the write, run again alone
	pcEnded
)

// Where a request is.
const (
	reqNone     = iota
	reqQueued   // in the sidecar's socket
	reqResolved // only by a slug: MySQL was asked for its post
	reqChecked  // only with the deadline checked first: the epoch comes next
	reqInFlight // on its way to Redis
	reqExecuted // the script has run, the answer is on its way
)

// Where a sync is.
const (
	slotIdle      = iota
	slotRead      // claimed and read
	slotPlanned   // only without the exclusion: locks taken, native rows read, not written
	slotBury      // dead letters first
	slotCommitted // compare-and-clear is next
	slotSlug      // claimed and read what waits under the slug
	slotSlugAbsent
	slotSlugGive // what may not move becomes dead letters
	slotSlugMove
)

// What a sync does with a field.
const (
	fateNone = iota
	fateWritten
	fateLeftOut
	fateDoomed
)

// version is (epoch, counter); the zero value is none.
type version struct{ E, C uint8 }

func (v version) above(w version) bool { return v.E > w.E || v.E == w.E && v.C > w.C }

// field is a dirty field: version and the operation whose value it is.
type field struct {
	V          version
	Op         uint8 // index + 1
	Unverified bool
	BySlug     bool // it moved there, and changes no newer row
}

// transaction is a caller's: the row that it has written and locks.
type transaction struct {
	By, Key, Op uint8 // process + 1, key, op + 1
	Mark        uint8 // native: the epoch, and site row and fence are locked too
}

// redis is everything that one Redis holds.
type redis struct {
	Token, Floor, Counter, Claim uint8
	Dirty                        [maxKeys]field
	Slug                         [maxKeys]field // waits under the slug
	Dead                         [maxKeys]field // the post's dead letters; only where there are slugs
	SlugClaim                    uint8
}

// id is run id and token.
type id struct{ Run, Token uint8 }

type sidecar struct {
	Valid  bool  // the lease
	Epoch  uint8 // of the lease, or of the last sighting
	ID     id    // the row's then
	Return uint8 // 0, 1: floor raised, 2: found drained
	RetE   uint8
	RetID  id
}

type slot struct {
	At, Epoch, Stamp uint8
	ID               id
	F                [maxKeys]field
	Fate             [maxKeys]uint8
	Joined           uint8 // barriers of the same sidecar that had been asked for before this claim
}

type operation struct {
	Outcome, PC   uint8
	Before        uint8 // operations that were acknowledged before this one began
	V             version
	Lost          bool // its dirty value went with Redis' data
	Home          bool // a sync has written it
	Req, ReqE     uint8
	ReqID         id
	ReqUnverified bool
	ToSlug        bool  // no post has the slug, or so the sidecar saw
	Blind         bool  // it could not look
	Waits         bool  // under the slug
	Seen          uint8 // the epoch whose L is waited for
	Passed        bool  // the deadline, of a request that is yet to be checked
	Sent          uint8 // only without "waiting out the deadline after a reset": the site's epoch then
	Mark          uint8 // only without "one transaction"
	BarE          uint8
	BarID         id
	BarBefore     uint8 // acknowledged before the barrier was asked for
	BarHome       bool  // another barrier's claim has brought home what it asked for
	Row           uint8 // the row as the caller saw it, op + 1
	Looked        bool
	NoRow         bool // core found none, without a barrier
}

type reader struct {
	At, Left uint8
	Before   uint8
	Leased   bool
	D        field
	Row, NW  uint8
	Returned uint8
	HasD     bool
	Last     uint8 // what the previous read gave, op + 1
	HasLast  bool
	FenceV   version
}

// state is all there is. It is comparable, and has no pointers.
type state struct {
	// MySQL
	Epoch, Settled, Returned uint8
	Native                   bool
	Absent                   bool  // the post is not there yet
	RowGone                  bool  // the site row is lost
	Noted                    uint8 // beside it, the epoch of the last return
	RowID                    id
	FenceRead, FenceV        version
	NW                       [maxKeys]uint8 // native-write rows: epoch
	Row                      [maxKeys]uint8 // whose value, op + 1; 0: the value from before
	Tx                       transaction    // of a caller, open
	// Redis
	Run   uint8
	Next  uint8 // next token
	R     redis
	Saved redis // a snapshot on disk
	Snap  bool
	// processes
	Side [maxSides]sidecar
	Slot [maxSlots]slot
	Op   [maxOps]operation
	Rd   reader
	// how much more may go wrong
	Restarts, Deaths, LostCommits, LostRows uint8
	// what went wrong already
	Bad violation
}

// start is a site in offload mode, epoch 2, one return after its first start.
func (c *Scenario) start() state {
	s := state{Epoch: 2, Settled: 1, Returned: 2, Noted: 2, RowID: id{1, 1}, Run: 1, Next: 2}
	s.R = redis{Token: 1, Floor: 1}
	s.Absent = c.Slug || c.births()
	s.Rd.Left = uint8(c.Reads)
	s.Restarts, s.Deaths, s.LostCommits, s.LostRows = uint8(c.Restarts), uint8(c.Deaths), uint8(c.LostCommits), uint8(c.LostRows)
	return s
}

// spent: an older Redis may come back, and the counter is as high as explored.
func (x *explorer) spent(s *state) bool {
	highest := x.Counters
	if highest == 0 {
		highest = 7
	}
	return x.Older && int(s.R.Counter) >= highest
}
