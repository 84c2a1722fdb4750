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
}

func newPast(ops []Op, begin string) past {
	p := past{ops: append([]Op{{Who: "begin", Kind: Write, Value: begin, Call: -1, Return: -1, Outcome: OK}}, ops...)}
	for _, o := range p.ops {
		if o.Kind == Loss {
			p.losses = append(p.losses, o)
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
// unknown one may happen at any time, so it is never superseded. One that was
// taken with reserve, and may have become a dead letter, supersedes none. One
// that waits for its post is seen at the end.
func (p past) superseded(o Op, at, until time.Duration) Op {
	if o.Outcome != OK {
		return Op{}
	}
	for _, w := range p.ops {
		if w.Kind == Write && w.Outcome == OK && w.Call > o.Return && w.Return < at && !(w.Waits && at != never) && !p.mayBeLost(w, until) && !p.mayBeLetter(w) {
			return w
		}
	}
	return Op{}
}

func (p past) mayBeLost(w Op, at time.Duration) bool {
	return slices.ContainsFunc(p.losses, func(l Op) bool {
		return w.Return >= l.Since && w.Call <= l.Return && l.Call <= at && !(l.Spares && (w.Ack == "fsynced" || w.Ack == "sql"))
	})
}

// mayBeLetter: MySQL was away for the sidecar that took it, which could not know
// that WordPress had written the field; or its slug had no post, which has since
// got a value of its own. At the end there is no letter of it where a later write
// has taken its place, or one beside it, which has become the letter.
func (p past) mayBeLetter(w Op) bool {
	return (w.Unverified || w.Waits) && slices.ContainsFunc(p.ops, func(o Op) bool {
		return o.Kind == Write && o.Outcome != Refused && o.Return > w.Call && o.Value != w.Value
	})
}

// taken are the acknowledged writes that a loss was seen to have taken: but for
// it, what was read afterwards, or the row, would be older than they are.
func (p past) taken(last string) []Op {
	spared := past{ops: p.ops}
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
