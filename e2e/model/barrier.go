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
	x.emit(s, "sidecar %[2]d begins a barrier for write %[1]d", i+1, x.Ops[i].Sidecar+1)
}

// barrier takes the steps of a barrier under way.
func (x *explorer) barrier(i int) {
	op := x.from.Op[i]
	at := 2 + i
	s := x.from
	s.Slot[at] = slot{}
	s.Op[i].PC = pcTakeOver
	s.Op[i].BarE, s.Op[i].BarID, s.Op[i].BarBefore = 0, id{}, 0
	s.Op[i].NoRow = x.findsNone(i)
	x.emit(s, "the barrier for write %d is not answered", i+1, 0)

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
	op.PC, op.BarE, op.BarID, op.BarBefore = pcPlain, 0, id{}, 0
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
