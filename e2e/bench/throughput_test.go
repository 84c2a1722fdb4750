package bench

// worked is what worker.php prints.
type worked struct {
	Updates int
	Seconds float64
	Log     [][3]any // ms, post, key
}

func (w worked) rate() float64 { return float64(w.Updates) / w.Seconds }

// work lets PHP processes update appointments of one kind.
func (r run) work(first, hot, rate int, seconds float64) worked {
	r.t.Helper()
	var did worked
	r.php(nil, "worker.php", map[string]any{"workers": 4, "first": first, "count": 500, "hot": hot, "rate": rate, "seconds": seconds}, &did)
	return did
}

// throughput is updates a second with more PHP processes than processors.
func throughput(r run) {
	rates := map[string][]float64{}
	for round := range r.report.Rounds {
		for _, first := range rotated([]int{firstNative, firstOurs}, round) {
			name := map[int]string{firstNative: "native", firstOurs: "ours"}[first]
			rates[name] = append(rates[name], r.work(first, 0, 0, float64(some(4, 2))).rate())
			r.settle()
		}
	}
	r.add(Figure{Question: "throughput, 4 PHP processes", What: "ours / native", Unit: "x", Rounds: ratios(rates["ours"], rates["native"]), AtLeast: 2})
	r.add(Figure{Question: "throughput, 4 PHP processes", What: "ours", Unit: "updates/s", Rounds: rates["ours"]})
	for _, name := range []string{"native", "ours"} {
		r.chart("Throughput", "updates a second").Add("4 PHP processes", name, Quantile(rates[name], 0.5))
	}
}
