package bench

import (
	"cmp"
	"fmt"
	"slices"
)

// spared is what MySQL is spared, at a thousand updates a second.
func spared(r run) {
	for _, spread := range spreads {
		l := r.loaded(spread)
		add := func(what, unit string, value, atMost float64) {
			r.add(Figure{Question: "what MySQL is spared, " + short(spread), What: what, Unit: unit, Rounds: []float64{value}, AtMost: atMost})
		}
		each := func(total float64, of load) float64 { return total / float64(of.Updates) }
		add("updates a second, ours", "", l.ours.rate(), 0)
		add("updates a second, native", "", l.native.rate(), 0)
		add("read-write transactions an update, ours / native", "x", each(l.ours.commits, l.ours)/each(l.native.commits, l.native), 0.01)
		expected := float64(distinct(l.ours.Log, delay+tick/2))
		r.add(Figure{Question: "what MySQL is spared, " + short(spread), What: "rows of wp_postmeta / distinct fields per sync interval", Unit: "x", Rounds: []float64{l.ours.rows / expected}, AtMost: 1.05, AtLeast: 0.95})
		add("fence rows / rows of wp_postmeta (a batch has at least one for each post)", "x", l.ours.fences/l.ours.rows, 1)
		add("redo log an update, ours", "bytes", each(l.ours.redo, l.ours), 0)
		add("redo log an update, native", "bytes", each(l.native.redo, l.native), 0)
		add("binary log an update, ours", "bytes", each(l.ours.binlog, l.ours), 0)
		add("binary log an update, native", "bytes", each(l.native.binlog, l.native), 0)
	}
}

// The sidecar's settings, in ms: a post is due so long after its first dirty
// field, and looked for so often.
const (
	delay = 250.0
	tick  = 125.0
)

// distinct counts, for each post and each sync of it, the fields touched since
// the one before: what has to be written. A sync comes after an interval that
// begins with the first touch.
func distinct(log [][3]any, interval float64) int {
	type touch struct {
		at  float64
		key string
	}
	posts := map[string][]touch{}
	for _, each := range log {
		post := fmt.Sprint(each[1])
		posts[post] = append(posts[post], touch{each[0].(float64), each[2].(string)})
	}
	count := 0
	for _, touches := range posts {
		slices.SortStableFunc(touches, func(a, b touch) int { return cmp.Compare(a.at, b.at) })
		var keys map[string]bool
		end := -1.0
		for _, each := range touches {
			if each.at > end {
				count += len(keys)
				keys, end = map[string]bool{}, each.at+interval
			}
			keys[each.key] = true
		}
		count += len(keys)
	}
	return count
}
