package bench

import (
	"fmt"
	"time"
)

// growth: an update costs the same however much Redis holds, clean or dirty,
// and the sidecar's memory is bounded. Nothing of what it makes is synced.
func growth(r run) {
	ctx := r.t.Context()
	// No rewriting of its file: Redis is filled at a rate that no clinic knows,
	// and would do nothing else while the updates are timed.
	for name, value := range map[string]string{"maxmemory": "8gb", "auto-aof-rewrite-percentage": "0"} {
		if err := r.Redis.ConfigSet(ctx, name, value).Err(); err != nil {
			r.t.Fatal(err)
		}
	}
	r.settle()
	r.Stop(r.t, "sidecar")
	r.Beside(r.t, "sidecar-growing", "HOSPITAL_SYNC_DELAY=1h", "HOSPITAL_DRAIN_TIMEOUT=0s", "HOSPITAL_MAX_DIRTY=0")
	r.WaitForOffload(r.t)
	clean, dirty := some(1_000_000, 100_000), some(1_000_000, 100_000)
	chart := r.chart("Cost of an update as Redis grows", "µs, median")
	cost := func(state string) float64 {
		var all []float64
		for range max(r.report.Rounds, 3) {
			_, took := generator{"tcp", r.Address(r.t, "localhost", 8787), 2, r.requests(2, 1)}.rate(r.t, 500*time.Millisecond)
			all = append(all, Quantile(took, 0.5))
		}
		chart.Add(state, "ours", Quantile(all, 0.5))
		return Quantile(all, 0.5)
	}
	const beyond = 10_000_000 // posts that there are not
	r.copies(beyond, 1000)
	empty := cost("1,000 appointments, nothing dirty")
	memory := r.Used(r.t, "sidecar-growing").Memory
	r.copies(beyond, clean)
	question := "growth"
	r.add(Figure{Question: question, What: fmt.Sprintf("an update with %d appointments / with 1,000", clean), Unit: "x", Rounds: []float64{cost(fmt.Sprint(clean, " appointments, nothing dirty")) / empty}, AtMost: 1.3})
	mib := func() float64 { return float64(r.Used(r.t, "sidecar-growing").Memory) / (1 << 20) }
	r.add(Figure{Question: question, What: fmt.Sprintf("memory of the sidecar with %d clean / with 1,000", clean), Unit: "x", Rounds: []float64{mib() * (1 << 20) / float64(memory)}, AtMost: 1.5})
	before := r.stats().Redis.UsedMemory
	r.soilFields(2*beyond, 100_000)
	r.add(Figure{Question: question, What: "memory of the sidecar, 100,000 dirty fields", Unit: "MiB", Rounds: []float64{mib()}, AtMost: 64})
	r.soilFields(2*beyond+100_000/5, dirty-100_000)
	r.add(Figure{Question: question, What: "Redis, each dirty field", Unit: "bytes", Rounds: []float64{float64(r.stats().Redis.UsedMemory-before) / float64(dirty)}})
	r.add(Figure{Question: question, What: fmt.Sprintf("an update with %d dirty fields / with none", dirty), Unit: "x", Rounds: []float64{cost(fmt.Sprint(dirty, " dirty fields")) / empty}, AtMost: 1.3})
}

// copies puts clean copies of so many appointments into Redis, as a sync leaves
// them.
func (r run) copies(first, count int) {
	r.t.Helper()
	for at := 0; at < count; at += 5000 {
		pipe := r.Redis.Pipeline()
		for id := first + at; id < first+min(at+5000, count); id++ {
			key := fmt.Sprint("appointment:", id)
			pipe.HSet(r.t.Context(), key, "status", "confirmed", "room", "12", "last_updated_redis", "1795000000")
			pipe.Expire(r.t.Context(), key, time.Hour)
		}
		if _, err := pipe.Exec(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
	}
}

// soilFields makes so many fields dirty, five of each appointment.
func (r run) soilFields(first, count int) {
	r.t.Helper()
	for at := 0; at < count/5; at += 20_000 {
		r.write(ops(first+at, min(20_000, count/5-at), eightKeys[:5]))
	}
}
