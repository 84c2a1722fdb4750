package model

// What the direct API writes to a slug that no post has yet waits under the
// slug, and moves to the post once that is there.

// resolve asks MySQL whether the slug has a post. Where MySQL is away the
// client's word is taken: the write waits under the slug, and is marked.
func (x *explorer) resolve(i int) {
	s := x.from
	op := &s.Op[i]
	op.Req, op.ToSlug = reqResolved, s.Absent
	if s.Absent {
		x.emit(s, "the sidecar of write %d finds no post of that slug", i+1, 0)
	} else {
		x.emit(s, "the sidecar of write %d finds the post of that slug", i+1, 0)
	}
	if x.Unverified {
		op.ToSlug, op.Blind = true, true
		x.emit(s, "the sidecar of write %d cannot ask MySQL for the post, and takes the slug", i+1, 0)
	}
}

// appears: somebody makes the post, without this metadata, unless one of the
// writes does.
func (x *explorer) appears() {
	if x.from.Absent && !x.births() {
		s := x.from
		s.Absent = false
		x.emit(s, "the post is made", 0, 0)
	}
}

// claimSlug reads what waits under the slug.
func (x *explorer) claimSlug(at int, epoch uint8, from id) {
	s := x.from
	if drained(s.R.Slug, x.Keys) {
		return
	}
	s.R.Counter++
	s.R.SlugClaim = s.R.Counter
	s.Slot[at] = slot{At: slotSlug, Epoch: epoch, Stamp: s.R.Counter, ID: from, F: s.R.Slug}
	x.emit(s, "syncer %d claims the slug and reads it, with stamp %d", number(at), int(s.R.Counter))
}

// place decides what becomes of what waits under a slug.
func (x *explorer) place(at, side int) {
	s := x.from
	p := &s.Slot[at]
	switch {
	case s.Absent: // for as long as it may wait, or until a return
		p.At = slotSlugAbsent
		x.emit(s, "syncer %d finds no post of the slug", number(at), 0)
		p.At = slotSlugGive
		x.emit(s, "syncer %d has waited for the slug's post", number(at), 0)
	case s.Side[side].Valid:
		p.Epoch, p.ID, p.At = s.Side[side].Epoch, s.Side[side].ID, slotSlugMove
		x.emit(s, "syncer %d finds the slug's post", number(at), 0)
	case s.Native:
		p.At = slotSlugGive
		x.emit(s, "syncer %d finds the slug's post, but nobody may write to it", number(at), 0)
	}
}

// absent notes that the slug has no post: what waits there came before it.
func (x *explorer) absent(at int) {
	s := x.from
	p := s.Slot[at]
	s.Slot[at] = slot{}
	if !x.reaches(&x.from, at) || s.R.SlugClaim != p.Stamp {
		return
	}
	for k := range x.Keys {
		if d := &s.R.Slug[k]; d.V == p.F[k].V {
			d.Unverified = false
		}
	}
	x.emit(s, "syncer %d notes that what waits came before the post", number(at), 0)
}

// give makes dead letters of what may not move.
func (x *explorer) give(at int) {
	s := x.from
	p := &s.Slot[at]
	if !x.reaches(&s, at) || s.R.SlugClaim != p.Stamp {
		s.Slot[at] = slot{}
		x.emit(s, "syncer %d may not make dead letters of the slug any more", number(at), 0)
		return
	}
	for k := range x.Keys {
		if d := &s.R.Slug[k]; d.V.E != 0 && d.V == p.F[k].V {
			x.placed(&s, k)
			x.deadLetter(&s, int(d.Op)-1)
			*d = field{}
		}
	}
	s.Slot[at] = slot{}
	x.emit(s, "syncer %d makes dead letters of what the slug may not give", number(at), 0)
}

// move makes the slug's fields the post's, in one script.
func (x *explorer) move(at int) {
	s := x.from
	p := s.Slot[at]
	s.Slot[at] = slot{}
	if !x.reaches(&x.from, at) || p.Epoch < s.R.Floor || x.spent(&s) {
		x.emit(s, "syncer %d may not move the slug's fields", number(at), 0)
		return
	}
	for k := range x.Keys {
		f := s.R.Slug[k]
		if f.V.E == 0 {
			continue
		}
		if x.mayMove(&s, k, f) {
			to := &s.R.Dirty[k]
			over := to.V.E != 0
			*to = f
			to.BySlug = !f.Unverified
			if (f.Unverified || over) && x.Code.KeptVersion {
				to.BySlug, to.Unverified = true, true
			} else {
				s.R.Counter++
				to.V = version{p.Epoch, s.R.Counter}
			}
			if dead := &s.R.Dead[k]; dead.V.E != 0 {
				if x.before(&s, k, f.Op, dead.Op) {
					s.Bad = letterLost
				}
				*dead = field{}
			}
		} else if newest := max(s.R.Dirty[k].Op, s.R.Dead[k].Op); s.Op[f.Op-1].Outcome == done && x.before(&s, k, newest, f.Op) {
			s.Bad = silent
		}
		x.placed(&s, k)
	}
	s.R.Slug, s.R.SlugClaim = [maxKeys]field{}, 0
	x.emit(s, "syncer %d moves the slug's fields to the post", number(at), 0)
}

// mayMove: the post has not got that field itself, dirty or as a dead letter,
// from later: the versions tell.
func (x *explorer) mayMove(s *state, k int, f field) bool {
	d, dead := s.R.Dirty[k].V, s.R.Dead[k].V
	if x.Code.SlugOrder {
		return f.V.above(d) && f.V.above(dead)
	}
	return d.E == 0 && (f.Unverified || dead.E == 0)
}

// placed: what was written to the slug's field waits no longer.
func (x *explorer) placed(s *state, k int) {
	for i := range x.Ops {
		if x.Ops[i].Key == k {
			s.Op[i].Waits = false
		}
	}
}

// owed is the set of acknowledged operations of a field that must be visible:
// those that do not wait under a slug.
func (x *explorer) owed(s *state, key int) uint8 {
	set := x.acknowledged(s, key)
	for i := range x.Ops {
		if s.Op[i].Waits {
			set &^= 1 << i
		}
	}
	return set
}

// waits: an acknowledged write that waits under a slug is there, or one that
// is not older.
func (x *explorer) waits(s *state) bool {
	for i := range x.Ops {
		op := &s.Op[i]
		if !op.Waits || op.Outcome != done {
			continue
		}
		if f := s.R.Slug[x.Ops[i].Key]; f.V.E == 0 || int(f.Op) != i+1 && x.before(s, x.Ops[i].Key, f.Op, uint8(i+1)) {
			return false
		}
	}
	return true
}

// blind: something waits under the slug that came while MySQL was away.
func (r *redis) blind(keys int) bool {
	for k := range keys {
		if r.Slug[k].Unverified {
			return true
		}
	}
	return false
}

func drained(fields [maxKeys]field, keys int) bool {
	for k := range keys {
		if fields[k].V.E != 0 {
			return false
		}
	}
	return true
}

// standsBack: of a slug's field, what it would not change when it is synced.
func (x *explorer) standsBack(s *state, k int, f field) bool {
	if !f.BySlug || !x.Code.SlugRead {
		return false
	}
	if f.Unverified {
		return !f.V.above(s.FenceV)
	}
	return s.Row[k] != 0
}
