package model

// operate takes the steps of one operation: PHP's, its request's, its
// barrier's.
func (x *explorer) operate(i int) {
	op := x.from.Op[i]
	switch op.PC {
	case pcIdle:
		x.begin(i)
	case pcWaiting:
		x.await(i)
	case pcTakeOver, pcRefused, pcWaitL, pcNative, pcMarked, pcLostWrite:
		x.takeOver(i)
	case pcBarrier:
		x.barrier(i)
	case pcPlain:
		s := x.from
		x.native(&s, i)
		x.emit(s, "core writes %d in offload", i+1, 0)
	}
	if op.PC > pcIdle && op.PC < pcEnded && x.from.Deaths > 0 && x.Ops[i].Kind != direct {
		s := x.from
		s.Deaths--
		s.end(i, open)
		x.emit(s, "the PHP process of write %d dies", i+1, 0)
	}
	x.request(i)
}

// begin starts an operation, if its process has ended the one before.
func (x *explorer) begin(i int) {
	me := x.Ops[i]
	for j := range i {
		if x.Ops[j].Process == me.Process && x.from.Op[j].PC != pcEnded {
			return
		}
	}
	if me.Looks && !x.from.Op[i].Looked {
		s := x.from
		s.Op[i].Looked, s.Op[i].Row = true, s.Row[me.Key]
		x.emit(s, "the caller of write %d sees the row", i+1, 0)
		return
	}
	s := x.from
	op := &s.Op[i]
	op.Outcome, op.Before = running, x.acknowledged(&s, -1)
	switch me.Kind {
	case update, direct:
		op.PC, op.Req = pcWaiting, reqQueued
		x.emit(s, "write %d begins: its request is sent to sidecar %d", i+1, me.Sidecar+1)
		if me.Kind == update && x.Unreachable {
			op.PC, op.Req = pcRefused, reqNone
			x.emit(s, "write %d begins: its sidecar is not reachable", i+1, 0)
		}
	case core:
		op.PC = pcRefused // first a barrier, if one is answered
		if me.Born {
			op.PC = pcPlain
		}
		x.emit(s, "write %d begins: one that core does itself", i+1, 0)
	case undone:
		if x.Without.CallersTransaction {
			op.PC, op.Req = pcWaiting, reqQueued
			x.emit(s, "write %d begins inside its caller's transaction, and is offloaded", i+1, 0)
			return
		}
		op.PC, op.Outcome = pcEnded, undoneS
		x.emit(s, "write %d is done by core in its caller's transaction, and rolled back", i+1, 0)
	}
}

// acknowledged is the set of operations that were acknowledged; of one field,
// or with -1 of all.
func (x *explorer) acknowledged(s *state, key int) uint8 {
	var set uint8
	for j := range x.Ops {
		if s.Op[j].Outcome == done && (key < 0 || x.Ops[j].Key == key) {
			set |= 1 << j
		}
	}
	return set
}

// await: PHP waits for an answer.
func (x *explorer) await(i int) {
	s := x.from
	op := &s.Op[i]
	if x.Ops[i].Kind == direct {
		s.end(i, open)
		x.emit(s, "the client of write %d gives up", i+1, 0)
		return
	}
	op.PC, op.Passed = pcTakeOver, !x.Without.WaitReset
	if op.Req == reqExecuted {
		op.quiet()
	}
	if x.Code.PlainUnknown {
		op.PC = pcRefused
	}
	x.emit(s, "PHP has no answer to write %d, and its deadline has passed", i+1, 0)
}

// end ends an operation. Its request, if it has one, is still on its way.
func (s *state) end(i int, outcome uint8) {
	op := &s.Op[i]
	*op = operation{
		Outcome: outcome, PC: pcEnded, Before: op.Before, V: op.V, Home: op.Home,
		Req: op.Req, ReqE: op.ReqE, ReqID: op.ReqID, ReqUnverified: op.ReqUnverified, Passed: op.Passed,
	}
	if op.Req == reqExecuted {
		op.quiet()
	}
	s.Slot[2+i] = slot{}
}

func (op *operation) quiet() {
	op.Req, op.ReqE, op.ReqID, op.ReqUnverified, op.Passed = reqNone, 0, id{}, false, false
}

// request takes the steps of a request: R2, in its order.
func (x *explorer) request(i int) {
	op, me := x.from.Op[i], x.Ops[i]
	side := x.from.Side[me.Sidecar]
	checks := me.Kind == update && !x.Without.Deadline
	switch op.Req {
	case reqQueued:
		if x.Without.DeadlineAfterEpoch {
			if s := x.from; !op.Passed {
				s.Op[i].Req = reqChecked
				x.emit(s, "sidecar %[2]d finds the deadline of write %[1]d not passed", i+1, me.Sidecar+1)
			}
			return
		}
		if checks && op.Passed {
			s := x.from
			s.Op[i].quiet()
			x.emit(s, "sidecar %[2]d finds the deadline of write %[1]d passed", i+1, me.Sidecar+1)
			return
		}
		x.takeEpoch(i)
	case reqChecked:
		x.takeEpoch(i)
	case reqInFlight:
		x.script(i)
	case reqExecuted:
		fits := side.Valid && side.Epoch == op.ReqE
		if op.PC != pcWaiting {
			return
		}
		s := x.from
		if x.Code.Confirm && !fits && !op.ReqUnverified {
			return
		}
		outcome := uint8(done)
		if me.Kind == undone {
			outcome = undoneS
		}
		if op.Lost {
			outcome = excused
		}
		s.end(i, outcome)
		x.emit(s, "write %d is acknowledged", i+1, 0)
	}
}

// takeEpoch: the epoch from the lease; without one the answer is native.
func (x *explorer) takeEpoch(i int) {
	op, me := x.from.Op[i], x.Ops[i]
	side := x.from.Side[me.Sidecar]
	if side.Valid {
		s := x.from
		to := &s.Op[i]
		to.Req, to.ReqE, to.ReqID = reqInFlight, side.Epoch, side.ID
		x.emit(s, "sidecar %[2]d takes write %[1]d under its lease", i+1, me.Sidecar+1)
		return
	}
	if me.Kind == direct && x.Unverified && side.Epoch != 0 {
		s := x.from
		to := &s.Op[i]
		to.Req, to.ReqE, to.ReqID, to.ReqUnverified = reqInFlight, side.Epoch, side.ID, true
		x.emit(s, "sidecar %[2]d, without MySQL, takes write %[1]d under the last epoch known", i+1, me.Sidecar+1)
	}
	s := x.from
	s.Op[i].quiet()
	s.refuse(i, me.Kind)
	if op.PC == pcWaiting {
		x.emit(s, "sidecar %[2]d has no lease and refuses write %[1]d", i+1, me.Sidecar+1)
	}
}

// refuse: told that it certainly was not done.
func (s *state) refuse(i, kind int) {
	if s.Op[i].PC != pcWaiting {
		return
	}
	if kind == update {
		s.Op[i].PC = pcRefused
		return
	}
	s.end(i, undoneS)
}

// script is the write script in Redis.
func (x *explorer) script(i int) {
	s := x.from
	op, me := &s.Op[i], x.Ops[i]
	if op.ReqID.Run != s.Run && !x.Without.RunID {
		op.quiet() // its connection is gone
		x.emit(s, "the connection that write %d was sent on is gone", i+1, 0)
		return
	}
	if !x.accepts(&s, op.ReqID.Token) || op.ReqE < s.R.Floor && !x.Without.FloorRefusal {
		op.quiet()
		s.refuse(i, me.Kind)
		x.emit(s, "Redis refuses write %d", i+1, 0)
		return
	}
	if x.spent(&s) {
		return
	}
	s.R.Floor = max(s.R.Floor, op.ReqE)
	d := &s.R.Dirty[me.Key]
	same := d.V.E != 0 && x.value(d.Op) == me.Value
	skipped := x.Without.EqualRow && me.Looks && x.value(op.Row) == me.Value
	if !skipped && (!same || x.Code.FreshUnchanged) {
		s.R.Counter++
		*d = field{version{op.ReqE, s.R.Counter}, uint8(i + 1), op.ReqUnverified}
	} else if !skipped {
		d.Op = uint8(i + 1)
	}
	if op.PC == pcWaiting {
		op.Req = reqExecuted
		if !skipped && x.Restarts > 0 {
			op.V = d.V
		}
	} else {
		op.quiet()
	}
	x.emit(s, "write %d runs in Redis", i+1, 0)
}

// accepts: the token that a script expects.
func (x *explorer) accepts(s *state, token uint8) bool {
	if s.R.Token == 0 {
		return x.Without.MissingFloor
	}
	return s.R.Token == token || x.Without.Token
}

func (x *explorer) value(op uint8) int {
	if op == 0 {
		return 0
	}
	return x.Ops[op-1].Value
}

// native is core's SQL, and the end of the operation.
func (x *explorer) native(s *state, i int) {
	if x.Ops[i].Refused {
		s.end(i, open)
		return
	}
	x.put(s, x.Ops[i].Key, uint8(i+1))
	s.Op[i].V = version{}
	s.end(i, done)
}
