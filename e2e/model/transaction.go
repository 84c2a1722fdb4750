package model

// open: the first write of a caller's transaction, core's own, is made and
// stays uncommitted; R9. Where the site is native its mark waits with it.
func (x *explorer) open(s *state, i int) {
	s.Tx = transaction{By: uint8(x.Ops[i].Process + 1), Key: uint8(x.Ops[i].Key), Op: uint8(i + 1)}
	if s.Native && x.from.Op[i].PC == pcNative {
		s.Tx.Mark = s.Epoch
	}
	s.end(i, open)
}

// writeAgain begins a further write of a transaction. Another process may have
// been acknowledged since the barrier before its first.
func (x *explorer) writeAgain(i int) {
	s, me := x.from, x.Ops[i]
	op := &s.Op[i]
	op.Outcome, op.Before = running, x.acknowledged(&s, -1)
	if s.Tx.By != uint8(me.Process+1) {
		op.PC, op.Outcome = pcEnded, undoneS
		x.emit(s, "write %d finds its transaction rolled back", i+1, 0)
		return
	}
	switch {
	case s.Tx.Mark != 0:
		op.PC = pcPlain
		x.emit(s, "write %d follows in the same transaction, under its locks", i+1, 0)
	case !x.Code.AskAgain, !s.Native && x.tells(me.Sidecar) && s.R.Dirty[me.Key].V.E == 0:
		op.PC = pcPlain
		x.emit(s, "write %d follows in the same transaction", i+1, 0)
	default:
		op.PC = pcTakeOver
		x.emit(s, "write %d follows in the same transaction, and finds its field dirty or no sidecar", i+1, 0)
	}
}

// commitCallers commits what the transaction held, but for the write at hand.
func (x *explorer) commitCallers(s *state) {
	tx := s.Tx
	s.Tx = transaction{}
	x.put(s, int(tx.Key), tx.Op)
	if tx.Mark != 0 {
		for k := range x.Keys {
			s.NW[k] = tx.Mark // of both its writes
		}
	}
	s.Op[tx.Op-1].Outcome = done
}

// rollback: a caller may at any time think better of it, or die.
func (x *explorer) rollback() {
	tx := x.from.Tx
	if tx.By == 0 {
		return
	}
	s := x.from
	s.Tx = transaction{}
	s.Op[tx.Op-1].Outcome = undoneS
	for i := range x.Ops {
		if x.Ops[i].Kind == closes && s.Op[i].Outcome == running {
			s.end(i, undoneS)
		}
	}
	x.emit(s, "the transaction of write %d is rolled back", int(tx.Op), 0)
}

// locked: another's transaction holds the row, or, natively, the post's fence.
func (x *explorer) locked(i int) bool {
	tx, me := x.from.Tx, x.Ops[i]
	return tx.By != 0 && tx.By != uint8(me.Process+1) && (tx.Mark != 0 || int(tx.Key) == me.Key)
}

// lockedFor: a sync would have to wait for a caller's transaction.
func (x *explorer) lockedFor(p *slot) bool {
	tx := x.from.Tx
	return tx.By != 0 && (tx.Mark != 0 || p.F[tx.Key].V.E != 0)
}
