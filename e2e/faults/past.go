package faults

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// past is all that happened to one field.
type past struct {
	ops    []Op
	losses []Op
	buried []burial
	seen   map[string]bool // values of reads that saw all there is, and of the row
}

// burial is a write of which there is a dead letter, or was when Redis was
// emptied.
type burial struct {
	Op
	bySlug bool // the letter is the slug's, not the post's
}

// newPast makes the past of a field from what its clients noted. A dead letter's
// write was acknowledged, and is in nobody's way: it is taken as unknown.
func newPast(ops []Op, begin string, letters []Letter, rows []string) past {
	p := past{ops: append([]Op{{Who: "begin", Kind: Write, Value: begin, Call: -1, Return: -1, Outcome: OK}}, ops...), seen: map[string]bool{}}
	for _, value := range rows {
		p.seen[value] = true
	}
	for i, o := range p.ops {
		switch {
		case o.Kind == Loss:
			p.losses = append(p.losses, o)
		case o.Kind == Read && o.Whole:
			p.seen[o.Value] = true
		case o.Kind == Write:
			for _, l := range letters {
				if o.explains(l) {
					p.buried = append(p.buried, burial{o, l.BySlug})
					if o.Outcome == OK {
						p.ops[i].Outcome = Unknown
					}
				}
			}
		}
	}
	return p
}

// judge says what is wrong with a value that was seen between two times; "":
// nothing.
func (p past) judge(value string, at, until time.Duration) (Harm, string) {
	known, refused := false, false
	var by Op
	for _, o := range p.ops {
		if o.Kind != Write || o.Value != value {
			continue
		}
		if o.Outcome == Refused {
			refused = true
			continue
		}
		known = true
		if by = p.superseded(o, at, until); by.Kind == "" {
			return "", ""
		}
	}
	switch {
	case !known && refused:
		return RefusedIn, "that write was refused"
	case !known && value == "":
		return Lost, "nobody deleted it"
	case !known:
		return Foreign, "nobody wrote it"
	case by.Value == "":
		return Resurrected, fmt.Sprintf("it was deleted by %s at %s", by.Who, ms(by.Return))
	}
	return Lost, fmt.Sprintf("%q of %s was acknowledged at %s, after it", by.Value, by.Who, ms(by.Return))
}

// unseen: a process that had just written a field read what is older. What
// others wrote after it had begun may be what it read, the newest or not: as in
// core its look may be as old as its write.
func (p past) unseen(read Op) bool {
	own := Op{Call: read.Began, Return: read.Call}
	newer := slices.ContainsFunc(p.ops, func(o Op) bool {
		return o.Kind == Write && o.Value == read.Value && o.Outcome != Refused && (o.Outcome == Unknown || o.Return >= read.Began)
	})
	return !newer && !p.mayBeLost(own, read.Return)
}

// superseded finds an acknowledged write that began after this one was over and
// was over at the time, and that no loss until another time can have taken. An
// unknown one may happen at any time, so it is never superseded.
func (p past) superseded(o Op, at, until time.Duration) Op {
	if o.Outcome != OK {
		return Op{}
	}
	for _, w := range p.ops {
		if w.Kind == Write && w.Outcome == OK && w.Call > o.Return && w.Return < at && !p.mayBeLost(w, until) && !p.excused(w, at) {
			return w
		}
	}
	return Op{}
}

// excused: what was taken with reserve need not be there. Before the end it may
// wait for its post, or have become a dead letter. At the end it is in the row,
// or behind a later write that is, or its letter is there: only that of a later
// write takes the place of an earlier one's.
func (p past) excused(w Op, at time.Duration) bool {
	switch {
	case !w.reserved():
		return false
	case at != never:
		return w.Waits || p.mayBeLetter(w)
	}
	return slices.ContainsFunc(p.buried, func(b burial) bool {
		return b.Value != w.Value && (b.Outcome == Unknown || b.Return > w.Call) && (w.Waits || !b.bySlug)
	})
}

func (p past) mayBeLost(w Op, at time.Duration) bool {
	return slices.ContainsFunc(p.losses, func(l Op) bool {
		return w.Return >= l.Since && w.Call <= l.Return && l.Call <= at && !(l.Spares && (w.Ack == "fsynced" || w.Ack == "sql"))
	})
}

// mayBeLetter: MySQL was away for the sidecar that took it, which could not know
// that WordPress had written the field. It is not known when, nor whether a later
// write has ended the letter since; not so of one that somebody saw.
func (p past) mayBeLetter(w Op) bool {
	if !w.Unverified || w.Value != "" && p.seen[w.Value] {
		return false
	}
	return slices.ContainsFunc(p.ops, func(o Op) bool {
		return o.Kind == Write && o.Outcome != Refused && o.Return > w.Call && o.Value != w.Value
	})
}

// taken are the acknowledged writes that a loss was seen to have taken: but for
// it, what was read afterwards, or the row, would be older than they are.
func (p past) taken(last string) []Op {
	spared := past{ops: p.ops, buried: p.buried, seen: p.seen}
	taken := map[string]Op{}
	look := func(value string, at time.Duration) {
		var by []Op
		for _, o := range p.ops {
			if o.Kind != Write || o.Value != value || o.Outcome == Refused {
				continue
			}
			w := spared.superseded(o, at, at)
			if w.Kind == "" {
				return
			}
			by = append(by, w)
		}
		for _, w := range by {
			taken[w.Value] = w
		}
	}
	for _, o := range p.ops {
		if o.Kind == Read && o.Whole {
			look(o.Value, o.Call)
		}
	}
	look(last, never)
	return slices.Collect(maps.Values(taken))
}

// age is how long a write that a loss took had been acknowledged by then.
func (p past) age(w Op) time.Duration {
	age := never
	for _, l := range p.losses {
		if l.Return >= w.Call {
			age = min(age, max(0, l.Call-w.Return))
		}
	}
	return age
}
