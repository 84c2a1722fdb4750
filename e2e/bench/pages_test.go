package bench

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// page is one page that only reads, and what it is compared with.
type page struct{ what, ours, native string }

// readingPages: pages that only read cost no more than without us, whether
// nothing is dirty or everything is.
func readingPages(r run) {
	w := r.login()
	pages := []page{
		{"list of 100", "/?bench_list=" + offloaded, "/?bench_list=" + native},
		{"front page", "/", "/?bench_without"},
	}
	r.compare(w, pages, "nothing dirty", 1.05)
	before := r.calls()
	if _, err := w.send("GET", "/", "", nil, http.StatusOK); err != nil {
		r.t.Fatal(err)
	}
	r.add(Figure{Question: "a page that only reads", What: "calls of the sidecar, front page", Rounds: []float64{float64(r.calls() - before)}})

	r.patiently(func() {
		var ops []map[string]any
		for id := firstOurs; id < firstOurs+100; id++ {
			for _, key := range eightKeys {
				ops = append(ops, op(id, key, fmt.Sprintf("dirty %d", time.Now().UnixNano())))
			}
		}
		r.api("POST", "/v1/write", map[string]any{"ops": ops}, nil)
		r.compare(w, pages, "everything dirty", 1.15)
		r.settle()
	})
}

func op(post int, key, value string) map[string]any {
	return map[string]any{"post": post, "type": offloaded, "key": key, "value": value}
}

// compare asks for the two pages by turns, one after the other.
func (r run) compare(w web, pages []page, state string, atMost float64) {
	r.t.Helper()
	for _, p := range pages {
		var all []float64
		times := map[string][]float64{}
		for range r.report.Rounds {
			took := map[string][]float64{}
			for n := range some(60, 15) {
				for _, path := range rotated([]string{p.ours, p.native}, n) {
					took[path] = append(took[path], w.timed(1, 1, func(int, int) error {
						text, err := w.send("GET", path, "", nil, http.StatusOK)
						if err == nil && strings.Contains(path, "bench_list") && strings.Count(text, "\n") < 100 {
							err = fmt.Errorf("%s has less than 100 lines:\n%.300s", path, text)
						}
						return err
					})...)
				}
			}
			all = append(all, Quantile(took[p.ours], 0.5)/Quantile(took[p.native], 0.5))
			for path, each := range took {
				times[path] = append(times[path], Quantile(each, 0.5))
			}
		}
		r.add(Figure{Question: "a page that only reads", What: p.what + ", " + state + ", ours / native", Unit: "x", Rounds: all, AtMost: atMost})
		chart := r.chart("Pages that only read", "ms, median")
		chart.Add(p.what+", "+state, "native", Quantile(times[p.native], 0.5))
		chart.Add(p.what+", "+state, "ours", Quantile(times[p.ours], 0.5))
	}
}

// calls is how many requests the sidecar has answered.
func (r run) calls() int {
	r.t.Helper()
	total := 0
	for line := range strings.Lines(r.Exec(r.t, "wordpress", "curl", "-s", "http://127.0.0.1:8787/metrics", "-H", "Authorization: Bearer "+r.Token)) {
		var n int
		if name, value, ok := strings.Cut(line, "} "); ok && strings.HasPrefix(name, "hospital_http_requests_total") && strings.Contains(name, "/v1/") {
			if _, err := fmt.Sscan(value, &n); err != nil {
				r.t.Fatal(err)
			}
			total += n
		}
	}
	return total
}

// patiently does something under a sidecar that syncs after an hour, in the
// place of the other one: what is written stays dirty.
func (r run) patiently(do func()) {
	r.t.Helper()
	r.settle()
	r.Stop(r.t, "sidecar")
	r.Beside(r.t, "sidecar-patient", "HOSPITAL_SYNC_DELAY=1h", "HOSPITAL_DRAIN_TIMEOUT=0s")
	defer func() {
		r.Stop(r.t, "sidecar-patient")
		r.Start(r.t, "sidecar")
		r.WaitForOffload(r.t)
	}()
	r.WaitForOffload(r.t)
	do()
}
