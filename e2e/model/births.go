package model

import "slices"

// A post that a request inserts has nothing in Redis, but by its slug: what
// core writes to it with the insertion needs no barrier. That ends once the
// post is announced, or after a while: others may have written to it by then.

// births: one of the writes inserts the post, which is not there at first.
func (c *Scenario) births() bool {
	return slices.ContainsFunc(c.Ops, func(op Op) bool { return op.Born })
}

// skipsBarrier: core writes without one. A slug that MySQL was away for may
// have something waiting, so there an insertion raises one as well.
func (x *explorer) skipsBarrier(me Op) bool {
	if me.Born {
		return !x.Slug || x.Without.BirthBarrier
	}
	return x.Without.BirthEnds && slices.ContainsFunc(x.Ops, func(op Op) bool { return op.Born && op.Process == me.Process })
}
