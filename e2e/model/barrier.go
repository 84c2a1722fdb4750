package model

// beginBarrier: R5, for a write that core does itself. Under a lease.
func (x *explorer) beginBarrier(i int) {
	side := x.from.Side[x.Ops[i].Sidecar]
	if !side.Valid {
		return
	}
	s := x.from
	op := &s.Op[i]
	op.PC, op.BarE, op.BarID, op.BarBefore = pcBarrier, side.Epoch, side.ID, x.owed(&s, -1)
	for j := range x.Ops {
		if p := &s.Slot[2+j]; x.Without.JoinAfter && j != i && p.At != slotIdle && x.Ops[j].Sidecar == x.Ops[i].Sidecar {
			p.Joined |= 1 << i
		}
	}
	x.emit(s, "sidecar %[2]d begins a barrier for write %[1]d", i+1, x.Ops[i].Sidecar+1)
}

// barrier takes the steps of a barrier under way.
func (x *explorer) barrier(i int) {
	op := x.from.Op[i]
	at := 2 + i
	s := x.from
	s.endBarrier(i, pcTakeOver)
	s.Op[i].NoRow = x.findsNone(i)
	x.emit(s, "the barrier for write %d is not answered", i+1, 0)

	if op.BarHome {
		x.answer(i, x.from)
	}
	if x.from.Slot[at].At != slotIdle {
		settled := x.advance(at, x.Ops[i].Sidecar, "the barrier of write")
		if settled != nil && x.Code.OwnClaim {
			x.answer(i, *settled)
		}
		return
	}
	if op.BarID.Run != x.from.Run && !x.Without.RunID || !x.accepts(&x.from, op.BarID.Token) {
		return
	}
	if x.Code.SlugBarrier && x.from.R.blind(x.Keys) {
		return // its syncer finds the slug's post first
	}
	if x.from.R.clean(x.Keys) {
		x.answer(i, x.from)
		return
	}
	x.claim(at, op.BarE, op.BarID, "the barrier of write")
}

// joined are the barriers that a claim of this one brings home as well: those
// of its sidecar, under its lease, that were asked for before.
func (x *explorer) joined(at int) uint8 {
	i := at - (maxSlots - maxOps)
	if i < 0 || !x.Code.Joined {
		return 0
	}
	var set uint8
	for j := range x.Ops {
		a, b := x.from.Op[i], x.from.Op[j]
		if j != i && b.PC == pcBarrier && x.Ops[j].Sidecar == x.Ops[i].Sidecar && a.BarE == b.BarE && a.BarID == b.BarID {
			set |= 1 << j
		}
	}
	return set
}

// endBarrier: it is not answered any more.
func (s *state) endBarrier(i int, pc uint8) {
	op := &s.Op[i]
	op.PC, op.BarE, op.BarID, op.BarBefore, op.BarHome = pc, 0, id{}, 0, false
	s.Slot[2+i] = slot{}
	for j := range s.Slot {
		s.Slot[j].Joined &^= 1 << i
	}
}

// answer ends a barrier, if the lease it began under still holds.
func (x *explorer) answer(i int, s state) {
	op := &s.Op[i]
	side := s.Side[x.Ops[i].Sidecar]
	if !side.Valid || side.Epoch != op.BarE {
		return
	}
	for k := 0; k < x.Keys; k++ {
		if x.superseded(&s, k, s.Row[k], op.BarBefore) {
			s.Bad = barrierLied
		}
	}
	s.endBarrier(i, pcPlain)
	x.emit(s, "the barrier for write %d is answered", i+1, 0)
}

// number is what a trace calls a sync: the syncer's number, or that of the
// write whose barrier it is.
func number(at int) int {
	if at >= maxSlots-maxOps {
		return at - (maxSlots - maxOps) + 1
	}
	return at + 1
}
