package model

import (
	"flag"
	"strings"
	"testing"
	"time"
)

var large = flag.Bool("model.large", false, "explore the large scenarios too: minutes, and some gigabytes")

func wanted() Size {
	switch {
	case *large:
		return Large
	case testing.Short():
		return Small
	}
	return Medium
}

func TestProtocol(t *testing.T) {
	for _, each := range Scenarios() {
		if each.Size > wanted() {
			continue
		}
		each.Code = Code
		t.Run(each.Name, func(t *testing.T) {
			if each.Size < Large { // of the large ones one fills the memory
				t.Parallel()
			}
			holds(t, each.Scenario, each.Size < Large)
		})
	}
}

// TestProtocol_as_written: the text alone, without what the code does
// differently, holds as well.
func TestProtocol_as_written(t *testing.T) {
	if testing.Short() {
		t.SkipNow()
	}
	for _, each := range Scenarios() {
		if each.Size > Small {
			continue
		}
		each.Code = Protocol
		t.Run(each.Name, func(t *testing.T) {
			t.Parallel()
			holds(t, each.Scenario, false)
		})
	}
}

// TestDeviations: what the code does differently is sound each by itself too.
func TestDeviations(t *testing.T) {
	if testing.Short() {
		t.SkipNow()
	}
	for _, one := range []struct {
		name string
		code Deviations
	}{
		{"a barrier is content with its own claim", Deviations{OwnClaim: true}},
		{"no lift", Deviations{NoLift: true}},
		{"native-write rows are not read in offload", Deviations{OffloadBlind: true}},
		{"certainly not done, a barrier, core's write", Deviations{PlainRefused: true}},
		{"acknowledged only under a lease of the same epoch", Deviations{Confirm: true}},
		{"fence rows of epochs before the return are pruned", Deviations{Prune: true}},
	} {
		one.code = one.code.Repaired()
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			for _, each := range Scenarios() {
				if each.Size == Small && each.Reads == 0 && each.Ops[0].Kind != direct {
					each.Code = one.code
					holds(t, each.Scenario, false)
				}
			}
		})
	}
}

// holds: nothing goes wrong, and from everywhere a way leads home.
func holds(t *testing.T, c Scenario, home bool) {
	t.Helper()
	if c.Limit == 0 {
		c.Limit = 40_000_000
	}
	began := time.Now()
	r := c.Explore(home)
	t.Logf("%d states, depth %d, %.1f s", r.States, r.Depth, time.Since(began).Seconds())
	switch {
	case r.Violation != "":
		t.Errorf("%s:\n%s", r.Violation, strings.Join(r.Trace, "\n"))
	case !r.Complete:
		t.Errorf("not explored to the end")
	case r.Stuck != nil:
		t.Errorf("no way home from:\n%s", strings.Join(r.Stuck, "\n"))
	}
}
