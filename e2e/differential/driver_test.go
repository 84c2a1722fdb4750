package differential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// report is what a run says at its end.
type report struct {
	Sequences int
	Counts    map[string]int // steps by operation; in parentheses what else happened
	Failures  []failure
	Offloaded int // calls by which WordPress forwarded an update
}

// failure is a sequence that ended differently.
type failure struct {
	Seed, Steps int
	Text        string
}

// driver does for the PHP programs of one stack what they cannot do themselves.
type driver struct {
	*containers.Stack
	t testing.TB

	// cached says that a persistent object cache was put in for this test.
	cached bool
	// away says that the sidecar was ended; only who has the turn alone may look.
	away bool
	// taken are the updates that sidecars had taken before they were ended.
	taken int
	// turn is held by all who play, and alone by one who ends the sidecar.
	turn sync.RWMutex
}

// run plays sequences as told, in a PHP process of their own.
func (d *driver) run(ctx context.Context, options ...string) (report, error) {
	var r report
	var noise strings.Builder // what is printed that is no line of ours, as by a fatal error
	release := func() {}
	defer func() { release() }()
	hear := func(line string) (string, error) {
		switch {
		case strings.HasPrefix(line, "= "):
			return "", json.Unmarshal([]byte(line[2:]), &r)
		case line == "> begin":
			d.turn.RLock()
			release = d.turn.RUnlock
		case line == "> begin alone":
			d.turn.Lock()
			release = func() { d.start(); d.WaitForOffload(d.t); d.turn.Unlock() }
		case line == "> end":
			release()
			release = func() {}
		case line == "> stop sidecar":
			d.end((*containers.Stack).Stop)
		case line == "> kill sidecar":
			d.end((*containers.Stack).Kill)
		case line == "> start sidecar":
			d.start()
		case line == "> offload":
			d.start()
			d.WaitForOffload(d.t)
		default:
			fmt.Fprintln(&noise, line)
			return "", nil
		}
		return "ok", nil
	}
	err := d.Talk(ctx, "wordpress", hear, append([]string{"php", "/e2e/differential/php/run.php"}, options...)...)
	if noise.Len() > 0 {
		err = errors.Join(err, fmt.Errorf("the program prints:\n%s", &noise))
	}
	return r, err
}

// end ends the sidecar, unless it was ended before.
func (d *driver) end(how func(*containers.Stack, testing.TB, string)) {
	if !d.away {
		d.taken = d.offloaded(d.t)
		how(d.Stack, d.t, "sidecar")
		d.away = true
	}
}

func (d *driver) start() {
	if d.away {
		d.Start(d.t, "sidecar")
		d.away = false
	}
}

// deadlock is what InnoDB remembers of its latest one: a write that it refused
// for that fails in one of the two, and not when it is played again.
func (d *driver) deadlock(ctx context.Context) string {
	var kind, name, status string
	if err := d.DB.QueryRowContext(ctx, "SHOW ENGINE INNODB STATUS").Scan(&kind, &name, &status); err != nil {
		return err.Error()
	}
	_, latest, found := strings.Cut(status, "LATEST DETECTED DEADLOCK")
	if !found {
		return "InnoDB knows of no deadlock"
	}
	latest, _, _ = strings.Cut(latest, "\nTRANSACTIONS\n")
	return "InnoDB's latest deadlock:" + latest
}

// offloaded counts the updates that sidecars have taken from WordPress.
func (d *driver) offloaded(t testing.TB) int {
	t.Helper()
	metrics := d.Exec(t, "wordpress", "curl", "-sS", "http://127.0.0.1:8787/metrics", "-H", "Authorization: Bearer "+d.Token)
	_, count, found := strings.Cut(metrics, `hospital_http_requests_total{code="ok",method="POST",route="/v1/write"} `)
	count, _, _ = strings.Cut(count, "\n")
	n, err := strconv.ParseFloat(count, 64)
	if !found || err != nil {
		t.Fatalf("the sidecar counts no writes: %v\n%s", err, metrics)
	}
	return d.taken + int(n)
}

// mostlyOffloaded: two steps in a sequence of thirty at least were updates that
// the sidecar took. Where WordPress writes everything itself, all is the same.
func (r report) mostlyOffloaded(t testing.TB) {
	t.Helper()
	if r.Offloaded < 2*r.Sequences {
		t.Errorf("%d updates of %d sequences were offloaded: this compares WordPress with itself", r.Offloaded, r.Sequences)
	}
}

// again is the command that plays a sequence again on the same kind of stack.
func (d *driver) again(seed int, away bool) string {
	var command strings.Builder
	for _, name := range []string{"HOSPITAL_SUITE", "HOSPITAL_ENGINE", "HOSPITAL_MULTISITE", "HOSPITAL_OBJECT_CACHE"} {
		value := os.Getenv(name)
		if name == "HOSPITAL_OBJECT_CACHE" && d.cached {
			value = "1"
		}
		if value != "" {
			fmt.Fprintf(&command, "%s=%s ", name, value)
		}
	}
	fmt.Fprintf(&command, "HOSPITAL_SEED=%d go test -count 1 -run 'TestSeed$' ./e2e/differential", seed)
	if away {
		command.WriteString(" -away")
	}
	return command.String()
}

// steps counts what was done by operations.
func (r report) steps() (n int) {
	for name, count := range r.Counts {
		if !strings.HasPrefix(name, "(") {
			n += count
		}
	}
	return n
}

// add takes another run's numbers in.
func (r *report) add(other report) {
	r.Sequences += other.Sequences
	r.Failures = append(r.Failures, other.Failures...)
	for name, count := range other.Counts {
		if r.Counts == nil {
			r.Counts = map[string]int{}
		}
		r.Counts[name] += count
	}
}

// String is the table of what was done.
func (r report) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d sequences, %d steps, %d updates offloaded\n", r.Sequences, r.steps(), r.Offloaded)
	for _, name := range slices.Sorted(maps.Keys(r.Counts)) {
		fmt.Fprintf(&text, "%9d  %s\n", r.Counts[name], name)
	}
	return text.String()
}
