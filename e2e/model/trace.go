package model

import "fmt"

// trace replays the shortest way to a state, as sentences.
func (x *explorer) trace(at int32) []string {
	var by []uint16
	for n := at; x.nodes[n].parent >= 0; n = x.nodes[n].parent {
		by = append(by, x.nodes[n].by)
	}
	y := &explorer{Scenario: x.Scenario, tell: true}
	s := x.start()
	s.canonical(x.Scenario)
	var lines []string
	for i := len(by) - 1; i >= 0; i-- {
		y.successors(s)
		n := by[i]
		before := s
		s = y.out[n]
		lines = append(lines, fmt.Sprintf(y.steps[n].What+"%[3]s", y.steps[n].I, y.steps[n].J, x.difference(&before, &s)))
	}
	return lines
}

// difference tells what a step changed where it matters.
func (x *explorer) difference(a, b *state) string {
	text := ""
	if a.Epoch != b.Epoch || a.Native != b.Native {
		mode := "offload"
		if b.Native {
			mode = "native"
		}
		text += fmt.Sprintf("; the site is %s, epoch %d", mode, b.Epoch)
	}
	for k := 0; k < x.Keys; k++ {
		if a.Row[k] != b.Row[k] {
			text += fmt.Sprintf("; MySQL field %d = %s", k, x.whose(b.Row[k]))
		}
		if p, q := a.R.Dirty[k], b.R.Dirty[k]; p != q {
			if q.V.E == 0 {
				text += fmt.Sprintf("; Redis field %d clean", k)
			} else {
				text += fmt.Sprintf("; Redis field %d = %s, version %d-%d", k, x.whose(q.Op), q.V.E, q.V.C)
			}
		}
	}
	return text
}

func (x *explorer) whose(op uint8) string {
	if op == 0 {
		return "the first value"
	}
	return fmt.Sprintf("value %d (of write %d)", x.Ops[op-1].Value, op)
}
