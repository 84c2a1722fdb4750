package model

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
		if me.Slug {
			x.resolve(i)
			return
		}
		x.takeEpoch(i)
	case reqChecked, reqResolved:
		x.takeEpoch(i)
	case reqInFlight:
		x.script(i)
	case reqExecuted:
		fits := x.acts(side, x.Without.Lease) && side.Epoch == op.ReqE
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
	if x.acts(side, x.Without.Lease) {
		s := x.from
		to := &s.Op[i]
		to.Req, to.ReqE, to.ReqID, to.Passed, to.Sent = reqInFlight, side.Epoch, side.ID, false, 0
		what := "sidecar %[2]d takes write %[1]d under its lease"
		if !side.Valid {
			what = "sidecar %[2]d, without a lease, takes write %[1]d under the last epoch known"
		}
		x.emit(s, what, i+1, me.Sidecar+1)
		return
	}
	if me.Kind == direct && x.Unverified && side.Epoch != 0 {
		s := x.from
		to := &s.Op[i]
		to.Req, to.ReqE, to.ReqID, to.ReqUnverified = reqInFlight, side.Epoch, side.ID, true
		x.emit(s, "sidecar %[2]d, without MySQL, takes write %[1]d under the last epoch known", i+1, me.Sidecar+1)
	}
	s := x.from
	x.refuse(&s, i)
	if op.PC == pcWaiting {
		x.emit(s, "sidecar %[2]d has no lease and refuses write %[1]d", i+1, me.Sidecar+1)
	}
}

// refuse: told that it certainly was not done.
func (x *explorer) refuse(s *state, i int) {
	kind, slug := x.Ops[i].Kind, s.Op[i].ToSlug
	s.Op[i].quiet()
	switch {
	case s.Op[i].PC != pcWaiting:
	case slug: // only Redis keeps it
		s.end(i, undoneS)
	case kind == update:
		s.Op[i].PC = pcRefused
	case kind == direct && x.Code.DirectNative:
		s.Op[i].PC = pcTakeOver
	default:
		s.end(i, undoneS)
	}
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
		x.refuse(&s, i)
		x.emit(s, "Redis refuses write %d", i+1, 0)
		return
	}
	if x.spent(&s) {
		return
	}
	s.R.Floor = max(s.R.Floor, op.ReqE)
	d := &s.R.Dirty[me.Key]
	if op.ToSlug {
		d = &s.R.Slug[me.Key]
	}
	same := d.V.E != 0 && x.value(d.Op) == me.Value
	skipped := x.Without.EqualRow && me.Looks && x.value(op.Row) == me.Value
	if !skipped && (!same || x.Code.FreshUnchanged) {
		s.R.Counter++
		*d = field{version{op.ReqE, s.R.Counter}, uint8(i + 1), op.ReqUnverified || op.Blind, false}
	} else if !skipped {
		d.Op = uint8(i + 1)
	}
	if op.ToSlug {
		op.Waits = true
	} else if x.Slug {
		s.R.Dead[me.Key] = field{}
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
