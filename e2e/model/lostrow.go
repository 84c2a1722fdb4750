package model

// loseRow: the site row is lost, with its table; rows, fence and native-write
// rows are not. WordPress' next update, here of another post, makes it anew.
func (x *explorer) loseRow() {
	s := x.from
	if s.RowGone {
		x.makeRow(&s)
		x.emit(s, "an update of another post makes the site row anew", 0, 0)
		return
	}
	if s.LostRows == 0 || s.Tx.By != 0 {
		return
	}
	s.LostRows--
	s.RowGone, s.Native, s.Epoch, s.Settled, s.Returned, s.RowID = true, true, 0, 0, 0, id{}
	x.emit(s, "the site row is lost", 0, 0)
}

// makeRow: WordPress makes a site row anew, native, in an epoch above all that
// is known, and nobody has waited for L in it.
func (x *explorer) makeRow(s *state) {
	known := max(s.FenceRead.E, s.FenceV.E)
	if !x.Without.ReturnNoted {
		known = max(known, s.Noted)
		s.Returned = s.Noted
	}
	for k := range x.Keys {
		known = max(known, s.NW[k])
	}
	s.RowGone, s.Epoch = false, known+1
	if x.Without.WaitNewRow {
		s.Settled = s.Epoch
	}
}
