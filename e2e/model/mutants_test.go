package model

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestWithout: each line of the protocol's table tells its story, which no
// other tells. With a rule that it leaves out in force again nothing goes wrong
// in as many steps, so that the story is about that rule.
func TestWithout(t *testing.T) {
	var mu sync.Mutex
	told := map[string]string{}
	for _, each := range append(Mutants(), Repairs()...) {
		t.Run(each.Rule, func(t *testing.T) {
			t.Parallel()
			r := each.Scenario.Explore(false)
			if r.Violation == "" {
				t.Fatalf("nothing goes wrong in %d states", r.States)
			}
			story := strings.Join(r.Trace, "\n")
			t.Logf("%s, after %d steps (%d states):\n%s", r.Violation, r.Depth, r.States, story)
			mu.Lock()
			if other, known := told[story]; known {
				t.Errorf("the same story as without %q", other)
			}
			told[story] = each.Rule
			mu.Unlock()
			if !testing.Short() {
				needed(t, each.Scenario, r.Depth)
			}
		})
	}
}

// needed: a mutant holds to that depth with everything in force, and with any
// one of the rules that it leaves out.
func needed(t *testing.T, mutant Scenario, depth int) {
	t.Helper()
	whole := mutant
	whole.Without, whole.Code = Without{}, Code
	controls := []Mutant{{"everything", whole}}
	if one := restored(mutant); len(one) > 1 {
		controls = append(controls, one...)
	}
	for _, each := range controls {
		each.Scenario.Depth = depth
		began := time.Now()
		r := each.Scenario.Explore(false)
		t.Logf("with %s: %d states, depth %d, %.1f s", each.Rule, r.States, r.Depth, time.Since(began).Seconds())
		if r.Violation != "" {
			t.Errorf("%s with %s too:\n%s", r.Violation, each.Rule, strings.Join(r.Trace, "\n"))
		}
	}
}

// restored is a mutant with one of the rules in force again that it leaves out;
// for each of them.
func restored(mutant Scenario) (all []Mutant) {
	for _, switches := range []struct {
		of      func(*Scenario) reflect.Value
		product any
	}{
		{func(c *Scenario) reflect.Value { return reflect.ValueOf(&c.Without).Elem() }, Without{}},
		{func(c *Scenario) reflect.Value { return reflect.ValueOf(&c.Code).Elem() }, Code},
	} {
		is, should := switches.of(&mutant), reflect.ValueOf(switches.product)
		for i := range is.NumField() {
			if !is.Field(i).Equal(should.Field(i)) {
				c := mutant
				switches.of(&c).Field(i).Set(should.Field(i))
				all = append(all, Mutant{is.Type().Field(i).Name, c})
			}
		}
	}
	return all
}

// TestWithout_leaves_out_every_rule: whatever can be switched off is, in one of
// the mutants, but for what the code does differently.
func TestWithout_leaves_out_every_rule(t *testing.T) {
	nothing := Scenario{Code: Code}
	without, code := reflect.ValueOf(&nothing.Without).Elem(), reflect.ValueOf(&nothing.Code).Elem()
	for i := range without.NumField() {
		without.Field(i).SetBool(true)
	}
	for i := range code.NumField() {
		code.Field(i).SetBool(code.Field(i).Bool() && !reflect.ValueOf(Protocol).Field(i).Bool())
	}
	left := map[string]bool{}
	for _, each := range append(Mutants(), Repairs()...) {
		for _, rule := range restored(each.Scenario) {
			left[rule.Rule] = true
		}
	}
	for _, rule := range restored(nothing) {
		if !left[rule.Rule] {
			t.Errorf("no mutant leaves out %s", rule.Rule)
		}
	}
}
