package model

// sync takes the steps of one syncer: R4.
func (x *explorer) sync(at, side int) {
	s := &x.from
	if s.Slot[at].At != slotIdle {
		x.advance(at, side, "syncer")
		t := *s
		t.Slot[at] = slot{}
		x.emit(t, "syncer %d forgets what it read", number(at), 0)
		return
	}
	if s.RowGone || s.R.Token == 0 && !x.Without.MissingFloor {
		return
	}
	from := s.RowID
	if s.Native {
		from = id{s.Run, s.R.Token} // whichever Redis there is: R7
	}
	if from.Run != s.Run && !x.Without.RunID || !x.accepts(s, from.Token) {
		return
	}
	if !s.R.clean(x.Keys) {
		x.claim(at, s.Epoch, from, "syncer")
	}
	x.claimSlug(at, s.Epoch, from)
}

// claim reads all dirty fields of the post under a new stamp.
func (x *explorer) claim(at int, epoch uint8, from id, who string) {
	s := x.from
	if x.spent(&s) {
		return
	}
	s.R.Counter++
	s.R.Claim = s.R.Counter
	s.Slot[at] = slot{At: slotRead, Epoch: epoch, Stamp: s.R.Counter, ID: from, F: s.R.Dirty, Joined: x.joined(at)}
	x.emit(s, who+" %d claims the post and reads it, with stamp %d", number(at), int(s.R.Counter))
}

// advance takes the next step of a sync that has read. It returns the state
// after a compare-and-clear under its own claim, for a barrier.
func (x *explorer) advance(at, side int, who string) *state {
	switch x.from.Slot[at].At {
	case slotRead:
		x.commit(at, who)
	case slotPlanned:
		s := x.from
		x.apply(&s, at)
		s.Slot[at].At = slotCommitted
		x.emit(s, who+" %d writes and commits", number(at), 0)
	case slotBury:
		x.bury(at, who)
	case slotCommitted:
		return x.clear(at, who)
	case slotSlug:
		x.place(at, side)
	case slotSlugAbsent:
		x.absent(at)
	case slotSlugGive:
		x.give(at)
	case slotSlugMove:
		x.move(at)
	}
	return nil
}

// commit is R4's transaction, in one step, since its locks are held to the end.
func (x *explorer) commit(at int, who string) {
	s := x.from
	p := &s.Slot[at]
	read := version{p.Epoch, p.Stamp}
	if (p.Epoch != s.Epoch || s.RowGone) && !x.Without.SyncEpoch {
		s.Slot[at] = slot{}
		x.emit(s, who+" %d finds another epoch and forgets", number(at), 0)
		return
	}
	if !read.above(s.FenceRead) && !x.Without.Stamp {
		if s.FenceRead.E == read.E && p.ID == (id{s.Run, s.R.Token}) && !x.Code.NoLift {
			s.R.Counter = max(s.R.Counter, s.FenceRead.C)
		}
		s.Slot[at] = slot{}
		x.emit(s, who+" %d finds a newer read committed and forgets", number(at), 0)
		return
	}
	if x.lockedFor(p) {
		return // it can only forget, and come again
	}
	if x.plan(&s, at) {
		p.At = slotBury
		if x.Code.FenceDead {
			s.FenceRead = read // before the post may look clean, all older reads must be dead
		}
		x.emit(s, who+" %d finds what can never be written", number(at), 0)
		return
	}
	if x.Without.Exclusion {
		p.At = slotPlanned
		x.emit(s, who+" %d has read the native writes", number(at), 0)
		return
	}
	x.apply(&s, at)
	p.At = slotCommitted
	x.emit(s, who+" %d commits", number(at), 0)
	if x.from.LostCommits > 0 {
		t := s
		t.LostCommits--
		t.Slot[at] = slot{}
		x.emit(t, who+" %d commits, but the answer is lost", number(at), 0)
	}
}

// plan decides the fate of each field; true: some must become dead letters first.
func (x *explorer) plan(s *state, at int) bool {
	p := &s.Slot[at]
	doomed := false
	for k := 0; k < x.Keys; k++ {
		f := p.F[k]
		if f.V.E == 0 {
			continue
		}
		known := !f.V.above(s.FenceV) && !x.Without.VersionFence
		overtaken := x.overtaken(s, k, f)
		later := f.BySlug && s.Row[k] != 0 && !overtaken && !known && !x.Without.SlugMark
		if f.BySlug && f.Unverified { // known by a sync of another field of the post, or by a newer write of this
			later = known && x.value(s.Row[k]) != x.value(f.Op)
		}
		switch {
		case overtaken && f.Unverified && !known && !x.Without.DeadUnverified, later, x.Ops[f.Op-1].Refused && !overtaken && !known:
			p.Fate[k], doomed = fateDoomed, true
		case overtaken || known:
			p.Fate[k] = fateLeftOut
		default:
			p.Fate[k] = fateWritten
		}
	}
	return doomed
}

func (x *explorer) overtaken(s *state, k int, f field) bool {
	if f.V.E < s.Returned && !x.Without.ReturnedInSync {
		return true
	}
	if x.Without.NativeRows || x.Code.OffloadBlind && !s.Native {
		return false
	}
	return s.NW[k] > f.V.E
}

// apply writes the rows and raises the fence.
func (x *explorer) apply(s *state, at int) {
	p := &s.Slot[at]
	for k := 0; k < x.Keys; k++ {
		if p.Fate[k] == fateWritten {
			x.put(s, k, p.F[k].Op)
			s.Op[p.F[k].Op-1].Home = x.Unverified || x.Slug
		}
		if p.F[k].V.above(s.FenceV) {
			s.FenceV = p.F[k].V
		}
	}
	if read := (version{p.Epoch, p.Stamp}); read.above(s.FenceRead) {
		s.FenceRead = read
	}
}

// reaches: a message of this sync still meets the Redis that it was made for.
func (x *explorer) reaches(s *state, at int) bool {
	p := &s.Slot[at]
	return (p.ID.Run == s.Run || x.Without.RunID) && x.accepts(s, p.ID.Token)
}

// bury makes dead letters, under its own claim.
func (x *explorer) bury(at int, who string) {
	s := x.from
	p := &s.Slot[at]
	if !x.reaches(&s, at) || s.R.Claim != p.Stamp {
		s.Slot[at] = slot{}
		x.emit(s, who+" %d may not make dead letters any more", number(at), 0)
		return
	}
	rest := false
	for k := 0; k < x.Keys; k++ {
		if p.Fate[k] == fateDoomed {
			if d := &s.R.Dirty[k]; d.V == p.F[k].V {
				x.deadLetter(&s, int(d.Op)-1)
				if x.Slug {
					s.R.Dead[k] = *d
				}
				*d = field{}
			}
			p.F[k] = field{}
		}
		p.Fate[k] = fateNone
		rest = rest || p.F[k].V.E != 0
	}
	p.At = slotRead
	if !rest {
		p.At = slotCommitted
	} else if x.Code.FenceDead {
		s.Slot[at] = slot{} // the rest is read anew: this stamp is spent
	}
	x.emit(s, who+" %d makes dead letters", number(at), 0)
}

// deadLetter excuses an operation, and those that it came after.
func (x *explorer) deadLetter(s *state, i int) {
	o := &s.Op[i]
	if o.Outcome == running {
		o.Lost = true
	}
	for j := range x.Ops {
		if p := &s.Op[j]; p.Outcome == done && x.Ops[j].Key == x.Ops[i].Key && (j == i || o.Before>>j&1 != 0) {
			p.Outcome = excused
		}
	}
}

// clear is the compare-and-clear. The state after it, if the claim was ours.
func (x *explorer) clear(at int, who string) *state {
	s := x.from
	p := s.Slot[at]
	s.Slot[at] = slot{}
	if !x.reaches(&x.from, at) {
		x.emit(s, who+" %d cannot clear: it is another Redis", number(at), 0)
		return nil
	}
	if s.R.Claim != p.Stamp && !x.Without.ClaimOnClear {
		x.emit(s, who+" %d does not clear: the claim is another's", number(at), 0)
		return nil
	}
	for k := 0; k < x.Keys; k++ {
		d := &s.R.Dirty[k]
		if p.Fate[k] != fateNone && d.V.E != 0 && (d.V == p.F[k].V || x.Without.VersionOnClear) {
			if o := s.Op[d.Op-1]; p.Fate[k] == fateLeftOut && d.Unverified && o.Outcome == done && !o.Home {
				s.Bad = silent
			}
			*d = field{}
		}
	}
	if s.R.clean(x.Keys) {
		s.R.Claim = 0
	}
	for j := range x.Ops {
		s.Op[j].BarHome = s.Op[j].BarHome || p.Joined>>j&1 != 0
	}
	x.emit(s, who+" %d clears what it synced", number(at), 0)
	return &s
}
