package bench

// cost is what an update costs in all: CPU time of PHP, sidecar, Redis and
// database together. At a thousand a second, so that who is faster does not
// look dearer.
func cost(r run) {
	for _, spread := range spreads {
		l := r.loaded(spread)
		per := func(of load) float64 { return of.cpu.Seconds() / float64(of.Updates) * 1000 }
		question := "CPU seconds in all, " + short(spread)
		r.add(Figure{Question: question, What: "ours / native", Unit: "x", Rounds: []float64{per(l.ours) / per(l.native)}, AtMost: 1})
		r.add(Figure{Question: question, What: "ours, of 1,000 updates", Unit: "s", Rounds: []float64{per(l.ours)}})
		r.chart("CPU time in all", "seconds of 1,000 updates").Add(short(spread), "native", per(l.native))
		r.chart("CPU time in all", "seconds of 1,000 updates").Add(short(spread), "ours", per(l.ours))
	}
}
