package model

// tend takes the steps of one sidecar's Run: lease (R1), take-over of another
// Redis (R7), return (R6).
func (x *explorer) tend(j int) {
	s := x.from
	side := &s.Side[j]
	switch {
	case side.Valid:
		t := s
		t.Side[j].Valid = false
		if !x.Unverified && !x.Without.Lease && !x.Without.LeaseDirty {
			t.Side[j].Epoch, t.Side[j].ID = 0, id{}
		}
		x.emit(t, "the lease of sidecar %d is over", j+1, 0)
		if !s.Native && side.Epoch != s.Epoch {
			x.renew(j)
		}
	case !s.Native:
		x.renew(j)
	case side.Epoch != 0:
		side.Epoch, side.ID = 0, id{}
		x.emit(s, "sidecar %d sees that the site is native", j+1, 0)
	}
	x.otherRedis(j)
	x.giveBack(j)
}

func (x *explorer) renew(j int) {
	s := x.from
	side := &s.Side[j]
	side.Valid, side.Epoch, side.ID = true, s.Epoch, s.RowID
	x.emit(s, "sidecar %d gets a lease for epoch %d", j+1, int(s.Epoch))
}

// otherRedis: run id or token differ from the row's.
func (x *explorer) otherRedis(j int) {
	s := x.from
	same := (s.RowID.Run == s.Run || x.Without.RunID) &&
		(s.RowID.Token == s.R.Token || x.Without.Token && s.R.Token != 0)
	if s.R.Token == 0 && x.Without.MissingFloor {
		same = s.RowID.Run == s.Run || x.Without.RunID
	}
	if s.Native || same {
		return
	}
	s.Native, s.Epoch = true, s.Epoch+1
	x.emit(s, "sidecar %d sees another Redis and takes the site over", j+1, 0)
}

// acts: a sidecar may act as owner, under its lease; without R1, for as long as
// it has seen no native site row.
func (x *explorer) acts(side sidecar, without bool) bool {
	return side.Valid || without && side.Epoch != 0
}

// tells: a sidecar says what is dirty, and that this is all of it.
func (x *explorer) tells(j int) bool {
	side := x.from.Side[j]
	return x.acts(side, x.Without.LeaseDirty) && (side.ID.Run == x.from.Run || x.Without.RunID) && x.accepts(&x.from, side.ID.Token)
}
