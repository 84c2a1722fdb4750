package model

// read takes the steps of a reader of field 0: R8.
func (x *explorer) read() {
	s := x.from
	rd := &s.Rd
	if x.Reads == 0 {
		return
	}
	switch rd.At {
	case 0:
		if rd.Left == 0 {
			return
		}
		rd.Left--
		rd.Before = x.owed(&s, 0)
		if x.Without.DirtyFirst {
			rd.Row, rd.At = s.Row[0], 4
			x.emit(s, "a reader reads the rows", 0, 0)
			return
		}
		x.askDirty(s)
	case 4:
		x.askDirty(s)
	case 1: // without a lease: native rows and the last return
		switch {
		case x.Without.NativeBetween:
			rd.Row, rd.At = s.Row[0], 5
			x.emit(s, "the reader reads the rows", 0, 0)
			return
		case x.Without.ReturnedSameStatement:
			rd.Returned, rd.At = s.Returned, 3
			x.emit(s, "the reader reads the last return", 0, 0)
			return
		}
		rd.Returned = s.Returned
		x.readNative(s)
	case 3, 5:
		if rd.At == 5 {
			rd.Returned = s.Returned
		}
		x.readNative(s)
	case 2:
		x.finishRead(s)
	}
}

// readNative reads the native-write rows, and the fence.
func (x *explorer) readNative(s state) {
	s.Rd.NW, s.Rd.FenceV, s.Rd.At = s.NW[0], s.FenceV, 2
	x.emit(s, "the reader reads the native writes", 0, 0)
}

// askDirty asks a sidecar what is dirty.
func (x *explorer) askDirty(s state) {
	rd := &s.Rd
	rd.D = s.R.Dirty[0]
	if x.standsBack(&s, 0, rd.D) {
		rd.D = field{}
	}
	if x.tells(x.Sidecars - 1) {
		rd.Leased, rd.At = true, 2
		what := "a reader asks a sidecar what is dirty; it has a lease"
		if !s.Side[x.Sidecars-1].Valid {
			what = "a reader asks a sidecar what is dirty; its lease is over, and it does not say so"
		}
		x.emit(s, what, 0, 0)
		return
	}
	rd.At = 1
	x.emit(s, "a reader asks a sidecar what is dirty; it has no lease", 0, 0)
}

// finishRead reads the rows and lays the dirty field over them.
func (x *explorer) finishRead(s state) {
	rd := &s.Rd
	got := s.Row[0]
	if x.Without.DirtyFirst || x.Without.NativeBetween && !rd.Leased {
		got = rd.Row
	}
	counts := rd.D.V.E != 0
	if counts && !rd.Leased {
		counts = rd.D.V.E >= rd.Returned && rd.NW <= rd.D.V.E && (!x.Code.ReadFence || rd.D.V.above(rd.FenceV))
	}
	if counts {
		got = rd.D.Op
	}
	if x.superseded(&s, 0, got, rd.Before) || rd.HasLast && x.before(&s, 0, got, rd.Last) {
		s.Bad = olderRead
	}
	*rd = reader{Left: rd.Left, Last: got, HasLast: true}
	x.emit(s, "the reader reads the rows and gets the value of write %d", int(got), 0)
}
