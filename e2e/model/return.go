package model

// giveBack is R6: floor, drain, offload.
func (x *explorer) giveBack(j int) {
	s := x.from
	side := &s.Side[j]
	if !s.Native || s.RowGone {
		return
	}
	switch side.Return {
	case 0:
		if x.tooSoon(s.Epoch) && !x.Without.WaitL {
			return // max(1 s, L) cannot have passed
		}
		side.Return, side.RetE = 1, s.Epoch
		if x.Without.RaiseBeforeDrain {
			side.RetID = id{s.Run, s.R.Token}
			x.emit(s, "sidecar %d begins a return without raising the floor", j+1, 0)
			return
		}
		s.raise(s.Epoch, x)
		side.RetID = id{s.Run, s.R.Token}
		x.emit(s, "sidecar %d begins a return: the floor is %d", j+1, int(s.R.Floor))
	case 1:
		if s.Run != side.RetID.Run && !x.Without.RunID {
			side.Return, side.RetE, side.RetID = 0, 0, id{}
			x.emit(s, "sidecar %d gives its return up: another Redis", j+1, 0)
			return
		}
		if !(s.R.clean(x.Keys) && drained(s.R.Slug, x.Keys)) && !x.Without.DrainBeforeReturn {
			return
		}
		if s.R.Token != side.RetID.Token && !x.Without.Token {
			side.Return, side.RetE, side.RetID = 0, 0, id{}
			x.emit(s, "sidecar %d gives its return up: Redis was emptied", j+1, 0)
			return
		}
		side.Return = 2
		x.emit(s, "sidecar %d finds everything drained", j+1, 0)
	case 2:
		if s.Tx.Mark != 0 {
			return // the site row is locked
		}
		if x.Without.RaiseBeforeDrain {
			if s.Run == side.RetID.Run {
				s.raise(side.RetE, x)
				side.RetID.Token = s.R.Token
			}
		}
		s.Native = false
		if !x.Without.EpochAtReturn {
			s.Epoch++
		}
		s.Returned, s.Noted, s.RowID, s.NW = s.Epoch, s.Epoch, side.RetID, [maxKeys]uint8{}
		if x.Code.Prune && s.FenceRead.E < s.Returned {
			t := s
			t.FenceRead, t.FenceV = version{}, version{}
			x.emit(t, "sidecar %d gives the site back and prunes the fence", j+1, 0)
		}
		x.emit(s, "sidecar %d gives the site back", j+1, 0)
	}
}

// raise raises the floor, or creates it with a new token.
func (s *state) raise(epoch uint8, x *explorer) {
	if s.R.Token == 0 {
		s.R.Token, s.R.Floor = s.Next, epoch
		s.Next++
		return
	}
	s.R.Floor = max(s.R.Floor, epoch)
}
