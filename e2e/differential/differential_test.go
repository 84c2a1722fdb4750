package differential

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

var (
	seconds = flag.Int("seconds", 0, "let TestFuzz run for so long, from -seed on")
	seed    = flag.Int("seed", 0, "where TestFuzz begins; 0: anywhere")
	workers = flag.Int("workers", 2, "PHP processes that TestFuzz lets play at the same time")
	away    = flag.Bool("away", false, "have each sequence end and start the sidecar, as otherwise one in forty does")
	only    = flag.String("only", "", "only these operations, with commas between")
)

func TestMain(m *testing.M) {
	flag.Parse()
	containers.LiveFor(time.Duration(*seconds) * time.Second)
	os.Exit(containers.Main(m))
}

// apart is how far the seeds of two workers lie from each other.
const apart = 1_000_000

// open returns the stack's driver. What a power cut would cost is no question
// here, so no commit waits for the disk.
func open(t testing.TB) *driver {
	t.Helper()
	d := &driver{Stack: containers.WholeStack(t), t: t}
	for _, setting := range []string{"innodb_flush_log_at_trx_commit", "sync_binlog"} {
		if _, err := d.DB.ExecContext(t.Context(), "SET GLOBAL "+setting+" = 0"); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// play lets the workers play, each from its own seed on, and fails the test
// with what they found.
func (d *driver) play(t *testing.T, first, workers int, options ...string) report {
	t.Helper()
	if *only != "" {
		options = append(options, "--only="+*only)
	}
	if *away {
		options = append(options, "--away")
	}
	if workers > 1 {
		options = append(options, "--beside")
	}
	offloaded := d.offloaded(t)
	began := time.Now()
	var all report
	var failed error
	var mine sync.Mutex
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() {
			r, err := d.run(t.Context(), append([]string{"--seed=" + strconv.Itoa(first+i*apart)}, options...)...)
			mine.Lock()
			defer mine.Unlock()
			all.add(r)
			failed = errors.Join(failed, err)
		})
	}
	group.Wait()
	all.Offloaded = d.offloaded(t) - offloaded
	t.Logf("seeds from %d on: %s%.1f sequences a second", first, all, float64(all.Sequences)/time.Since(began).Seconds())
	for _, f := range all.Failures {
		t.Errorf("WordPress notices: %s\n%s", d.again(f.Seed, *away || slices.Contains(options, "--away")), f.Text)
	}
	if len(all.Failures) > 0 {
		t.Log(d.deadlock(t.Context()))
	}
	if failed != nil {
		t.Fatal(failed)
	}
	return all
}

// TestTheSame plays a fixed set of seeds, some more that end the sidecar, and then
// fresh ones. One worker: a second one's locks may have InnoDB refuse a write of
// either side.
func TestTheSame(t *testing.T) {
	d := open(t)
	d.play(t, 20250101, 1, "--sequences=60").mostlyOffloaded(t)
	d.play(t, 20250301, 1, "--sequences=3", "--away")
	d.play(t, rand.IntN(1_000_000_000), 1, "--sequences=2")
}

// TestTheSameCached plays with a persistent object cache, which outlives requests
// and is shared with the web server that the sidecar tells of what it synced, and
// with the second process.
func TestTheSameCached(t *testing.T) {
	d := open(t)
	d.ObjectCache(t, true)
	d.cached = true
	d.play(t, 20250201, 1, "--sequences=12").mostlyOffloaded(t)
	d.play(t, rand.IntN(1_000_000_000), 1, "--sequences=2")
}

// TestSeed plays the sequence of HOSPITAL_SEED again.
func TestSeed(t *testing.T) {
	again := os.Getenv("HOSPITAL_SEED")
	if again == "" {
		again = "1"
	}
	n, err := strconv.Atoi(again)
	if err != nil {
		t.Fatalf("HOSPITAL_SEED: %v", err)
	}
	open(t).play(t, n, 1, "--sequences=1")
}

// TestFuzz goes on for as long as it is told: make fuzz-wordpress.
func TestFuzz(t *testing.T) {
	if *seconds == 0 {
		t.Log("make fuzz-wordpress runs this")
		t.SkipNow()
	}
	first := *seed
	if first == 0 {
		first = rand.IntN(1_000_000_000)
	}
	t.Logf("seeds from %d on", first)
	open(t).play(t, first, *workers, fmt.Sprintf("--seconds=%d", *seconds))
}

// TestItFinds: a plugin that is broken on purpose is found, and the sequence that
// shows it has no step too many.
func TestItFinds(t *testing.T) {
	for _, breakage := range []string{
		"true_for_unchanged", "no_actions", "no_actions_natively", "trimmed_reads", "hasty_queries", "stale_queries", "believed_cache",
	} {
		t.Run(breakage, func(t *testing.T) {
			d := open(t)
			if breakage == "believed_cache" {
				d.ObjectCache(t, true)
			}
			options := []string{"--seed=1", "--sequences=40", "--steps=12", "--failures=1", "--break=" + breakage}
			if strings.HasSuffix(breakage, "_natively") {
				options = append(options, "--away")
			}
			r, err := d.run(t.Context(), options...)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Failures) == 0 {
				t.Fatalf("%d sequences of a broken plugin, and nothing was noticed", r.Sequences)
			}
			for _, f := range r.Failures {
				if f.Steps > 3 {
					t.Errorf("%d steps to show it:\n%s", f.Steps, f.Text)
				}
			}
		})
	}
}
