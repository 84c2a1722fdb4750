package model

// violation is what went wrong.
type violation uint8

const (
	fine violation = iota
	lostWrite
	olderInMySQL
	olderRead
	barrierLied
	rolledBack
	silent
	marksLeft
	letterLost
	twoRows
)

func (v violation) String() string {
	return [...]string{
		"", "an acknowledged write is lost", "an older value replaces a newer one in MySQL",
		"a reader gets an older value", "a barrier is answered too early", "what was rolled back is there",
		"an unverified write is dropped in silence", "native-write rows are left in offload",
		"a dead letter goes with an older write", "an update makes a second row",
	}[v]
}

// before: the value of operation a is older than that of b: every operation
// that could have given it had been acknowledged before b began.
func (x *explorer) before(s *state, key int, a, b uint8) bool {
	if a == b || b == 0 {
		return false
	}
	if v := x.value(a); v != x.value(b) {
		for i := range x.Ops {
			if x.Ops[i].Key == key && x.Ops[i].Value == v && s.Op[i].Outcome != unborn && s.Op[b-1].Before>>i&1 == 0 {
				return false
			}
		}
		return a != 0 || s.Op[b-1].Outcome == done
	}
	return false
}

// superseded: no operation that could have given this value is as new as all
// of those that were acknowledged.
func (x *explorer) superseded(s *state, key int, is uint8, acknowledged uint8) bool {
	v := x.value(is)
	for i := -1; i < len(x.Ops); i++ {
		if i >= 0 && (x.Ops[i].Key != key || x.Ops[i].Value != v || s.Op[i].Outcome == unborn || s.Op[i].Outcome == undoneS) || i < 0 && v != 0 {
			continue
		}
		if !x.beaten(s, key, i, acknowledged) {
			return false
		}
	}
	return true
}

// beaten: one of those acknowledged began after operation i had been.
func (x *explorer) beaten(s *state, key, i int, acknowledged uint8) bool {
	for j := range x.Ops {
		if acknowledged>>j&1 == 0 || x.Ops[j].Key != key || s.Op[j].Outcome != done || x.Ops[j].Kind == direct && x.Unverified {
			continue
		}
		if i < 0 || s.Op[j].Before>>i&1 != 0 {
			return true
		}
	}
	return false
}

// put gives a row a value.
func (x *explorer) put(s *state, key int, op uint8) {
	if cur := s.Row[key]; cur != 0 && op != 0 && x.before(s, key, op, cur) {
		s.Bad = olderInMySQL
	}
	s.Row[key] = op
}

// check looks at a whole state: what counts is never older than what was
// acknowledged.
func (x *explorer) check(s *state) violation {
	if s.Bad != fine {
		return s.Bad
	}
	if !s.Native {
		if s.NW != ([maxKeys]uint8{}) {
			return marksLeft
		}
		if s.RowID != (id{s.Run, s.R.Token}) {
			return fine // that Redis answers nothing
		}
	}
	if s.RowGone {
		return fine // nobody answers from Redis
	}
	if !x.waits(s) {
		return lostWrite
	}
	for k := 0; k < x.Keys; k++ {
		is := s.Row[k]
		if f := s.R.Dirty[k]; f.V.E != 0 && f.V.E >= s.Returned && s.NW[k] <= f.V.E && f.V.above(s.FenceV) && !x.standsBack(s, k, f) {
			is = f.Op
		}
		if is != 0 && s.Op[is-1].Outcome == undoneS {
			return rolledBack
		}
		if x.superseded(s, k, is, x.owed(s, k)) {
			return lostWrite
		}
	}
	return fine
}
