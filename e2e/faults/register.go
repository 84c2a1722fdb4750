package faults

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// patience with the search for one field's order.
const searching = 20 * time.Second

// order searches for an order of the calls that a register would have: each
// takes effect once, between call and return; an unknown write then, later, or
// never. Blind reads are left out: what they may miss is said in the README; so
// are those of a process's own write, which may come from its cache.
func (p past) order(last string) Harm {
	end := time.Duration(0)
	for _, o := range p.ops {
		end = max(end, o.Return)
	}
	return p.search(Op{Who: "final", Kind: Read, Value: last, Call: end + 1, Return: end + 2, Whole: true})
}

// unexplained is the first read up to which there is no such order.
func (p past) unexplained() Op {
	reads := slices.DeleteFunc(slices.Clone(p.ops), func(o Op) bool { return o.Kind != Read || !o.Whole })
	slices.SortFunc(reads, func(a, b Op) int { return cmp.Compare(a.Return, b.Return) })
	at, _ := slices.BinarySearchFunc(reads, true, func(o Op, _ bool) int {
		if p.search(o) == "" {
			return -1
		}
		return 1
	})
	if at == len(reads) {
		return Op{}
	}
	return reads[at]
}

// search looks at what was over when the last read was, and at what was not.
func (p past) search(last Op) Harm {
	reads := []Op{last}
	seen := map[string]bool{last.Value: true}
	for _, o := range p.ops {
		if o.Kind == Read && o.Whole && o.Return < last.Return {
			reads = append(reads, o)
			seen[o.Value] = true
		}
	}
	var calls []porcupine.Operation
	clients := map[string]int{}
	add := func(o Op) {
		if _, ok := clients[o.Who]; !ok {
			clients[o.Who] = len(clients)
		}
		calls = append(calls, porcupine.Operation{
			ClientId: clients[o.Who], Input: step{o.Kind, o.Value, p.candidates(o)}, Output: o.Value, Call: int64(o.Call), Return: int64(o.Return),
		})
	}
	for _, o := range p.ops {
		switch {
		case o.Kind != Write && o.Kind != Loss, o.Outcome == Refused, o.Call > last.Return:
			continue
		case o.Kind == Write && (o.Outcome == Unknown || o.Waits || p.mayBeLetter(o)):
			if !seen[o.Value] {
				continue // whether it happened or not, nobody could tell
			}
			o.Return = never
		}
		add(o)
	}
	for _, o := range reads {
		add(o)
	}
	switch porcupine.CheckOperationsTimeout(register, calls, searching) {
	case porcupine.Ok:
		return ""
	case porcupine.Illegal:
		return Order
	}
	return Undecided
}

// step is one call as the register takes it.
type step struct {
	kind       Kind
	value      string
	candidates []string
}

// candidates are what a field may have come back as from a loss: everything
// that was not yet over when what is lost began.
func (p past) candidates(loss Op) []string {
	if loss.Kind != Loss {
		return nil
	}
	var values []string
	for _, o := range p.ops {
		if o.Kind == Write && o.Outcome != Refused && o.Call <= loss.Return && p.superseded(o, loss.Since, loss.Since).Kind == "" {
			values = append(values, o.Value)
		}
	}
	return values
}

// register holds the values that a field may have now: one, but after a loss.
var register = porcupine.Model{
	Init: func() any { return hold() },
	Step: func(state, input, output any) (bool, any) {
		values, in := state.(string), input.(step)
		switch in.kind {
		case Write:
			return true, hold(in.value)
		case Loss:
			return true, hold(append(held(values), in.candidates...)...)
		}
		return slices.Contains(held(values), output.(string)), hold(output.(string))
	},
}

// hold is a set of values as one comparable thing; each ends in a zero byte.
func hold(values ...string) string {
	slices.Sort(values)
	var b strings.Builder
	for _, v := range slices.Compact(values) {
		b.WriteString(v)
		b.WriteByte(0)
	}
	return b.String()
}

func held(set string) []string {
	if set == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(set, "\x00"), "\x00")
}
