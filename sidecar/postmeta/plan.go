package postmeta

import (
	"slices"

	"hospital-appointments-redis/sidecar/appointment"
)

// fence is a row of the fence table.
type fence struct {
	read    appointment.Version // newest read that was committed
	version appointment.Version // newest field version committed or left out
}

// state is what the transaction found, with everything that matters locked.
type state struct {
	site    appointment.Site
	packet  int // max_allowed_packet, bytes
	fences  map[uint64]fence
	natives map[uint64]map[string]uint64   // post (0: all) -> key ("": all; that stands for it) -> epoch
	posts   map[uint64]bool                // those that exist; true: of a type that direct writes are for
	rows    map[uint64]map[string][]uint64 // post -> key -> meta ids
	spelt   spellings                      // where a row may be born
	values  map[uint64]string              // by meta id, of the keys of what came by a slug
	alike   map[uint64]map[string][]uint64 // rows, by the key that stands for theirs
}

// ids are the rows of a key, compared as MySQL does.
func (s state) ids(post uint64, key string) []uint64 {
	if s.alike[post] == nil {
		alike := make(map[string][]uint64, len(s.rows[post]))
		for each, those := range s.rows[post] {
			one := s.spelt.of(each)
			alike[one] = append(alike[one], those...)
			slices.Sort(alike[one])
		}
		s.alike[post] = alike
	}
	return s.alike[post][s.spelt.of(key)]
}

// change is what the transaction will do.
type change struct {
	values  []row // rows that exist
	births  []row
	deletes []uint64 // meta ids
	fences  map[uint64]fence
}

type row struct {
	id, post   uint64
	key, value string
}

// plan decides the fate of a reading, and adds to the change what follows from
// it. It touches nothing else, so that the rules of R4 stand in one place.
func (s state) plan(reading appointment.Reading, c *change) appointment.Verdict {
	post := reading.Post.ID
	before := s.fences[post]
	read := appointment.Version{Epoch: s.site.Epoch, Counter: reading.Stamp}
	if read.Compare(before.read) <= 0 {
		verdict := appointment.Verdict{Fate: appointment.Forgotten}
		if before.read.Epoch == read.Epoch {
			verdict.Lift = before.read.Counter
		}
		return verdict
	}
	after := fence{read: read, version: before.version}
	if doomed := s.doomed(reading, before); len(doomed) > 0 {
		// The read counts though nothing is written: once these are buried the
		// post may be clean, and no older read may come after that.
		c.fences[post] = after
		return appointment.Verdict{Fate: appointment.Doomed, Doomed: doomed}
	}
	verdict := appointment.Verdict{Settled: make([]appointment.Settled, len(reading.Fields))}
	for i, field := range newestOfEach(reading.Fields, s.spelt) {
		leftOut := field.shadowed || changesNothing(field.Dirty) || s.overtaken(post, field.Dirty) || field.Version.Compare(before.version) <= 0
		verdict.Settled[i] = appointment.Settled{Dirty: field.Dirty, LeftOut: leftOut}
		if field.Version.Compare(after.version) > 0 {
			after.version = field.Version
		}
		if !leftOut {
			c.write(post, field.Dirty, s.ids(post, field.Key))
		}
	}
	c.fences[post] = after
	return verdict
}

// write turns one field into rows: every row of its key gets the value, as in
// core's UPDATE; a key without a row is born.
func (c *change) write(post uint64, field appointment.Dirty, ids []uint64) {
	if field.Deleted {
		c.deletes = append(c.deletes, ids...)
		return
	}
	for _, id := range ids {
		c.values = append(c.values, row{id: id, post: post, key: field.Key, value: field.Value})
	}
	if len(ids) == 0 {
		c.births = append(c.births, row{post: post, key: field.Key, value: field.Value})
	}
}

// overtaken: core wrote the field in a later epoch, or the field is from
// before the last return (R4).
func (s state) overtaken(post uint64, field appointment.Dirty) bool {
	for _, which := range []uint64{post, 0} {
		native := appointment.Native{Returned: s.site.Returned, Writes: s.natives[which]}
		if native.Overtakes(s.spelt.of(field.Key), field.Version) {
			return true
		}
	}
	return false
}

// doomed lists the fields that can never be written: those without a version or
// without the value that they had, those of a post that is gone, those accepted
// while MySQL was away which core overtook unseen, or of a post that no such write
// is for, and those that came by a slug where there is a row by now. A field not
// above the fence needs no writing any more.
func (s state) doomed(reading appointment.Reading, before fence) []appointment.DeadLetter {
	var letters []appointment.DeadLetter
	direct, exists := s.posts[reading.Post.ID]
	for _, field := range reading.Fields {
		overtaken := s.overtaken(reading.Post.ID, field)
		switch {
		case field.Version == appointment.Version{}:
			letters = append(letters, reading.NoVersion(field))
		case changesNothing(field):
		case field.BySlug && s.hasAnother(reading.Post.ID, field, before):
			letters = append(letters, reading.Letter(field, appointment.DeadOvertaken, appointment.OvertakenBySlug))
		case field.Version.Compare(before.version) <= 0:
		case overtaken && field.Unverified:
			letters = append(letters, reading.Letter(field, appointment.DeadOvertaken, "accepted while MySQL was away; WordPress wrote the same field meanwhile"))
		case field.Unverified && !field.BySlug && exists && !direct:
			letters = append(letters, reading.Letter(field, appointment.DeadPostGone, "accepted while MySQL was away; the post is of a type that is not synced"))
		case !overtaken && field.Lost:
			letters = append(letters, reading.Letter(field, appointment.DeadValueLost, "its value was lost in Redis: its mark is there, and says that it was not deleted"))
		case !overtaken && !field.Deleted && !exists:
			letters = append(letters, reading.Letter(field, appointment.DeadPostGone, "no such post in the posts table"))
		}
	}
	return letters
}

// hasAnother: of a field that came by a slug, the post has got another value,
// or may have. It is to change no row; where MySQL was away then, none that
// something newer was synced to. The fence is of all fields of the post, and so
// may have risen for another one.
func (s state) hasAnother(post uint64, field appointment.Dirty, before fence) bool {
	ids := s.ids(post, field.Key)
	if above := field.Version.Compare(before.version) > 0; above == field.Unverified {
		return false
	}
	if !field.Unverified && (len(ids) == 0 || s.overtaken(post, field)) {
		return false
	}
	return !s.hold(ids, field)
}

// hold: the rows are what the field would make them.
func (s state) hold(ids []uint64, field appointment.Dirty) bool {
	if field.Deleted || len(ids) == 0 {
		return field.Deleted && len(ids) == 0
	}
	return !slices.ContainsFunc(ids, func(id uint64) bool { value, is := s.values[id]; return !is || value != field.Value })
}

type candidate struct {
	appointment.Dirty
	shadowed bool // dirty with a newer version under another type's Redis key, or another spelling
}

// changesNothing: what came by a slug before its post changes no row, and so what
// was deleted then is over: nobody wants to be told of it.
func changesNothing(field appointment.Dirty) bool {
	return field.BySlug && field.Deleted && !field.Unverified
}

func newestOfEach(fields []appointment.Dirty, spelt spellings) []candidate {
	newest := make(map[string]appointment.Version, len(fields))
	for _, f := range fields {
		if one := spelt.of(f.Key); !changesNothing(f) && f.Version.Compare(newest[one]) > 0 {
			newest[one] = f.Version
		}
	}
	candidates := make([]candidate, len(fields))
	for i, f := range fields {
		candidates[i] = candidate{Dirty: f, shadowed: f.Version.Compare(newest[spelt.of(f.Key)]) < 0}
	}
	return candidates
}
