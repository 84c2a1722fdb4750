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
		if x.locked(i) {
			break
		}
		s := x.from
		if x.Ops[i].Born && s.Absent {
			s.Absent, s.Op[i].PC = false, pcInserted
			x.emit(s, "the request of write %d inserts the post", i+1, 0)
			break
		}
		x.native(&s, i)
		x.emit(s, "core writes %d in offload", i+1, 0)
	case pcInserted:
		s := x.from
		x.native(&s, i)
		x.emit(s, "core writes %d to the post that it has just inserted", i+1, 0)
	}
	x.passes(i)
	x.die(i)
	x.request(i)
}

// die ends the process that an operation runs in: PHP, or where the direct API
// is written natively, a sidecar.
func (x *explorer) die(i int) {
	s := x.from
	op, what := s.Op[i], "the PHP process of write %d dies"
	if x.Ops[i].Kind == direct {
		what = "the sidecar that writes %d natively dies"
		if op.PC == pcWaiting {
			return
		}
	}
	if op.PC <= pcIdle || op.PC >= pcEnded || s.Deaths == 0 {
		return
	}
	s.Deaths--
	s.end(i, open)
	x.emit(s, what, i+1, 0)
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
	if x.from.Absent && !me.Slug && !me.Born {
		return
	}
	s := x.from
	op := &s.Op[i]
	op.Outcome, op.Before = running, x.acknowledged(&s, -1)
	switch me.Kind {
	case update, direct:
		op.PC, op.Req = pcWaiting, reqQueued
		if x.Without.WaitReset && me.Kind == update {
			op.Sent = s.Epoch
		}
		x.emit(s, "write %d begins: its request is sent to sidecar %d", i+1, me.Sidecar+1)
		if me.Kind == update && x.Unreachable {
			op.PC, op.Req, op.Sent = pcRefused, reqNone, 0
			x.emit(s, "write %d begins: its sidecar is not reachable", i+1, 0)
		}
	case opens:
		op.PC = pcRefused
		x.emit(s, "write %d begins: the first of a caller's transaction", i+1, 0)
	case closes:
		x.writeAgain(i)
	case core:
		op.PC = pcRefused // first a barrier, if one is answered
		if x.skipsBarrier(me) {
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
		x.giveUpOnRedis(i)
		return
	}
	x.reset(i)
	x.outlast(op)
	x.emit(s, "PHP has no answer to write %d, and its deadline has passed", i+1, 0)
}

// giveUpOnRedis: Redis has not answered the sidecar, which goes on as PHP would.
func (x *explorer) giveUpOnRedis(i int) {
	s := x.from
	op := &s.Op[i]
	if !x.Code.DirectNative || op.Req != reqInFlight && op.Req != reqExecuted || op.ReqUnverified || op.ToSlug {
		return
	}
	op.PC = pcTakeOver
	if op.Req == reqExecuted {
		op.quiet()
	}
	x.emit(s, "the sidecar has no answer of Redis to write %d", i+1, 0)
}

// end ends an operation. Its request, if it has one, is still on its way.
// A client that gave up hears nothing any more.
func (s *state) end(i int, outcome uint8) {
	op := &s.Op[i]
	if op.Outcome == open {
		outcome = open
	}
	*op = operation{
		Outcome: outcome, PC: pcEnded, Before: op.Before, V: op.V, Home: op.Home, Waits: op.Waits, ToSlug: op.ToSlug, Blind: op.Blind,
		Req: op.Req, ReqE: op.ReqE, ReqID: op.ReqID, ReqUnverified: op.ReqUnverified, Passed: op.Passed, Sent: op.Sent,
	}
	if op.Req == reqExecuted {
		op.quiet()
	}
	s.Slot[2+i] = slot{}
}

func (op *operation) quiet() {
	op.Req, op.ReqE, op.ReqID, op.ReqUnverified, op.Passed, op.Sent, op.ToSlug, op.Blind = reqNone, 0, id{}, false, false, 0, false, false
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
	if is := s.Row[x.Ops[i].Key]; x.Without.LookAgain && s.Op[i].NoRow && is != 0 && s.Op[i].Before>>(is-1)&1 != 0 {
		s.Bad = twoRows // of two that meet, core makes two as well
	}
	s.Op[i].V = version{}
	switch x.Ops[i].Kind {
	case opens:
		x.open(s, i)
		return
	case closes:
		x.commitCallers(s)
	}
	x.put(s, x.Ops[i].Key, uint8(i+1))
	s.end(i, done)
}
