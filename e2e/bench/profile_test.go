package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// TestProfile says where the time of an update goes (make profile): in PHP by
// counting and timing calls, in the sidecar by CPU and allocation profiles under
// load, left in -out, in Redis by its own statistics.
func TestProfile(t *testing.T) {
	if !*profile {
		t.Log("profiles only with -profile (make profile)")
		t.SkipNow()
	}
	r := run{Stack: containers.BenchStack(t), t: t, report: &Report{}}
	r.posts(firstOurs, 12_000, offloaded)
	r.posts(firstNative, 2_000, native)
	r.profilePHP()
	r.Beside(t, "sidecar-profiled", "HOSPITAL_LISTEN=0.0.0.0:8791", "HOSPITAL_PROFILE_PORT=6060")
	for name, operations := range map[string]int{"one": 1, "hundred": 100} {
		r.profileSidecar(name, operations)
	}
	stats, err := r.Redis.Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(stats) {
		if strings.Contains(line, "evalsha") {
			fmt.Println("Redis,", strings.TrimSpace(line))
		}
	}
}

func (r run) profilePHP() {
	r.t.Helper()
	plan, err := json.Marshal(map[string]int{"ours": firstOurs, "native": firstNative, "count": 400})
	if err != nil {
		r.t.Fatal(err)
	}
	fmt.Println(r.Exec(r.t, "wordpress", append(append([]string{"php"}, phpOptions...), "/e2e/bench/php/profile.php", string(plan))...))
}

// profileSidecar drives writes while Go samples, and prints what is on top.
func (r run) profileSidecar(name string, operations int) {
	r.t.Helper()
	const seconds = 6
	if err := os.MkdirAll(*out, 0o755); err != nil {
		r.t.Fatal(err)
	}
	cpu := containers.BenchFile(r.t, "cpu")
	_ = os.Remove(cpu)
	r.Exec(r.t, "wordpress", "sh", "-c", fmt.Sprintf("curl -s -o /bench/cpu.new 'http://127.0.0.1:6060/debug/pprof/profile?seconds=%d' && mv /bench/cpu.new /bench/cpu &", seconds))
	g := generator{"tcp", r.Address(r.t, "localhost", 8791), 8, r.requests(8, operations)}
	rate, took := g.rate(r.t, (seconds+1)*time.Second)
	fmt.Printf("\n%d writes a request, 8 connections: %.0f writes/s, p50 %.0f µs\n", operations, rate*float64(operations), Quantile(took, 0.5))
	containers.Eventually(r.t, 10*time.Second, func(context.Context) error { _, err := os.Stat(cpu); return err })
	r.Exec(r.t, "wordpress", "curl", "-s", "-o", "/bench/allocs", "http://127.0.0.1:6060/debug/pprof/allocs")
	for file, options := range map[string][]string{"cpu": nil, "allocs": {"-sample_index=alloc_objects"}} {
		profile, err := os.ReadFile(containers.BenchFile(r.t, file))
		if err != nil {
			r.t.Fatal(err)
		}
		kept := filepath.Join(*out, name+"."+file+".pprof")
		if err := os.WriteFile(kept, profile, 0o644); err != nil {
			r.t.Fatal(err)
		}
		for _, order := range []string{"-flat", "-cum"} {
			top, err := exec.CommandContext(r.t.Context(), "go", append(append([]string{"tool", "pprof", "-top", order, "-nodecount=40"}, options...), kept)...).CombinedOutput()
			if err != nil {
				r.t.Fatalf("%v: %s", err, top)
			}
			fmt.Printf("%s, %s\n%s\n", file, order, top)
		}
	}
}
