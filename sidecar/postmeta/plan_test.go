package postmeta

import (
	"fmt"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

func version(epoch, counter uint64) appointment.Version {
	return appointment.Version{Epoch: epoch, Counter: counter}
}

// found is what a transaction found for post 7: the site in epoch 6, returned
// in epoch 4, the fence at read (5, 50) and version (5, 40), two rows.
func found() state {
	return state{
		site:    appointment.Site{Epoch: 6, Native: true, Returned: 4},
		fences:  map[uint64]fence{7: {read: version(5, 50), version: version(5, 40)}},
		natives: map[uint64]map[string]uint64{},
		posts:   map[uint64]bool{7: true},
		alike:   map[uint64]map[string][]uint64{},
		rows:    map[uint64]map[string][]uint64{7: {"status": {1}, "several": {2, 3}}},
	}
}

func field(key string, v appointment.Version) appointment.Dirty {
	return appointment.Dirty{Key: key, Value: "new", Version: v, Mark: v.String()}
}

// outcome of a plan in short: its fate, the change and what was left out.
func outcome(v appointment.Verdict, c change) string {
	leftOut := 0
	for _, each := range v.Settled {
		if each.LeftOut {
			leftOut++
		}
	}
	return fmt.Sprintf("fate %d: %d values, %d births, %d deletes, %d left out, %d doomed", v.Fate, len(c.values), len(c.births), len(c.deletes), leftOut, len(v.Doomed))
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*state)
		fields []appointment.Dirty
		want   string
	}{
		{"one row is written", nil, []appointment.Dirty{field("status", version(5, 41))}, "fate 0: 1 values, 0 births, 0 deletes, 0 left out, 0 doomed"},
		{"all rows of a key are written", nil, []appointment.Dirty{field("several", version(5, 41))}, "fate 0: 2 values, 0 births, 0 deletes, 0 left out, 0 doomed"},
		{"a key without a row is born", nil, []appointment.Dirty{field("room", version(5, 41))}, "fate 0: 0 values, 1 births, 0 deletes, 0 left out, 0 doomed"},
		{"keys are told apart by their bytes", nil, []appointment.Dirty{field("Status", version(5, 41))}, "fate 0: 0 values, 1 births, 0 deletes, 0 left out, 0 doomed"},
		{"the fence's own version is left out", nil, []appointment.Dirty{field("status", version(5, 40))}, "fate 0: 0 values, 0 births, 0 deletes, 1 left out, 0 doomed"},
		{"a later epoch is above the fence whatever its counter", nil, []appointment.Dirty{field("status", version(6, 1))}, "fate 0: 1 values, 0 births, 0 deletes, 0 left out, 0 doomed"},
		{"a version of before the return is left out", func(s *state) { s.fences = nil }, []appointment.Dirty{field("status", version(3, 99))},
			"fate 0: 0 values, 0 births, 0 deletes, 1 left out, 0 doomed"},
		{"a version of the return is written", func(s *state) { s.fences = nil }, []appointment.Dirty{field("status", version(4, 1))},
			"fate 0: 1 values, 0 births, 0 deletes, 0 left out, 0 doomed"},
		{"what core wrote later is left out, the rest is written", func(s *state) { s.natives[7] = map[string]uint64{"status": 6} },
			[]appointment.Dirty{field("status", version(5, 41)), field("several", version(5, 42))}, "fate 0: 2 values, 0 births, 0 deletes, 1 left out, 0 doomed"},
		{"what core wrote in the same epoch stands against nothing", func(s *state) { s.natives[0] = map[string]uint64{"": 5} },
			[]appointment.Dirty{field("status", version(5, 41))}, "fate 0: 1 values, 0 births, 0 deletes, 0 left out, 0 doomed"},
		{"one dead field keeps back the whole post", func(s *state) { s.natives[0] = map[string]uint64{"status": 6} },
			[]appointment.Dirty{{Key: "status", Version: version(5, 41), Unverified: true}, field("several", version(5, 42))},
			"fate 3: 0 values, 0 births, 0 deletes, 0 left out, 1 doomed"},
		{"a post that is gone dooms values, not tombstones", func(s *state) { s.posts = nil },
			[]appointment.Dirty{field("status", version(5, 41)), {Key: "several", Deleted: true, Version: version(5, 42)}},
			"fate 3: 0 values, 0 births, 0 deletes, 0 left out, 1 doomed"},
		{"a post that is gone dooms nothing that core overtook", func(s *state) { s.posts = nil; s.natives[7] = map[string]uint64{"": 6} },
			[]appointment.Dirty{field("status", version(5, 41))}, "fate 0: 0 values, 0 births, 0 deletes, 1 left out, 0 doomed"},
		{"a tombstone deletes every row", nil, []appointment.Dirty{{Key: "several", Deleted: true, Version: version(5, 41)}},
			"fate 0: 0 values, 0 births, 2 deletes, 0 left out, 0 doomed"},
		{"the newer of two of one key is written", nil, []appointment.Dirty{field("status", version(5, 42)), field("status", version(5, 41))},
			"fate 0: 1 values, 0 births, 0 deletes, 1 left out, 0 doomed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, made := found(), change{fences: map[uint64]fence{}}
			if c.change != nil {
				c.change(&s)
			}
			verdict := s.plan(appointment.Reading{Post: appointment.Post{Blog: 1, ID: 7}, Stamp: 60, Fields: c.fields}, &made)
			if got := outcome(verdict, made); got != c.want {
				t.Errorf("%s; want %s", got, c.want)
			}
		})
	}
}

func TestPlanOfTheFence(t *testing.T) {
	for _, c := range []struct {
		name         string
		epoch, stamp uint64
		fate         appointment.Fate
		lift         uint64
	}{
		{"a newer stamp is committed", 5, 51, appointment.Committed, 0},
		{"the same stamp is forgotten, and the counter lifted to it", 5, 50, appointment.Forgotten, 50},
		{"an older stamp is forgotten, and the counter lifted", 5, 1, appointment.Forgotten, 50},
		{"a later epoch is committed with any stamp", 6, 1, appointment.Committed, 0},
		{"an earlier epoch is forgotten, and lifts nothing", 4, 90, appointment.Forgotten, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, made := found(), change{fences: map[uint64]fence{}}
			s.site.Epoch = c.epoch
			v := s.plan(appointment.Reading{Post: appointment.Post{Blog: 1, ID: 7}, Stamp: c.stamp, Fields: []appointment.Dirty{field("status", version(5, 45))}}, &made)
			if v.Fate != c.fate || v.Lift != c.lift {
				t.Errorf("fate %d, lift %d; want %d and %d", v.Fate, v.Lift, c.fate, c.lift)
			}
			want := fence{read: version(c.epoch, c.stamp), version: version(5, 45)}
			if got, rises := made.fences[7]; rises != (c.fate == appointment.Committed) || rises && got != want {
				t.Errorf("fence %+v, %v; want %+v", got, rises, want)
			}
		})
	}
}
