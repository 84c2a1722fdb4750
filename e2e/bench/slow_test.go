package bench

import (
	"os"

	"hospital-appointments-redis/e2e/containers"
)

// slowDatabase: updates of posts already read must not notice that the database
// takes 50 ms longer for each statement.
func slowDatabase(r run) {
	file := containers.BenchFile(r.t, "delay")
	slow := func(ms string) {
		if err := os.WriteFile(file, []byte(ms), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	slow("0")
	r.settle()
	r.ExecAs(r.t, "wordpress", "", "sh", "-c", "nohup php /e2e/bench/php/slow-proxy.php 3307 "+r.Name("database")+":3306 /bench/delay >/dev/null 2>&1 &")
	r.Beside(r.t, "sidecar-slow", "HOSPITAL_LISTEN=127.0.0.1:8790", "HOSPITAL_SIDECAR_ADDRESS=127.0.0.1:8790", "HOSPITAL_DB_HOST=127.0.0.1:3307")
	r.Stop(r.t, "sidecar")
	defer func() {
		slow("0")
		r.Start(r.t, "sidecar")
		r.WaitForOffload(r.t)
	}()
	p99 := map[string][]float64{}
	for round := range r.report.Rounds {
		for _, ms := range rotated([]string{"0", "50"}, round) {
			slow(ms)
			var took []float64
			r.php([]string{"BENCH_ADDRESS=127.0.0.1:8790", "BENCH_DB_HOST=127.0.0.1:3307"}, "primed.php", map[string]any{"ours": firstOurs + 7000, "blocks": 30, "count": 20}, &took)
			p99[ms] = append(p99[ms], Quantile(took, 0.99)/1e3)
		}
	}
	r.add(Figure{Question: "a database slower by 50 ms a statement", What: "an update's p99, slow / as it is", Unit: "x", Rounds: ratios(p99["50"], p99["0"]), AtMost: 1.2})
	r.add(Figure{Question: "a database slower by 50 ms a statement", What: "an update's p99, slow", Unit: "µs", Rounds: p99["50"]})
}
