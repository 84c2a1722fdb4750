package faults

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// stepped adds to what a sidecar's time.Now says how far its clock is off, by a
// file that is looked at ten times a second. Elapsed time is not touched, as a
// step of a real clock does not touch it either. Now itself must not read a
// file: the scheduler calls it too.
const stepped = `package time

import (
	"sync/atomic"
	"syscall"
)

var off atomic.Int64

func init() { go watchStep() }

func watchStep() {
	name, _ := syscall.Getenv("` + containers.StepsClock + `")
	for ; ; Sleep(100 * Millisecond) {
		fd, err := open(name)
		if err != nil {
			continue
		}
		var text [32]byte
		n, _ := read(fd, text[:])
		closefd(fd)
		var seconds, sign int64 = 0, 1
		for _, c := range text[:max(n, 0)] {
			switch {
			case c == '-':
				sign = -1
			case c >= '0' && c <= '9':
				seconds = 10*seconds + int64(c-'0')
			}
		}
		off.Store(sign * seconds)
	}
}
`

// steppable are the edits of Go's own time package by which a sidecar's clock
// can be stepped. The program that is shipped has none of it.
func steppable() []mutant {
	dir := filepath.Join(runtime.GOROOT(), "src/time")
	return []mutant{
		{file: filepath.Join(dir, "stepped.go"), new: stepped},
		{file: filepath.Join(dir, "time.go"), old: "\tsec, nsec, mono := runtimeNow()\n\tif mono == 0 {\n\t\treturn Time{uint64(nsec), sec + unixToInternal, Local}",
			new: "\tsec, nsec, mono := runtimeNow()\n\tsec += off.Load()\n\tif mono == 0 {\n\t\treturn Time{uint64(nsec), sec + unixToInternal, Local}"},
	}
}

// clocks are the faults of the servers' clocks, each by itself, so that they go
// apart from each other.
func clocks(services ...string) []fault {
	var all []fault
	for _, service := range services {
		all = append(all, fault{"the clock of the " + service + " stepped", "clock of " + service, stepClock(service), brief, long})
	}
	return all
}

// stepClock steps a clock forth or back, and then somewhere else.
func stepClock(service string) func(*nemesis) func() {
	return func(n *nemesis) func() {
		far := []time.Duration{2 * time.Second, time.Minute, time.Hour, 40 * 24 * time.Hour}
		for range 2 {
			off := far[n.dice.IntN(len(far))]
			if n.dice.IntN(2) == 0 {
				off = -off
			}
			n.SetClock(n.t, service, off)
			n.wait(n.between(time.Second, 2*time.Second))
		}
		return func() { n.SetClock(n.t, service, 0) }
	}
}

// heeded makes sure that the servers heed how far their clocks are set off, or
// those faults would be none.
func (r *run) heeded(t *testing.T, services ...string) {
	t.Helper()
	clock := map[string]func(context.Context) (time.Time, error){
		"redis": func(ctx context.Context) (time.Time, error) { return r.Redis.Time(ctx).Result() },
		"database": func(ctx context.Context) (time.Time, error) {
			var s int64
			err := r.DB.QueryRowContext(ctx, "SELECT UNIX_TIMESTAMP()").Scan(&s)
			return time.Unix(s, 0), err
		},
		"sidecar": func(ctx context.Context) (time.Time, error) { return dated(ctx, r.API) },
		"second":  func(ctx context.Context) (time.Time, error) { return dated(ctx, r.Second) },
	}
	for _, off := range []time.Duration{time.Hour, 0} {
		for _, service := range services {
			r.SetClock(t, service, off)
		}
		for _, service := range services {
			containers.Eventually(t, 10*time.Second, func(ctx context.Context) error {
				now, err := clock[service](ctx)
				if is := time.Until(now); err == nil && (is-off).Abs() > 3*time.Second {
					err = fmt.Errorf("the clock of %s is %s off, not %s", service, is, off)
				}
				return err
			})
		}
	}
}

// dated is the time that a sidecar puts into its answers.
func dated(ctx context.Context, base string) (time.Time, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/livez", nil)
	if err != nil {
		return time.Time{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return time.Time{}, err
	}
	defer response.Body.Close()
	return http.ParseTime(response.Header.Get("Date"))
}
