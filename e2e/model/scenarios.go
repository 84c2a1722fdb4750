package model

// Size is how much of an exploration is wanted.
type Size int

// Small runs with every test, Medium without -short, Large only when asked for.
const (
	Small Size = iota
	Medium
	Large
)

// Sized is a scenario and the smallest size that it belongs to.
type Sized struct {
	Size
	Scenario
}

// Scenarios are those in which nothing may go wrong.
func Scenarios() []Sized {
	keyed := func(op Op, key int) Op { op.Key = key; return op }
	refused := func(op Op) Op { op.Refused = true; return op }
	return []Sized{
		{Small, Scenario{Name: "two updates, two sidecars", Ops: []Op{wp(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, Unreachable: true}},
		{Small, Scenario{Name: "two updates, two syncers", Ops: []Op{wp(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 2, MaxEpoch: 3}},
		{Small, Scenario{Name: "a PHP process dies, a COMMIT is not answered", Ops: []Op{wp(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Deaths: 1, LostCommits: 1, Unreachable: true}},
		{Small, Scenario{Name: "an update and a write of core's", Ops: []Op{wp(0, 1, 0), own(1, 2, 1)}, Sidecars: 2, Syncers: 2, MaxEpoch: 3, Unreachable: true}},
		{Small, Scenario{Name: "equal values", Ops: []Op{wp(0, 1, 0), own(1, 2, 0), wp(1, 1, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3}},
		{Small, Scenario{Name: "the caller saw an older row", Ops: []Op{wp(0, 1, 0), {Kind: update, Process: 1, Value: 0, Looks: true}}, Sidecars: 1, Syncers: 1, MaxEpoch: 3}},
		{Small, Scenario{Name: "a transaction of the caller's", Ops: []Op{wp(0, 1, 0), {Kind: undone, Process: 1, Value: 2}}, Sidecars: 1, Syncers: 1, MaxEpoch: 3}},
		{Small, Scenario{Name: "two writes in a transaction of the caller's", Ops: []Op{wp(0, 1, 0), inside(opens, 2, 0), inside(closes, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3}},
		{Small, Scenario{Name: "two fields in a transaction of the caller's", Keys: 2, Ops: []Op{wp(0, 1, 0), inside(opens, 2, 1), inside(closes, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2}},
		{Small, Scenario{Name: "a reader", Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, Reads: 2, MaxEpoch: 3}},
		{Small, Scenario{Name: "two fields", Keys: 2, Ops: []Op{keyed(wp(0, 1, 0), 0), keyed(wp(0, 2, 0), 1), keyed(own(1, 3, 0), 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2}},
		{Small, Scenario{Name: "dead letters", Ops: []Op{wp(0, 1, 0), refused(wp(0, 2, 0)), own(0, 3, 0)}, Sidecars: 1, Syncers: 2, MaxEpoch: 2}},
		{Small, Scenario{Name: "Redis restarts empty", Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Restarts: 1, Empty: true}},
		{Small, Scenario{Name: "Redis restarts with its data", Ops: []Op{wp(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Restarts: 1, Complete: true}},
		{Small, Scenario{Name: "FLUSHALL", Ops: []Op{wp(0, 1, 0), own(0, 2, 0)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, Restarts: 1, Flush: true}},
		{Small, Scenario{Name: "Redis comes back older", Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Restarts: 1, Older: true, Counters: 4}},
		{Small, Scenario{Name: "the direct API, MySQL away", Ops: []Op{api(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 2, Unverified: true}},
		{Small, Scenario{Name: "the direct API", Ops: []Op{api(0, 1, 0), api(0, 2, 0), wp(1, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2}},
		{Small, Scenario{Name: "the direct API without Redis", Ops: []Op{api(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3}},
		{Small, Scenario{Name: "the direct API, a sidecar dies, a COMMIT is not answered", Ops: []Op{api(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Deaths: 1, LostCommits: 1}},
		{Small, Scenario{Name: "the site row is lost", Ops: []Op{wp(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, LostRows: 1}},
		{Medium, Scenario{Name: "the site row is lost, two sidecars", Ops: []Op{wp(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, LostRows: 1}},
		{Medium, Scenario{Name: "the site row is lost, and Redis comes back older", Ops: []Op{wp(0, 1, 0), own(0, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, LostRows: 1, Restarts: 1, Older: true, Counters: 4}},
		{Small, Scenario{Name: "a field without a row", Bare: true, Ops: []Op{api(0, 1, 0), own(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3}},
		{Small, Scenario{Name: "a slug, an update, a write of core's", Slug: true, Ops: []Op{bySlug(0, 1, 0), wp(0, 2, 0), own(0, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2}},
		{Small, Scenario{Name: "a slug, MySQL away", Slug: true, Ops: []Op{bySlug(0, 1, 0), wp(0, 2, 0), own(0, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Unverified: true}},
		{Small, Scenario{Name: "a slug after an update, MySQL away", Slug: true, Ops: []Op{wp(0, 2, 0), bySlug(0, 1, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Unverified: true}},
		{Small, Scenario{Name: "a post is inserted with a field, which another request and core write again", Ops: []Op{{Kind: core, Value: 1, Born: true}, own(0, 2, 0), wp(1, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3}},
		{Small, Scenario{Name: "a post is inserted with a field, which the same request writes again", Ops: []Op{{Kind: core, Value: 1, Born: true}, wp(0, 2, 0), own(0, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3}},
		{Small, Scenario{Name: "a slug, its post is inserted with the field", Slug: true, Ops: []Op{bySlug(0, 1, 0), {Kind: core, Process: 1, Value: 2, Born: true}}, Sidecars: 1, Syncers: 1, MaxEpoch: 2}},
		{Small, Scenario{Name: "a slug, its post is inserted with the field, MySQL away", Slug: true, Ops: []Op{bySlug(0, 1, 0), {Kind: core, Process: 1, Value: 2, Born: true}}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Unverified: true}},
		{Small, Scenario{Name: "a slug, another field, MySQL away", Slug: true, Keys: 2, Ops: []Op{bySlug(0, 1, 0), keyed(wp(1, 2, 0), 1)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Unverified: true}},
		{Small, Scenario{Name: "a slug, dead letters, MySQL away", Slug: true, Ops: []Op{bySlug(0, 1, 0), refused(wp(1, 2, 0))}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Unverified: true}},

		{Medium, Scenario{Name: "three updates, two outages", Ops: []Op{wp(0, 1, 0), wp(1, 2, 0), wp(1, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 5}},
		{Medium, Scenario{Name: "two writes in a transaction of the caller's, two sidecars", Ops: []Op{wp(0, 1, 1), inside(opens, 2, 0), inside(closes, 3, 0)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3}},
		{Medium, Scenario{Name: "two updates, two sidecars with their syncers", Ops: []Op{wp(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 2, MaxEpoch: 3}},
		{Medium, Scenario{Name: "two updates and a write of core's", Ops: []Op{wp(0, 1, 0), wp(1, 2, 0), own(2, 3, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2}},
		{Medium, Scenario{Name: "barriers that join", Ops: []Op{wp(0, 1, 0), wp(0, 2, 0), own(1, 3, 0), own(2, 4, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2}},
		{Medium, Scenario{Name: "two fields, two syncers", Keys: 2, Ops: []Op{keyed(wp(0, 1, 0), 0), keyed(wp(0, 2, 0), 1), keyed(own(1, 3, 0), 0)}, Sidecars: 1, Syncers: 2, MaxEpoch: 2}},
		{Medium, Scenario{Name: "a reader, Redis comes back older", Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, Reads: 1, MaxEpoch: 2, Restarts: 1, Older: true, Counters: 4}},
		{Medium, Scenario{Name: "two restarts, empty or complete", Ops: []Op{wp(0, 1, 0), own(0, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Restarts: 2, Empty: true, Complete: true}},

		{Medium, Scenario{Name: "the direct API, MySQL away, two outages", Ops: []Op{api(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, Unverified: true}},
		{Medium, Scenario{Name: "the direct API, Redis restarts with its data", Ops: []Op{api(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Restarts: 1, Complete: true}},
		{Medium, Scenario{Name: "the direct API, MySQL away, a write of core's", Ops: []Op{api(0, 1, 0), own(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, Unverified: true, LostCommits: 1}},
		{Medium, Scenario{Name: "a slug, an update, a reader", Slug: true, Ops: []Op{bySlug(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, Reads: 1, MaxEpoch: 2}},
		{Medium, Scenario{Name: "a slug, a write of core's, a reader, MySQL away", Slug: true, Ops: []Op{bySlug(0, 1, 0), own(1, 2, 0)}, Sidecars: 1, Syncers: 1, Reads: 1, MaxEpoch: 2, Unverified: true}},
		{Medium, Scenario{Name: "a slug, two syncers, MySQL away", Slug: true, Ops: []Op{bySlug(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 2, MaxEpoch: 2, Unverified: true}},

		{Large, Scenario{Name: "a slug, an update, a reader, an outage", Slug: true, Ops: []Op{bySlug(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, Reads: 1, MaxEpoch: 3}},
		{Large, Scenario{Name: "a slug, a write of core's, an outage, MySQL away", Slug: true, Ops: []Op{bySlug(0, 1, 0), own(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Unverified: true}},
		{Large, Scenario{Name: "three updates, two outages, two syncers", Ops: []Op{wp(0, 1, 0), wp(1, 2, 0), wp(1, 3, 0)}, Sidecars: 1, Syncers: 2, MaxEpoch: 5}},
		{Large, Scenario{Name: "three writers, two sidecars", Ops: []Op{wp(0, 1, 0), wp(1, 2, 1), own(2, 3, 0)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3}},
		{Large, Scenario{Name: "the direct API, two sidecars", Ops: []Op{api(0, 1, 0), api(0, 2, 0), wp(1, 3, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3}},
		{Large, Scenario{Name: "the direct API, Redis restarts empty", Ops: []Op{api(0, 1, 0), wp(1, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 2, Restarts: 1, Empty: true}},
		{Large, Scenario{Name: "older, twice", Ops: []Op{wp(0, 1, 0), wp(0, 2, 0)}, Sidecars: 1, Syncers: 1, MaxEpoch: 3, Restarts: 2, Older: true, Empty: true, Counters: 4}},
		{Large, Scenario{Name: "a reader, two sidecars", Ops: []Op{wp(0, 1, 0), wp(1, 2, 1)}, Sidecars: 2, Syncers: 1, Reads: 2, MaxEpoch: 3}},
		{Large, Scenario{Name: "everything at once", Ops: []Op{wp(0, 1, 0), own(1, 2, 1)}, Sidecars: 2, Syncers: 1, MaxEpoch: 3, Deaths: 1, LostCommits: 1, Restarts: 1, Empty: true, Complete: true, Flush: true, Unreachable: true}},
	}
}
