package faults

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

var field = Field{7, "status"}

// at makes an operation of the field in milliseconds.
func at(kind Kind, value string, call, back int, change ...func(*Op)) Op {
	o := Op{
		Who: fmt.Sprint("c", call), Kind: kind, Field: field, Value: value, Outcome: OK, Whole: kind == Read,
		Call: time.Duration(call) * time.Millisecond, Return: time.Duration(back) * time.Millisecond,
	}
	for _, each := range change {
		each(&o)
	}
	return o
}

func refused(o *Op)    { o.Outcome = Refused }
func unknown(o *Op)    { o.Outcome = Unknown }
func blind(o *Op)      { o.Whole = false }
func own(o *Op)        { o.Whole, o.Own, o.Began = false, true, time.Millisecond }
func unverified(o *Op) { o.Unverified = true }
func waits(o *Op)      { o.Waits = true }
func fsynced(o *Op)    { o.Ack = "fsynced" }
func power(o *Op)      { o.Spares = true }

func since(ms int) func(*Op) {
	return func(o *Op) { o.Since = time.Duration(ms) * time.Millisecond }
}

// TestCheckerFinds: each harm, in a history made by hand that has just it.
func TestCheckerFinds(t *testing.T) {
	for name, c := range map[string]struct {
		want  Harm
		ops   []Op
		rows  []string
		final Final
	}{
		"a lost write":                       {Lost, []Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4)}, []string{"a"}, Final{}},
		"a lost write, nothing else written": {Lost, []Op{at(Write, "a", 1, 2)}, []string{"0"}, Final{}},
		"a lost write, the row gone":         {Lost, []Op{at(Write, "a", 1, 2)}, nil, Final{}},
		"a write lost before a fault that may take later ones": {Lost,
			[]Op{at(Write, "a", 1, 2), at(Loss, "", 10, 12, since(5))}, []string{"0"}, Final{}},
		"a write lost after a fault that may take earlier ones": {Lost,
			[]Op{at(Loss, "", 10, 12, since(5)), at(Write, "a", 13, 14)}, []string{"0"}, Final{}},
		"a flushed write that a power cut took": {Lost, []Op{at(Write, "a", 6, 7, fsynced), at(Loss, "", 10, 12, since(5), power)}, []string{"0"}, Final{}},
		"an older write over a newer one":       {Lost, []Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4), at(Read, "b", 5, 6)}, []string{"a"}, Final{}},
		"a stale read":                          {Stale, []Op{at(Write, "a", 1, 2), at(Read, "0", 3, 4)}, []string{"a"}, Final{}},
		"a process that does not see its own write": {OwnWrite,
			[]Op{at(Write, "a", 1, 2), at(Read, "0", 3, 4, own)}, []string{"a"}, Final{}},
		"a duplicated row":             {Duplicated, []Op{at(Write, "a", 1, 2)}, []string{"a", "a"}, Final{}},
		"two rows in one read":         {Foreign, []Op{at(Write, "a", 1, 2), at(Read, "a+a", 3, 4)}, []string{"a"}, Final{}},
		"a resurrected delete":         {Resurrected, []Op{at(Write, "a", 1, 2), at(Write, "", 3, 4)}, []string{"a"}, Final{}},
		"a row of a post that is gone": {Resurrected, []Op{at(Write, "a", 1, 2)}, []string{"a"}, Final{Gone: map[int]bool{7: true}}},
		"a row of a post that is gone, by the API": {Resurrected,
			[]Op{at(Write, "a", 1, 2, unknown, func(o *Op) { o.Who = "api0" })}, []string{"a"}, Final{Gone: map[int]bool{7: true}}},
		"a refused write in the row":           {RefusedIn, []Op{at(Write, "a", 1, 2, refused)}, []string{"a"}, Final{}},
		"a refused write in a read":            {RefusedIn, []Op{at(Write, "a", 1, 2, refused), at(Read, "a", 3, 4, blind)}, []string{"0"}, Final{}},
		"a value that nobody wrote":            {Foreign, nil, []string{"x"}, Final{}},
		"an unknown write that happened twice": {Order, twice(), []string{"c"}, Final{}},
		"reads that go back":                   {Order, []Op{at(Write, "a", 1, 20), at(Read, "a", 3, 4), at(Read, "0", 5, 6)}, []string{"a"}, Final{}},
		"reads that disagree on the order": {Order,
			[]Op{at(Write, "a", 1, 20), at(Write, "b", 1, 20), at(Read, "a", 3, 4), at(Read, "b", 5, 6), at(Read, "a", 7, 8)}, []string{"a"}, Final{}},
		"what is still dirty":                     {NotDrained, nil, []string{"0"}, Final{Dirty: []string{"a key"}}},
		"a dead letter that nobody wrote":         {Unaccounted, nil, []string{"0"}, Final{Letters: []Letter{{field, "x", "refused", false}}}},
		"a dead letter of what was refused":       {Unaccounted, []Op{at(Write, "a", 1, 2, refused)}, []string{"0"}, Final{Letters: []Letter{{field, "a", "refused", false}}}},
		"an overtaken one acknowledged unmarked":  {Unaccounted, []Op{at(Write, "a", 1, 2)}, []string{"0"}, Final{Letters: []Letter{{field, "a", "overtaken", false}}}},
		"a letter of a post that is there":        {Unaccounted, []Op{at(Write, "a", 1, 2)}, []string{"0"}, Final{Letters: []Letter{{field, "a", "post_gone", false}}}},
		"a lost write taken with reserve":         {Lost, []Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified)}, []string{"a"}, Final{}},
		"one taken with reserve over a newer one": {Lost, []Op{at(Write, "a", 1, 2, unverified), at(Write, "b", 3, 4)}, []string{"a"}, Final{}},
		"one taken with reserve, and an unknown one after it": {Lost,
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Write, "c", 5, 6, unknown)}, []string{"a"}, Final{}},
		"two taken with reserve at the same time": {Lost,
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 7, unverified), at(Write, "c", 4, 5, unverified)}, []string{"a"}, Final{}},
		"one taken with reserve, and the letter of one before it": {Lost,
			[]Op{at(Write, "a", 1, 2, unverified), at(Write, "b", 3, 4, unverified)}, []string{"0"}, Final{Letters: []Letter{{field, "a", "overtaken", false}}}},
		"one taken with reserve, and the letter of one that a slug kept": {Lost,
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Write, "c", 5, 6, waits)}, []string{"a"}, Final{Letters: []Letter{{field, "c", "unresolved", true}}}},
		"one taken with reserve that an emptied Redis had before it": {Lost,
			[]Op{at(Write, "a", 1, 2), at(Emptied, "a", 3, 3), at(Write, "b", 4, 5, unverified)}, []string{"0"}, Final{}},
		"one taken with reserve that somebody saw, and then did not": {Stale,
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Read, "b", 5, 6), at(Read, "a", 7, 8), at(Write, "c", 9, 10)}, []string{"c"}, Final{}},
		"a write by a slug, and an unknown one after it": {Lost,
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, waits), at(Write, "c", 5, 6, unknown)}, []string{"a"}, Final{}},
		"a dead letter that nobody wrote, of an emptied Redis": {Unaccounted, []Op{at(Emptied, "x", 1, 1)}, []string{"0"}, Final{}},
		"a lost write beside a dead letter's one":              {Lost, []Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified)}, []string{"0"}, Final{Letters: []Letter{{field, "b", "overtaken", false}}}},
		"a write by a slug that never came":                    {Lost, []Op{at(Write, "a", 1, 2, waits)}, []string{"0"}, Final{}},
		"one that came over a newer one":                       {Lost, []Op{at(Write, "a", 1, 2, waits), at(Write, "b", 3, 4)}, []string{"a"}, Final{}},
		"one that was read over a newer one":                   {Stale, []Op{at(Write, "a", 1, 2, waits), at(Write, "b", 3, 4), at(Read, "a", 5, 6)}, []string{"b"}, Final{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.final.Rows = map[Field][]string{field: c.rows}
			report := Check(c.ops, map[Field]string{field: "0"}, c.final)
			if !slices.ContainsFunc(report.Findings, func(f Finding) bool { return f.Harm == c.want }) {
				t.Errorf("found %+v, want %s", report.Findings, c.want)
			}
		})
	}
}

// twice: an unknown write was seen, was superseded, and is seen again.
func twice() []Op {
	return []Op{
		at(Write, "a", 1, 2, unknown), at(Read, "a", 3, 4), at(Write, "b", 5, 6), at(Read, "b", 7, 8), at(Read, "a", 9, 10), at(Write, "c", 11, 12),
	}
}

// TestCheckerAccepts: what is no harm is not found.
func TestCheckerAccepts(t *testing.T) {
	for name, c := range map[string]struct {
		ops   []Op
		rows  []string
		final Final
		taken int
	}{
		"nothing at all":                      {nil, []string{"0"}, Final{}, 0},
		"a later write over an earlier one":   {[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4)}, []string{"b"}, Final{}, 0},
		"writes that overlap, either order":   {[]Op{at(Write, "a", 1, 4), at(Write, "b", 2, 3)}, []string{"a"}, Final{}, 0},
		"an unknown write that happened":      {[]Op{at(Write, "a", 1, 2, unknown)}, []string{"a"}, Final{}, 0},
		"an unknown write that did not":       {[]Op{at(Write, "a", 1, 2, unknown)}, []string{"0"}, Final{}, 0},
		"an unknown write that happened late": {[]Op{at(Write, "a", 1, 2, unknown), at(Write, "b", 3, 4), at(Read, "b", 5, 6)}, []string{"a"}, Final{}, 0},
		"a refused write that is nowhere":     {[]Op{at(Write, "a", 1, 2, refused)}, []string{"0"}, Final{}, 0},
		"a blind read of an older value":      {[]Op{at(Write, "a", 1, 2), at(Read, "0", 3, 4, blind)}, []string{"a"}, Final{}, 0},
		"a process that reads its own write from its cache": {
			[]Op{at(Write, "a", 1, 9), at(Read, "a", 2, 3), at(Write, "b", 4, 5), at(Read, "b", 6, 7), at(Read, "a", 10, 11, own)}, []string{"b"}, Final{}, 0},
		"a process that wrote, and looked before the others' second write was done": {
			[]Op{at(Write, "a", 1, 9), at(Write, "b", 2, 3), at(Write, "c", 4, 5), at(Read, "b", 10, 11, own)}, []string{"c"}, Final{}, 0},
		"a delete and a later birth":                         {[]Op{at(Write, "", 1, 2), at(Read, "", 3, 4), at(Write, "a", 5, 6)}, []string{"a"}, Final{}, 0},
		"what a loss may take":                               {[]Op{at(Write, "a", 6, 7), at(Read, "a", 8, 9), at(Loss, "", 10, 12, since(5)), at(Read, "0", 13, 14)}, []string{"0"}, Final{}, 1},
		"what a loss took while somebody read":               {[]Op{at(Write, "a", 6, 7), at(Read, "0", 9, 13), at(Loss, "", 10, 12, since(5))}, []string{"0"}, Final{}, 1},
		"what a power cut may take":                          {[]Op{at(Write, "a", 6, 7), at(Loss, "", 10, 12, since(5), power), at(Read, "0", 13, 14)}, []string{"0"}, Final{}, 1},
		"what a loss might have taken and not":               {[]Op{at(Write, "a", 6, 7), at(Loss, "", 10, 12, since(5)), at(Read, "a", 13, 14)}, []string{"a"}, Final{}, 0},
		"a row that core itself adds to a post that is gone": {[]Op{at(Write, "a", 1, 2, unknown)}, []string{"a"}, Final{Gone: map[int]bool{7: true}}, 0},
		"a dead letter of a post that is gone":               {[]Op{at(Write, "a", 1, 2)}, nil, Final{Gone: map[int]bool{7: true}, Letters: []Letter{{field, "a", "post_gone", false}}}, 0},
		"an overtaken write whose letter a later one has taken the place of": {
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Read, "a", 5, 6), at(Write, "c", 7, 8)}, []string{"c"}, Final{}, 0},
		"one taken with reserve that an unknown one came over": {
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Write, "c", 5, 6, unknown)}, []string{"c"}, Final{}, 0},
		"one taken with reserve while one that stays was under way": {
			[]Op{at(Write, "a", 1, 5), at(Write, "b", 3, 4, unverified)}, []string{"a"}, Final{}, 0},
		"one taken with reserve, its letter gone with Redis": {
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Read, "a", 5, 6), at(Emptied, "b", 7, 7)}, []string{"a"}, Final{}, 0},
		"one whose letter a later one has ended, which was lost with Redis": {
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Write, "c", 5, 6), at(Loss, "", 7, 8, since(3))}, []string{"a"}, Final{}, 1},
		"two taken with reserve, the later one's letter in the place of both": {
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Write, "c", 5, 6, unverified)}, []string{"a"}, Final{Letters: []Letter{{field, "c", "overtaken", false}}}, 0},
		"one taken with reserve, in its place the letter of an unknown one": {
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Write, "c", 5, 6, unknown)}, []string{"a"}, Final{Letters: []Letter{{field, "c", "overtaken", false}}}, 0},
		"one taken with reserve that somebody saw, and then a later one": {
			[]Op{at(Write, "a", 1, 2), at(Write, "b", 3, 4, unverified), at(Read, "b", 5, 6), at(Write, "c", 7, 8), at(Read, "c", 9, 10)}, []string{"c"}, Final{}, 0},
		"two deletes, the one with reserve overtaken": {
			[]Op{at(Write, "", 1, 2), at(Write, "a", 3, 4), at(Write, "", 5, 6, unverified)}, []string{"a"}, Final{Letters: []Letter{{field, "", "overtaken", false}}}, 0},
		"a write by a slug, in its place the letter of a later one": {
			[]Op{at(Write, "a", 1, 2, waits), at(Write, "b", 3, 4, waits)}, []string{"0"}, Final{Letters: []Letter{{field, "b", "unresolved", true}}}, 0},
		"a write by a slug that is seen late":            {[]Op{at(Write, "a", 1, 2, waits), at(Read, "0", 3, 4), at(Read, "a", 5, 6)}, []string{"a"}, Final{}, 0},
		"a write by a slug that its post had got before": {[]Op{at(Write, "a", 1, 2, waits)}, []string{"0"}, Final{Letters: []Letter{{field, "a", "overtaken", false}}}, 0},
		"one beside it in its place, and its letter":     {[]Op{at(Write, "a", 1, 4, waits), at(Write, "b", 2, 3, waits)}, []string{"0"}, Final{Letters: []Letter{{field, "b", "unresolved", false}}}, 0},
		"an overtaken write, marked as such":             {[]Op{at(Write, "a", 1, 2, unverified)}, []string{"0"}, Final{Letters: []Letter{{field, "a", "overtaken", false}}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c.final.Rows = map[Field][]string{field: c.rows}
			report := Check(c.ops, map[Field]string{field: "0"}, c.final)
			if len(report.Findings) > 0 || len(report.Window) != c.taken {
				t.Errorf("found %+v and taken %v, want none and %d", report.Findings, report.Window, c.taken)
			}
		})
	}
}
