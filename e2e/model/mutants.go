package model

// Mutant is a line of the protocol's table of counterexamples, or a part of
// one: a rule switched off, where its story can be told.
type Mutant struct {
	Rule     string
	Scenario Scenario
}

func wp(process, value, sidecar int) Op {
	return Op{Kind: update, Process: process, Value: value, Sidecar: sidecar}
}

func own(process, value, sidecar int) Op {
	return Op{Kind: core, Process: process, Value: value, Sidecar: sidecar}
}

func api(process, value, sidecar int) Op {
	return Op{Kind: direct, Process: process, Value: value, Sidecar: sidecar}
}

func bySlug(process, value, sidecar int) Op {
	return Op{Kind: direct, Process: process, Value: value, Sidecar: sidecar, Slug: true}
}

// inside is a write in a transaction of process 1.
func inside(kind, value, key int) Op {
	return Op{Kind: kind, Process: 1, Value: value, Key: key}
}

// with switches a rule off.
func (c Scenario) with(off func(*Without)) Scenario {
	off(&c.Without)
	return c
}

// Mutants are all of them: R1, then in the order of the table. Where two rules
// hold the same story off, both are off; the note says which helps out. Of R1
// a barrier has no story: it looks at run id and token, its claim at the epoch.
func Mutants() []Mutant {
	plain := Scenario{Ops: []Op{wp(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Code: Code}
	two := Scenario{Ops: []Op{wp(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, Code: Code}
	three := Scenario{Ops: []Op{wp(0, 1, 0), wp(1, 2, 0), wp(1, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 5, Code: Code}
	alone := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0), wp(0, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Code: Code}
	dies := plain
	dies.Deaths = 1
	unconfirmed := plain
	unconfirmed.Code.Confirm = false
	back := Scenario{Ops: []Op{wp(0, 1, 0), wp(1, 0, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Code: Code}
	saw := Scenario{Ops: []Op{wp(0, 1, 0), {Kind: update, Process: 1, Looks: true}}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Code: Code}
	tx := Scenario{Ops: []Op{wp(0, 1, 0), {Kind: undone, Process: 1, Value: 2}}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Code: Code}
	asleep := plain
	asleep.Syncers = 2
	slept := Scenario{Ops: []Op{wp(0, 1, 0), own(0, 2, 0)}, Sidecars: 1, Syncers: 2, MaxEpoch: 3, Code: Code}
	slept3 := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0), own(0, 3, 0)}, Sidecars: 1, Syncers: 2, MaxEpoch: 3, Code: Code}
	older := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Restarts: 1, Older: true, Code: Code}
	twice := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Restarts: 2, Older: true, Empty: true, Counters: 4, Code: Code}
	flush := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Restarts: 1, Flush: true, Code: Code}
	flush2 := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 2, Syncers: 2, MaxEpoch: 3, Restarts: 1, Flush: true, Code: Code}
	away := Scenario{Ops: []Op{api(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, Unverified: true, Code: Code}
	offline := Scenario{Ops: []Op{api(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, Deaths: 1, Code: Code}
	reads := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, Reads: 1, MaxEpoch: 3, Code: Code}
	return []Mutant{
		{"the lease", two.with(func(w *Without) { w.Lease = true })},
		{"the lease, by a sidecar that says what is dirty", reads.with(func(w *Without) { w.LeaseDirty = true })},
		{"the deadline", three.with(func(w *Without) { w.Deadline = true })},
		{"the deadline checked after the epoch is taken", three.with(func(w *Without) { w.DeadlineAfterEpoch = true })},
		{"the wait of L", two.with(func(w *Without) { w.WaitL = true })},
		{"the wait of L, by a sidecar that writes natively", offline.with(func(w *Without) { w.WaitL = true })},
		{"the mark in one transaction, by a sidecar that writes natively", offline.with(func(w *Without) { w.OneTransaction = true })},
		{"waiting out the deadline after a reset", alone.with(func(w *Without) { w.WaitReset = true })},
		{"still the epoch whose L was waited for", three.with(func(w *Without) { w.StillWaited = true })},
		{"one transaction in R3", dies.with(func(w *Without) { w.OneTransaction = true })},
		{"writing when unchanged in R3", back.with(func(w *Without) { w.NativeUnchanged = true })},
		{"writing when equal to the row in R2", saw.with(func(w *Without) { w.EqualRow = true })},
		{"one connection in R3", plain.with(func(w *Without) { w.OneConnection = true })},
		{"R9", tx.with(func(w *Without) { w.CallersTransaction = true })},
		{"native and sync excluding each other", plain.with(func(w *Without) { w.Exclusion = true })},
		{"reading native-write rows in R4", plain.with(func(w *Without) { w.NativeRows = true })},
		{"epoch still E (nor returned)", asleep.with(func(w *Without) { w.SyncEpoch, w.ReturnedInSync = true, true })},
		{"stamp (nor the fence's version)", slept.with(func(w *Without) { w.Stamp, w.VersionFence = true, true })},
		{"claim on clear (nor the fence's version)", slept3.with(func(w *Without) { w.ClaimOnClear, w.VersionFence = true, true })},
		{"version on clear", plain.with(func(w *Without) { w.VersionOnClear = true })},
		{"version against the fence's", older.with(func(w *Without) { w.VersionFence = true })},
		{"epoch against returned in R4", twice.with(func(w *Without) { w.ReturnedInSync = true })},
		{"floor refusal", three.with(func(w *Without) { w.FloorRefusal = true })},
		{"raising the floor before the drain (nor R1's lease for the answer)", unconfirmed.with(func(w *Without) { w.RaiseBeforeDrain = true })},
		{"draining before the return", plain.with(func(w *Without) { w.DrainBeforeReturn = true })},
		{"epoch + 1 at return (nor returned)", flush2.with(func(w *Without) { w.EpochAtReturn, w.ReturnedInSync = true, true })},
		{"run id", older.with(func(w *Without) { w.RunID = true })},
		{"missing floor", flush.with(func(w *Without) { w.MissingFloor = true })},
		{"the token (nor the floor's refusal)", flush.with(func(w *Without) { w.Token, w.FloorRefusal = true, true })},
		{"a dead letter for what was accepted while MySQL was away", away.with(func(w *Without) { w.DeadUnverified = true })},
		{"dirty first, rows last", reads.with(func(w *Without) { w.DirtyFirst = true })},
		{"native rows between", reads.with(func(w *Without) { w.NativeBetween = true })},
		{"returned in the same statement", reads.with(func(w *Without) { w.ReturnedSameStatement = true })},
	}
}

// Repairs are what the model asked for beyond the protocol's text, each left
// out where its story can be told.
func Repairs() []Mutant {
	dead := Scenario{Ops: []Op{wp(0, 1, 0), {Kind: update, Value: 2, Refused: true}, own(0, 3, 0)}, Sidecars: 1, Syncers: 2, MaxEpoch: 2, Code: Code}
	dead.Code.FenceDead = false
	same := Scenario{Ops: []Op{wp(0, 1, 0), own(1, 2, 0), wp(1, 1, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Code: Code}
	same.Code.FreshUnchanged = false
	read := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, Reads: 1, MaxEpoch: 2, Restarts: 1, Older: true, Code: Code}
	read.Code.ReadFence = false
	unknown := Scenario{Ops: []Op{wp(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Code: Code}
	unknown.Code.PlainUnknown = true
	born := Scenario{Ops: []Op{{Kind: core, Value: 1, Born: true}, own(0, 2, 0), wp(1, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Code: Code}
	again := Scenario{Ops: []Op{wp(0, 1, 0), inside(opens, 2, 0), inside(closes, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Code: Code}
	again.Code.AskAgain = false
	late := Scenario{Slug: true, Ops: []Op{bySlug(0, 1, 0), wp(0, 2, 0), own(0, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Code: Code}
	dark := late
	dark.Unverified = true
	after := Scenario{Slug: true, Ops: []Op{wp(0, 2, 0), bySlug(0, 1, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Unverified: true, Code: Code}
	seen, unordered, renewed, unasked := late, after, dark, dark
	seen.Code.SlugRead, unordered.Code.SlugOrder = false, false
	renewed.Code.KeptVersion, unasked.Code.SlugBarrier = false, false
	newborn := Scenario{Slug: true, Ops: []Op{bySlug(0, 1, 0), {Kind: core, Process: 1, Value: 2, Born: true}}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Unverified: true, Code: Code}
	unnoted := Scenario{Ops: []Op{wp(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, LostRows: 1, Code: Code}
	bare := Scenario{Bare: true, Ops: []Op{api(0, 1, 0), own(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Code: Code}
	joined := Scenario{Ops: []Op{wp(0, 1, 0), wp(0, 2, 0), own(1, 3, 0), own(2, 4, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Code: Code}
	return []Mutant{
		{"a barrier joins a claim that began after its call", joined.with(func(w *Without) { w.JoinAfter = true })},
		{"looking again under the locks before a first row is made", bare.with(func(w *Without) { w.LookAgain = true })},
		{"the return's epoch noted beside the site row", unnoted.with(func(w *Without) { w.ReturnNoted = true })},
		{"the wait of L in a site row made anew", unnoted.with(func(w *Without) { w.WaitNewRow = true })},
		{"a slug's field bears a row and changes none", late.with(func(w *Without) { w.SlugMark = true })},
		{"a barrier before a post is inserted whose slug could not be looked up", newborn.with(func(w *Without) { w.BirthBarrier = true })},
		{"a slug's field that would change no row is not read", seen},
		{"a slug's field goes by its version against what the post has", unordered},
		{"a slug's field keeps its version where MySQL was away", renewed},
		{"a barrier looks up the slugs that could not be", unasked},
		{"asking what is dirty before a further write in a caller's transaction", again},
		{"a barrier for a post that this request inserted, once it is announced", born.with(func(w *Without) { w.BirthEnds = true })},
		{"raising the fence's stamp before dead letters are made", dead},
		{"a new version for a value equal to the dirty one", same},
		{"asking the fence when reading without a lease", read},
		{"taking over after an unknown outcome, whatever a barrier says", unknown},
	}
}
