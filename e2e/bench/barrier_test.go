package bench

import (
	"fmt"
	"time"
)

// barrier is how long a barrier for one appointment takes while others are
// dirty, and being synced.
func barrier(r run) {
	const asked = firstOurs + 11_000
	for _, elsewhere := range []int{0, 100, 10_000} {
		for _, dirty := range []bool{false, true} {
			var took []float64
			for n := range some(200, 50) {
				r.soil(elsewhere)
				if dirty {
					r.api("POST", "/v1/write", map[string]any{"ops": []any{op(asked, "status", fmt.Sprint("asked ", n, elsewhere))}}, nil)
				}
				began := time.Now()
				r.api("POST", "/v1/barrier", map[string]any{"posts": map[string]any{offloaded: []int{asked}}}, nil)
				took = append(took, time.Since(began).Seconds()*1e3)
			}
			what := fmt.Sprintf("%d dirty elsewhere, asked for a %s one", elsewhere, map[bool]string{true: "dirty", false: "clean"}[dirty])
			r.add(Figure{Question: "barrier for one appointment, p99", What: what, Unit: "ms", Rounds: []float64{Quantile(took, 0.99)}, AtMost: 50})
			r.chart("Barrier for one appointment", "ms, p99").Add(what, "ours", Quantile(took, 0.99))
		}
	}
	r.settle()
}

// soil makes so many appointments dirty, unless half of them still are.
func (r run) soil(count int) {
	r.t.Helper()
	still, err := r.Redis.ZCard(r.t.Context(), "appointments:dirty").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	if int(still) >= count/2 && count > 0 || count == 0 {
		return
	}
	r.write(ops(firstOurs, count, []string{"room"}))
}

// ops set these keys of so many posts to something new.
func ops(first, count int, keys []string) []map[string]any {
	list := make([]map[string]any, 0, count*len(keys))
	value := fmt.Sprint("set at ", time.Now().UnixNano())
	for id := first; id < first+count; id++ {
		for _, key := range keys {
			list = append(list, op(id, key, value))
		}
	}
	return list
}

// write sends operations by the thousand.
func (r run) write(list []map[string]any) {
	r.t.Helper()
	for len(list) > 0 {
		n := min(len(list), 1000)
		r.api("POST", "/v1/write", map[string]any{"ops": list[:n]}, nil)
		list = list[n:]
	}
}
