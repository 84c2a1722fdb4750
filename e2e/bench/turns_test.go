package bench

// contenders of the lines that run in one PHP process.
const (
	oursTCP  = "ours"
	oursUnix = "ours, unix socket"
)

const socket = "unix:/bench/hospital.sock"

// turn is one question of contenders that take turns in one PHP process.
type turn struct {
	question, what string
	read           bool
	count          int // steps in a block
	first          int // of the posts that it uses
	calls          int // of the sidecar that a step may make: the bench fails on another number
	ofNative       float64
	ofGuide        float64
}

// ask runs a process for each round and transport; within it native, guide, ours
// and the bare parts of ours take turns, and each process' ratios are its own.
func (q turn) ask(r run) {
	r.t.Helper()
	r.emptyServer()
	r.Beside(r.t, "sidecar-unix", "HOSPITAL_LISTEN="+socket)
	times := r.chart("Time of an update in PHP", "µs, median")
	for _, transport := range []struct{ name, address string }{{oursTCP, "127.0.0.1:8787"}, {oursUnix, socket}} {
		p50, p99 := map[string][]float64{}, map[string][]float64{}
		for round := range r.report.Rounds {
			const blocks = 3
			n := blocks*q.count + 1
			var answer struct {
				Took  map[string][]float64
				Calls int
			}
			r.php([]string{"BENCH_ADDRESS=" + transport.address}, "turns.php", map[string]any{
				"what": q.what, "read": q.read, "blocks": blocks, "count": q.count,
				"native": firstNative + q.first + round*n, "ours": firstOurs + q.first + round*n,
			}, &answer)
			if answer.Calls != q.calls {
				r.t.Errorf("%s: %d calls of the sidecar, want %d", q.question, answer.Calls, q.calls)
			}
			for name, each := range answer.Took {
				p50[name] = append(p50[name], Quantile(each, 0.5)/1e3)
				p99[name] = append(p99[name], Quantile(each, 0.99)/1e3)
			}
		}
		r.add(Figure{Question: q.question, What: transport.name + " / native, p50", Unit: "x", Rounds: ratios(p50["ours"], p50["native"]), AtMost: q.ofNative})
		r.add(Figure{Question: q.question, What: transport.name + " / guide, p50", Unit: "x", Rounds: ratios(p50["ours"], p50["guide"]), AtMost: q.ofGuide})
		r.add(Figure{Question: q.question, What: transport.name + " / native, p99", Unit: "x", Rounds: ratios(p99["ours"], p99["native"])})
		r.add(Figure{Question: q.question, What: transport.name + ", p50", Unit: "µs", Rounds: p50["ours"]})
		if transport.name == oursTCP {
			if q.ofGuide > 0 {
				r.add(Figure{Question: q.question, What: "the bare parts / guide, p50", Unit: "x", Rounds: ratios(p50["bare"], p50["guide"]), Note: "an empty Echo's answer and one HSET, no plugin, no sidecar, no WordPress"})
			}
			times.Add(q.question, "native", Quantile(p50["native"], 0.5))
			times.Add(q.question, "guide", Quantile(p50["guide"], 0.5))
		}
		times.Add(q.question, transport.name, Quantile(p50["ours"], 0.5))
	}
}
