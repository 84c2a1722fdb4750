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
	var all [64]*uint8
	n := 0
	add := func(counters ...*uint8) { n += copy(all[n:], counters) }
	add(&s.R.Counter, &s.R.Claim, &s.R.SlugClaim, &s.FenceRead.C, &s.FenceV.C, &s.Rd.FenceV.C, &s.Rd.D.V.C)
	for k := range c.Keys {
		add(&s.R.Dirty[k].V.C, &s.R.Slug[k].V.C, &s.R.Dead[k].V.C)
	}
	for i := range s.Slot {
		if s.Slot[i].At != slotIdle {
			add(&s.Slot[i].Stamp)
			for k := range c.Keys {
				add(&s.Slot[i].F[k].V.C)
			}
		}
	}
	for i := range c.Ops {
		add(&s.Op[i].V.C)
	}
	var used [64]uint8
	for _, x := range all[:n] {
		used[*x] = 1
	}
	used[0] = 0
	order := uint8(0)
	for i := 1; i < len(used); i++ {
		if used[i] != 0 {
			order++
			used[i] = order
		}
	}
	for _, x := range all[:n] {
		*x = used[*x]
	}
}
