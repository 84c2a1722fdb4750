package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// nemesis injects faults and heals them. It is used by one goroutine.
type nemesis struct {
	*containers.BadLines
	*site
	t      testing.TB
	dice   *rand.Rand
	faults []Fault
	healed []time.Duration
	words  func(format string, args ...any)
}

// fault is one kind of harm. Two at a time have no place in common. One that
// could not be injected, as another may not let it, has nothing to heal.
type fault struct {
	name, place string
	inject      func(*nemesis) (heal func())
	least, most time.Duration // how long it lasts
}

func (n *nemesis) between(least, most time.Duration) time.Duration {
	return least + time.Duration(n.dice.Int64N(int64(most-least)+1))
}

// wait is the time that a fault lasts; the clients go on meanwhile.
func (n *nemesis) wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-n.t.Context().Done():
	}
}

// round injects some faults at once and heals them, last first, then waits
// until the site is well again. It tells whether all of them took place.
func (n *nemesis) round(faults ...fault) (all bool) {
	heals := make([]func(), 0, len(faults))
	first := len(n.faults)
	for _, f := range faults {
		n.words("%s inject %s", ms(n.Now()), f.name)
		n.faults = append(n.faults, Fault{Name: f.name, Begin: n.Now()})
		heal, missed, lasts := f.inject(n), n.missed(), n.between(f.least, f.most)
		if heals = append(heals, heal); heal == nil {
			missed()
			continue
		}
		n.wait(lasts)
	}
	for i, heal := range slices.Backward(heals) {
		if heal != nil {
			heal()
		}
		n.faults[first+i].Healed = n.Now()
		n.words("%s healed %s", ms(n.Now()), n.faults[first+i])
	}
	n.healed = append(n.healed, n.Now())
	n.recover(time.Minute)
	n.rename()
	n.wait(n.between(300*time.Millisecond, 1200*time.Millisecond))
	return !slices.ContainsFunc(n.faults[first:], func(f Fault) bool { return f.Missed })
}

// missed returns how to say, also when it is healed, that nothing came of the
// fault that is being injected.
func (n *nemesis) missed() func() {
	at := len(n.faults) - 1
	return func() {
		if at >= 0 { // else a crash point's stimulus
			n.faults[at].Missed = true
		}
	}
}

// rename gives a late comer the slug that it is written to by, or takes it away.
func (n *nemesis) rename() {
	f := n.late[n.dice.IntN(len(n.late))]
	n.statement(fmt.Sprintf("UPDATE wp_posts SET post_name = IF(post_name = 'late-%d', 'nobody-%[1]d', 'late-%[1]d') WHERE ID = %[1]d", f.Post))
}

// comeAll gives all late comers their slugs.
func (n *nemesis) comeAll() {
	for _, f := range n.late {
		n.statement(fmt.Sprintf("UPDATE wp_posts SET post_name = 'late-%d' WHERE ID = %[1]d", f.Post))
	}
}

// recover waits until the direct API takes a write under a lease again.
func (n *nemesis) recover(patience time.Duration) {
	containers.Eventually(n.t, patience, func(context.Context) error { return n.well() })
}

// well: the direct API brings everything home, under a lease.
func (n *nemesis) well() error {
	if a, outcome, why := newDirect(n.API, n.Token).ask("POST", "/v1/barrier", map[string]any{"all": true}); outcome != OK {
		return fmt.Errorf("the site is not well again: %s %s %s", outcome, why, a.Error.Code)
	}
	return nil
}

// pick chooses faults of different places.
func pick(dice *rand.Rand, from []fault, count int) []fault {
	var picked []fault
	for _, i := range dice.Perm(len(from)) {
		apart := !slices.ContainsFunc(picked, func(f fault) bool { return meet(f.place, from[i].place) })
		if apart && len(picked) < count {
			picked = append(picked, from[i])
		}
	}
	return picked
}

// meet tells whether places, of which each is several words or one, have one in
// common.
func meet(a, b string) bool {
	for _, word := range strings.Split(a, ", ") {
		if word == alone || b == alone || slices.Contains(strings.Split(b, ", "), word) {
			return true
		}
	}
	return false
}

// kill ends a service by SIGKILL and starts it again.
func kill(service string) func(*nemesis) func() {
	return func(n *nemesis) func() {
		n.Kill(n.t, service)
		return func() { n.start(service) }
	}
}

func (n *nemesis) start(service string) {
	n.BadLines.Start(n.t, service)
	if service == "sidecar" || service == "second" {
		base := n.API
		if service == "second" {
			base = n.Second
		}
		containers.WaitForAPI(n.t, base)
	}
}

// pause stops all processes of a service where they are.
func pause(service string) func(*nemesis) func() {
	return func(n *nemesis) func() {
		n.Pause(n.t, service)
		return func() { n.Resume(n.t, service) }
	}
}

// bad makes a line bad.
func bad(line string, toxics containers.Toxics) func(*nemesis) func() {
	return func(n *nemesis) func() {
		n.Line[line].Set(toxics)
		return n.Line[line].Mend
	}
}

// lines are the faults of the lines between the services.
func lines() []fault {
	var all []fault
	for _, line := range containers.Lines {
		between := strings.Replace(line, "-", " to ", 1)
		for what, toxics := range map[string]containers.Toxics{
			"reset":             {Refuse: true},
			"black hole":        {Hole: true},
			"latency":           {Latency: 60 * time.Millisecond},
			"slow close":        {LateClose: 2 * time.Second, ResetBefore: 0.02},
			"reset before sent": {ResetBefore: 0.1},
			"reset after sent":  {ResetAfter: 0.1},
		} {
			all = append(all, fault{what + ", " + between, line, bad(line, toxics), 200 * time.Millisecond, 2 * time.Second})
		}
	}
	slices.SortFunc(all, func(a, b fault) int { return strings.Compare(a.name, b.name) })
	return all
}
