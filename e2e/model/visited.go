package model

import "unsafe"

// hash is 64 bits of a state.
func (s *state) hash() uint64 {
	b := unsafe.Slice((*byte)(unsafe.Pointer(s)), unsafe.Sizeof(*s))
	h := uint64(0x9E3779B97F4A7C15)
	for len(b) >= 8 {
		h = (h ^ *(*uint64)(unsafe.Pointer(&b[0]))) * 0xff51afd7ed558ccd
		h ^= h >> 32
		b = b[8:]
	}
	for _, x := range b {
		h = (h ^ uint64(x)) * 0x100000001b3
	}
	h ^= h >> 29
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>32
}

// canonical keeps of all counters only their order. Not where an older Redis
// may come back: there the next counter may meet one that was seen.
func (s *state) canonical(c *Scenario) {
	for i := range s.Side {
		if x := &s.Side[i]; x.Return != 0 && (!s.Native || x.RetE != s.Epoch) {
			x.Return, x.RetE, x.RetID = 0, 0, id{}
		}
	}
	if c.Older {
		return
	}
	var used [64]uint8
	each := func(f func(*uint8)) {
		f(&s.R.Counter)
		f(&s.R.Claim)
		f(&s.R.SlugClaim)
		f(&s.FenceRead.C)
		f(&s.FenceV.C)
		f(&s.Rd.FenceV.C)
		f(&s.Rd.D.V.C)
		for k := range maxKeys {
			f(&s.R.Dirty[k].V.C)
			f(&s.R.Slug[k].V.C)
			f(&s.R.Dead[k].V.C)
		}
		for i := range s.Slot {
			if s.Slot[i].At != slotIdle {
				f(&s.Slot[i].Stamp)
				for k := range maxKeys {
					f(&s.Slot[i].F[k].V.C)
				}
			}
		}
		for i := range s.Op {
			f(&s.Op[i].V.C)
		}
	}
	each(func(x *uint8) { used[*x] = 1 })
	used[0] = 0
	n := uint8(0)
	for i := 1; i < len(used); i++ {
		if used[i] != 0 {
			n++
			used[i] = n
		}
	}
	each(func(x *uint8) { *x = used[*x] })
}
