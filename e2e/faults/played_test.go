package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// played is one field of the product as its rules say, played by the dice: what
// it answers, and what it leaves in the row and as dead letters. All takes effect
// in one moment, a call lasts a while before and after that.
type played struct {
	dice    *rand.Rand
	now     time.Duration
	ops     []Op
	letters map[bool]Letter // by whether it is the slug's
	forgets bool            // the mutant: no dead letter is kept

	epoch, returned, floor, native uint64 // native: epoch of WordPress' newest write
	offload                        bool
	cut                            uint64 // epoch that a sidecar without MySQL knows; 0: there is none
	row                            string
	at                             time.Duration // when the row's was acknowledged
	dirty, slug                    *waiting
	fence                          appointment.Version
}

type waiting struct {
	Op
	version appointment.Version
	update  bool // though it came by a slug: it changes a row
}

func (w *waiting) changesNone() bool { return w.Waits && !w.update }

// lasts ends an operation: it took effect now.
func (p *played) lasts(o Op) Op {
	p.now += 10 * time.Millisecond
	o.Field, o.Who = field, fmt.Sprint("c", len(p.ops))
	o.Call, o.Return = p.now-time.Duration(p.dice.IntN(40))*time.Millisecond, p.now+time.Duration(p.dice.IntN(40))*time.Millisecond
	p.ops = append(p.ops, o)
	return o
}

// write makes an operation of a value of its own; ok, or now and then unknown.
func (p *played) write(change ...func(*Op)) Op {
	o := Op{Kind: Write, Value: fmt.Sprint("v", len(p.ops)), Outcome: OK}
	for _, each := range change {
		each(&o)
	}
	if p.dice.IntN(8) == 0 {
		o.Outcome = Unknown
	}
	return p.lasts(o)
}

// take is the script: dirty, and no dead letter of the field any more.
func (p *played) take(o Op, version appointment.Version) {
	p.dirty = &waiting{Op: o, version: version, update: o.Unverified}
	delete(p.letters, false)
}

// version is the next one.
func (p *played) version(epoch uint64) appointment.Version {
	return appointment.Version{Epoch: epoch, Counter: uint64(len(p.ops))}
}

func (p *played) bury(w *waiting, code string, bySlug bool) {
	if !p.forgets {
		p.letters[bySlug] = Letter{field, w.Value, code, bySlug}
	}
}

// sync brings what is dirty to the row, leaves it out, or makes a letter of it.
func (p *played) sync() {
	w := p.dirty
	p.dirty = nil
	if w == nil {
		return
	}
	above := w.version.Compare(p.fence) > 0
	switch {
	case w.Waits && w.update != above && p.row != "" && p.row != w.Value && (w.update || p.native <= w.version.Epoch):
		p.bury(w, "overtaken", false)
		return
	case !above:
	case p.native > w.version.Epoch || w.version.Epoch < p.returned:
		if w.update {
			p.bury(w, "overtaken", false)
			return
		}
	default:
		p.row, p.at = w.Value, w.Return
	}
	if above {
		p.fence = w.version
	}
}

// move gives what came by a slug to its post. Where that has something older
// itself it is an update from when it was written, as one is that came while
// MySQL was away; else a write of this moment, which changes no row.
func (p *played) move() {
	w := p.slug
	p.slug = nil
	switch {
	case w == nil, p.dirty != nil && p.dirty.version.Compare(w.version) > 0:
	case w.Unverified || p.dirty != nil && !p.dirty.changesNone():
		p.take(w.Op, w.version)
		p.dirty.update = true
	default:
		p.take(w.Op, p.version(p.epoch))
	}
}

func (p *played) takeOver() {
	if p.offload {
		p.offload, p.epoch = false, p.epoch+1
	}
}

func (p *played) giveBack() {
	if p.offload {
		return
	}
	p.floor = p.epoch
	if p.sync(); p.slug != nil {
		p.bury(p.slug, "unresolved", true)
		p.slug = nil
	}
	p.epoch++
	p.offload, p.returned, p.native, p.cut = true, p.epoch, 0, 0
}

// empty is FLUSHALL, noted as the nemesis does.
func (p *played) empty() {
	if p.dirty != nil || p.slug != nil {
		loss := p.lasts(Op{Kind: Loss, Outcome: OK, Since: p.at + 1})
		p.ops[len(p.ops)-1].Call, p.ops[len(p.ops)-1].Return = p.now, loss.Return
	}
	for _, l := range p.letters {
		p.ops = append(p.ops, Op{Kind: Emptied, Field: field, Value: l.Value, Why: l.Code, BySlug: l.BySlug, Call: p.now, Return: p.now, Outcome: OK})
	}
	clear(p.letters)
	p.dirty, p.slug, p.floor = nil, nil, never64
	p.takeOver()
}

const never64 = ^uint64(0)

// name takes a write by the slug.
func (p *played) name(epoch uint64, o Op) {
	if o.Outcome == OK || p.dice.IntN(2) == 0 {
		p.slug = &waiting{Op: o, version: p.version(epoch)}
		delete(p.letters, true)
	}
}

// step does one thing that may happen.
func (p *played) step() {
	switch n := p.dice.IntN(100); {
	case n < 25 && p.offload:
		if o := p.write(); o.Outcome == OK || p.dice.IntN(2) == 0 {
			p.take(o, p.version(p.epoch))
		}
	case n < 25:
		if o := p.write(); o.Outcome == OK || p.dice.IntN(2) == 0 {
			p.row, p.native, p.at = o.Value, p.epoch, o.Return
		}
	case n < 40 && p.cut > 0 && p.floor <= p.cut:
		if o := p.write(unverified); o.Outcome == OK || p.dice.IntN(2) == 0 {
			p.take(o, p.version(p.cut))
		}
	case n < 50 && p.offload:
		p.name(p.epoch, p.write(waits))
	case n < 55 && p.cut > 0 && p.floor <= p.cut:
		p.name(p.cut, p.write(waits, unverified))
	case n < 65 && p.offload:
		value := p.row
		if w := p.dirty; w != nil && !(w.Waits && p.row != "" && (!w.update || w.version.Compare(p.fence) <= 0)) {
			value = w.Value
		}
		p.lasts(Op{Kind: Read, Value: value, Outcome: OK, Whole: true})
	case n < 75:
		p.sync()
	case n < 80 && p.offload:
		p.move()
	case n < 86 && p.offload:
		p.cut = p.epoch
	case n < 90:
		p.takeOver()
	case n < 98:
		p.giveBack()
	case n == 98:
		p.empty()
	}
}

func (p *played) check() Report {
	for range 60 {
		p.step()
	}
	p.giveBack()
	p.move()
	p.sync()
	final := Final{Rows: map[Field][]string{field: {p.row}}}
	for _, l := range p.letters {
		final.Letters = append(final.Letters, l)
	}
	slices.SortStableFunc(p.ops, func(a, b Op) int { return int(a.Call - b.Call) })
	return Check(p.ops, map[Field]string{field: "0"}, final)
}

func play(seed uint64, forgets bool) *played {
	return &played{dice: rand.New(rand.NewPCG(seed, 0)), letters: map[bool]Letter{}, forgets: forgets, epoch: 2, returned: 2, floor: 1, offload: true, row: "0", now: time.Second}
}

// TestCheckerPlayed: whatever the product's rules lead to, no harm is found, and
// much is where no dead letter is kept.
func TestCheckerPlayed(t *testing.T) {
	found := 0
	for seed := range uint64(2000) {
		p := play(seed, false)
		if report := p.check(); len(report.Findings) > 0 {
			for _, o := range p.ops {
				t.Log(o)
			}
			f := report.Findings[0]
			t.Fatalf("seed %d: %s: %s; the row %q, the post's letter %q, the slug's %q", seed, f.Harm, f.Text, p.row, p.letters[false].Value, p.letters[true].Value)
		}
		if report := play(seed, true).check(); len(report.Findings) > 0 {
			found++
		}
	}
	if t.Logf("without dead letters %d of 2000 histories are found", found); found < 40 {
		t.Error("that is too few")
	}
}
