package model

// redisEvents: Redis restarts, or is emptied.
func (x *explorer) redisEvents() {
	if x.Older && !x.from.Snap && x.Restarts > 0 && x.from.Restarts > 0 {
		s := x.from
		s.Snap, s.Saved = true, s.R
		x.emit(s, "Redis saves a snapshot", 0, 0)
	}
	if x.from.Restarts == 0 {
		return
	}
	lose := func(to redis, run bool, what string) {
		s := x.from
		s.Restarts--
		if run {
			s.Run++
		}
		x.lose(&s, to)
		s.R = to
		x.emit(s, what, 0, 0)
	}
	if x.Complete {
		lose(x.from.R, true, "Redis restarts with all its data")
	}
	if x.Empty {
		lose(redis{}, true, "Redis restarts empty")
	}
	if x.Flush && x.from.R.Token != 0 {
		lose(redis{}, false, "somebody says FLUSHALL")
	}
	if x.Older && x.from.Snap {
		lose(x.from.Saved, true, "Redis restarts with the snapshot")
	}
}

// lose excuses what was acknowledged and is neither in MySQL nor in what
// Redis has now.
func (x *explorer) lose(s *state, now redis) {
	if now == s.R {
		return
	}
	for i := range x.Ops {
		op := &s.Op[i]
		if op.V.E == 0 || !op.V.above(s.FenceV) || !op.V.above(now.Dirty[x.Ops[i].Key].V) {
			continue
		}
		switch op.Outcome {
		case done:
			op.Outcome = excused
		case running:
			op.Lost = true
		}
	}
	s.Rd.HasLast, s.Rd.Last = false, 0
}
