package model

// Op is one operation of a scenario. Operations of one process follow each
// other; others may overlap.
type Op struct {
	Kind    int
	Process int
	Key     int
	Value   int // 0: the value that the rows have at the start
	Sidecar int
	Refused bool // MySQL refuses this value for good
	Looks   bool // it saw the row before, and says so
	Slug    bool // the direct API's, by the slug of a post that may not be there yet
	Born    bool // core's, with the insertion of the post
}

// Scenario is who takes part and how much may go wrong.
type Scenario struct {
	Name     string
	Ops      []Op
	Keys     int
	Sidecars int
	Syncers  int
	Reads    int // of field 0, by a reader that asks the last sidecar
	MaxEpoch int // take-overs by PHP only below it

	Restarts, Deaths, LostCommits, LostRows int
	// What a Redis may do within Restarts.
	Empty, Older, Complete, Flush bool

	Bare        bool // no field has a row at first
	Slug        bool // the post is not there at first, and is written to by its slug
	Unverified  bool // MySQL may be away for a sidecar alone
	Unreachable bool // a sidecar may refuse connections
	// Code as it is, where the protocol's text differs.
	Code Deviations

	Without  Without
	Counters int // where an older Redis may come back: the highest counter; 0: 7
	Limit    int // states; 0: no limit
	Depth    int // steps; 0: no limit
}

// Deviations of the code from the text of the protocol.
type Deviations struct {
	OwnClaim     bool // (a) a barrier is content with a committed claim of its own
	Joined       bool // or of another barrier of its sidecar, that began after its call
	NoLift       bool // without (b)
	OffloadBlind bool // (c) native-write rows are not read in offload
	PlainRefused bool // (d) certainly not done, then a barrier, then core's write in offload
	PlainUnknown bool // (d) taken too far: after an unknown outcome too
	Confirm      bool // (e) acknowledged only while the epoch's lease holds
	Prune        bool // (f)
	DirectNative bool // (g) what Redis did not take of the direct API, its sidecar writes as PHP would
	// Repairs of what this model found.
	FreshUnchanged bool // a value equal to the dirty one gets a new version all the same
	FenceDead      bool // the fence's stamp is raised before dead letters are made, and the rest read anew
	ReadFence      bool // a reader without a lease asks the fence as well
	AskAgain       bool // a further write in a caller's transaction asks what is dirty
	// Of slugs.
	SlugRead    bool // what would change no row when it is synced is not read either
	SlugOrder   bool // a field goes by its version against what the post has dirty or as a dead letter
	SlugBarrier bool // a barrier waits for what came by a slug that could not be looked up
	KeptVersion bool // what came while MySQL was away keeps its version when it moves
}

// Protocol is the text; Code is what the repository does; both with the
// repairs that the model asked for.
var (
	Protocol = Deviations{}.Repaired()
	Code     = Deviations{
		OwnClaim: true, Joined: true, OffloadBlind: true, PlainRefused: true, Confirm: true, Prune: true, DirectNative: true,
	}.Repaired()
)

// Repaired is with all repairs.
func (d Deviations) Repaired() Deviations {
	d.FreshUnchanged, d.FenceDead, d.ReadFence, d.AskAgain = true, true, true, true
	d.SlugRead, d.SlugOrder, d.SlugBarrier, d.KeptVersion = true, true, true, true
	return d
}

// Without switches rules off: each is a mutant.
type Without struct {
	Lease, LeaseDirty, Deadline, DeadlineAfterEpoch, WaitL, WaitReset, StillWaited, OneTransaction, NativeUnchanged, EqualRow,
	OneConnection, CallersTransaction, Exclusion, NativeRows, SyncEpoch, Stamp, ClaimOnClear, VersionOnClear,
	VersionFence, ReturnedInSync, FloorRefusal, RaiseBeforeDrain, DrainBeforeReturn, EpochAtReturn, RunID,
	MissingFloor, Token, DirtyFirst, DeadUnverified, NativeBetween, ReturnedSameStatement,
	SlugMark, ReturnNoted, WaitNewRow, BirthBarrier, BirthEnds, LookAgain, JoinAfter bool
}
