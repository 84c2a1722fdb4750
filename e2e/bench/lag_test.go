package bench

// lag is how soon an acknowledged value is in its row, at a thousand updates a
// second.
func lag(r run) {
	for _, spread := range spreads {
		l := r.loaded(spread).ours
		r.add(Figure{Question: "from acknowledgement to row", What: "p50, " + short(spread), Unit: "ms", Rounds: []float64{l.p50}})
		r.add(Figure{Question: "from acknowledgement to row", What: "p99, " + short(spread), Unit: "ms", Rounds: []float64{l.p99}, AtMost: 2 * delay})
	}
}
