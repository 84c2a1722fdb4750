package bench

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// sidecarAlone: without PHP. One write a request beside the same Echo server
// answering with nothing, then 100 a request beside Redis with the bare script.
func sidecarAlone(r run) {
	r.emptyServer()
	d := time.Duration(some(1000, 400)) * time.Millisecond
	for _, connections := range []int{1, 8, 32, 128} {
		one := func(port int) generator {
			requests := r.requests(connections, 1)
			return generator{"tcp", r.Address(r.t, "localhost", port), connections, requests}
		}
		rates := map[int][]float64{}
		for round := range r.report.Rounds {
			for _, port := range rotated([]int{8787, 8799}, round) {
				rate, _ := one(port).rate(r.t, d)
				rates[port] = append(rates[port], rate)
				r.settle()
			}
		}
		what := fmt.Sprintf("one write a request, %d connections", connections)
		r.add(Figure{Question: "the sidecar alone", What: what + ", of the empty Echo server", Unit: "x", Rounds: ratios(rates[8787], rates[8799]), AtLeast: 0.6})
		r.add(Figure{Question: "the sidecar alone", What: what, Unit: "writes/s", Rounds: rates[8787]})
		r.chart("The sidecar alone", "requests a second").Add(what, "native", Quantile(rates[8799], 0.5))
		r.chart("The sidecar alone", "requests a second").Add(what, "ours", Quantile(rates[8787], 0.5))
	}
	for _, connections := range []int{1, 8} {
		var with, bare []float64
		for range r.report.Rounds {
			rate, _ := generator{"tcp", r.Address(r.t, "localhost", 8787), connections, r.requests(connections, 100)}.rate(r.t, d)
			with = append(with, 100*rate)
			r.settle()
			bare = append(bare, r.bareScript(connections, d))
		}
		r.add(Figure{Question: "the sidecar alone", What: fmt.Sprintf("100 writes a request, %d connections, of Redis with the bare script", connections), Unit: "x", Rounds: ratios(with, bare), AtLeast: 0.5})
		r.add(Figure{Question: "the sidecar alone", What: fmt.Sprintf("100 writes a request, %d connections", connections), Unit: "writes/s", Rounds: with})
	}
}

// requests are made beforehand: a few hundred of each connection, over 500 posts.
func (r run) requests(connections, operations int) func(connection, n int) []byte {
	const different = 64
	all := make([][][]byte, connections)
	for c := range all {
		for n := range different {
			var list []string
			for i := range operations {
				list = append(list, operation(firstOurs+8000+(c*different*operations+n*operations+i)%2000, n))
			}
			all[c] = append(all[c], r.writeRequest(strings.Join(list, ",")))
		}
	}
	return func(connection, n int) []byte { return all[connection][n%different] }
}

// bareScript is what Redis does with the write script alone, one write a run and
// 100 runs in a pipeline: writes a second. The sidecar puts several into a run.
func (r run) bareScript(connections int, d time.Duration) float64 {
	r.t.Helper()
	text, err := os.ReadFile("../../sidecar/redisstore/lua/write.lua")
	if err != nil {
		r.t.Fatal(err)
	}
	ctx := r.t.Context()
	sha, err := r.Redis.ScriptLoad(ctx, string(text)).Result()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.Redis.HSet(ctx, "bare:floor", "token", "t", "epoch", 1).Err(); err != nil {
		r.t.Fatal(err)
	}
	var group errgroup.Group
	done := make([]int, connections)
	began := time.Now()
	for c := range connections {
		group.Go(func() error {
			for n := 0; time.Since(began) < d; n++ {
				pipe := r.Redis.Pipeline()
				for i := range 100 {
					id := (c*100 + n*100 + i) % 2000
					pipe.EvalSha(ctx, sha, []string{"bare:floor", "bare:dirty", "bare:ttl", "bare:dead", fmt.Sprint("bare:", id), fmt.Sprint("bare:", id, ":dirty")},
						"t", 1, 250, 0, 1, id, "", 0, 1, "status", "=", fmt.Sprint("confirmed-", n))
				}
				if _, err := pipe.Exec(ctx); err != nil {
					return err
				}
				done[c] += 100
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		r.t.Fatal(err)
	}
	total := 0
	for _, n := range done {
		total += n
	}
	return float64(total) / time.Since(began).Seconds()
}
