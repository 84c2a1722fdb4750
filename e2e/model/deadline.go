package model

// reset: the answer to a request is lost with its connection, before its
// deadline. The request itself may be anywhere. PHP waits the deadline out.
func (x *explorer) reset(i int) {
	s := x.from
	op := &s.Op[i]
	op.PC = pcReset
	if x.Without.WaitReset {
		op.PC = x.unanswered()
	}
	if op.Req == reqExecuted {
		op.quiet()
	}
	x.emit(s, "the connection of write %d is reset", i+1, 0)
}

// passes is time: the deadline of a request whose answer nobody waits for.
func (x *explorer) passes(i int) {
	s := x.from
	op := &s.Op[i]
	if op.PC != pcReset && (op.Sent == 0 || op.Passed || op.PC <= pcReset) {
		return
	}
	x.outlast(op)
	x.emit(s, "the deadline of write %d has passed", i+1, 0)
}

// outlast: the deadline has passed, and PHP, if it waited for that, goes on.
func (x *explorer) outlast(op *operation) {
	op.Passed = op.Req == reqQueued
	if op.Req == reqExecuted {
		op.quiet()
	}
	if op.PC <= pcReset {
		op.PC = x.unanswered()
	}
}

// unanswered is what PHP does where it cannot tell what became of its request.
func (x *explorer) unanswered() uint8 {
	if x.Code.PlainUnknown {
		return pcRefused
	}
	return pcTakeOver
}

// tooSoon: L cannot have passed since the site came to be native in this epoch.
// A lease from before is not over, or, a deadline being no longer than L, the
// deadline of a request from before has not passed. Nothing relies on the
// latter; a story that it makes impossible is none all the same.
func (x *explorer) tooSoon(epoch uint8) bool {
	for j := 0; j < x.Sidecars; j++ {
		if side := x.from.Side[j]; side.Valid && side.Epoch < epoch {
			return true
		}
	}
	for i := range x.Ops {
		if op := x.from.Op[i]; op.Sent != 0 && op.Sent < epoch && !op.Passed {
			return true
		}
	}
	return false
}
