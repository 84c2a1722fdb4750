package model

// takeOver takes the steps of R3.
func (x *explorer) takeOver(i int) {
	s := x.from
	op := &s.Op[i]
	switch op.PC {
	case pcRefused:
		if kind := x.Ops[i].Kind; !s.Native && (x.Code.PlainRefused || kind == core || kind == opens) {
			x.beginBarrier(i)
		}
		op.NoRow = x.findsNone(i)
		x.lookAtRow(s, i)
	case pcTakeOver:
		x.lookAtRow(s, i)
		x.sendAgain(i)
	case pcWaitL:
		if !x.Without.WaitL && x.tooSoon(op.Seen) {
			return // L cannot have passed
		}
		op.PC = pcNative
		if s.Native && !s.RowGone && s.Epoch == op.Seen {
			s.Settled = s.Epoch
		}
		x.emit(s, "write %d has waited for L in epoch %d", i+1, int(op.Seen))
	case pcNative:
		x.nativeTransaction(i)
	case pcMarked:
		x.native(&s, i)
		x.emit(s, "core writes %d, after its mark", i+1, 0)
	case pcLostWrite:
		x.native(&s, i)
		x.emit(s, "wpdb runs write %d again on a new connection, alone", i+1, 0)
	}
}

// sendAgain: a sidecar that was refused, so that nothing of it is on its way,
// finds the site offloaded, and asks Redis once more under a lease of now. The
// client of a direct write may give up at any time; its sidecar goes on.
func (x *explorer) sendAgain(i int) {
	s := x.from
	op := &s.Op[i]
	if x.Ops[i].Kind != direct {
		return
	}
	if op.Outcome == running {
		t := s
		t.Op[i].Outcome = open
		x.emit(t, "the client of write %d gives up, and its sidecar does not", i+1, 0)
	}
	if !s.Native && op.Req == reqNone {
		op.PC, op.Req = pcWaiting, reqResolved
		x.emit(s, "write %d is tried in Redis once more", i+1, 0)
	}
}

// findsNone: core looks for rows of the field before it writes, and there is
// none: it decides to make the first.
func (x *explorer) findsNone(i int) bool {
	return x.Bare && x.Ops[i].Kind == core && x.from.Row[x.Ops[i].Key] == 0
}

// lookAtRow reads the site row, and takes the site over where it says offload.
func (x *explorer) lookAtRow(s state, i int) {
	op := &s.Op[i]
	what := "PHP of write %d finds the site native"
	if s.RowGone {
		x.makeRow(&s)
		what = "PHP of write %d makes the site row anew"
	}
	if !s.Native {
		if int(s.Epoch) >= x.MaxEpoch {
			return
		}
		s.Native, s.Epoch = true, s.Epoch+1
		what = "PHP of write %d takes the site over"
	}
	op.Seen, op.PC = s.Epoch, pcWaitL
	if s.Settled >= s.Epoch {
		op.PC = pcNative
	}
	x.emit(s, what, i+1, 0)
}

// nativeTransaction: site row, fence, mark, write, COMMIT, in one step, since
// its locks are held to the end.
func (x *explorer) nativeTransaction(i int) {
	s := x.from
	op, me := &s.Op[i], x.Ops[i]
	if x.locked(i) {
		return
	}
	if s.RowGone || !s.Native || s.Epoch != op.Seen && !x.Without.StillWaited {
		op.PC = pcTakeOver
		x.emit(s, "PHP of write %d finds another epoch than it waited for", i+1, 0)
		return
	}
	if x.Without.NativeUnchanged && x.value(s.Row[me.Key]) == me.Value {
		s.end(i, done)
		x.emit(s, "core finds the row of write %d equal, and writes nothing", i+1, 0)
		return
	}
	if x.Without.OneTransaction {
		s.NW[me.Key] = s.Epoch
		op.PC = pcMarked
		x.emit(s, "write %d is marked native", i+1, 0)
		return
	}
	if x.Without.OneConnection {
		t := x.from
		t.Op[i].PC = pcLostWrite
		x.emit(t, "the connection of write %d is lost, and its mark with it", i+1, 0)
	}
	if me.Kind != opens {
		s.NW[me.Key] = s.Epoch
	}
	x.native(&s, i)
	if s.LostCommits > 0 {
		t := s
		t.LostCommits--
		t.Op[i].Outcome = open
		x.emit(t, "core writes %d natively, but the answer to COMMIT is lost", i+1, 0)
	}
	x.emit(s, "core writes %d natively", i+1, 0)
}
