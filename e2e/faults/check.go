package faults

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Final is what MySQL and Redis hold when all is healed and drained.
type Final struct {
	Rows    map[Field][]string
	Gone    map[int]bool // posts that were deleted
	Dirty   []string     // what Redis still holds dirty, or only half forgot
	Letters []Letter
}

// Letter is a dead letter.
type Letter struct {
	Field
	Value, Code string
	BySlug      bool // under a slug of the post, not its id
}

// explains: a letter may be of this write. An overtaken one is of what was taken
// with reserve.
func (o Op) explains(l Letter) bool {
	return o.Kind == Write && o.Field == l.Field && o.Value == l.Value && o.Outcome != Refused && (l.Code != "overtaken" || o.Outcome == Unknown || o.reserved())
}

// Harm is a kind of what must never be found.
type Harm string

const (
	Lost        Harm = "lost"        // acknowledged, and an older value or none is there instead
	Stale       Harm = "stale"       // a read that saw all there is saw an older value
	Duplicated  Harm = "duplicated"  // two rows of a key
	Resurrected Harm = "resurrected" // a deleted field, or a deleted post's, is back
	RefusedIn   Harm = "refused"     // a refused write is there
	Foreign     Harm = "foreign"     // a value that nobody wrote
	Order       Harm = "order"       // no order of the calls explains what was seen
	Undecided   Harm = "undecided"   // the search for such an order took too long
	NotDrained  Harm = "not drained" // Redis holds what it should not
	Unaccounted Harm = "dead letter" // one that no call explains
	OwnWrite    Harm = "own write"   // a process did not see what it wrote
)

// Finding is one harm.
type Finding struct {
	Harm
	Field
	Text string
	At   time.Duration // near which to look; 0: at the end
}

// Report is what a check found.
type Report struct {
	Findings []Finding
	Window   []Op          // acknowledged writes that a loss took, within what it may take
	Oldest   time.Duration // of these, before its loss
	Fields   int
}

// Check compares a history with what is there at its end. fields are all that
// were written or not; a field begins with the value given ("": without a row).
func Check(ops []Op, begin map[Field]string, final Final) Report {
	r := Report{Fields: len(begin)}
	letters, fields := map[Field][]Letter{}, map[Field][]Op{}
	for _, o := range ops {
		fields[o.Field] = append(fields[o.Field], o)
		if o.Kind == Emptied {
			final.Letters = append(final.Letters, Letter{o.Field, o.Value, o.Why, o.BySlug})
		}
	}
	for _, l := range final.Letters {
		letters[l.Field] = append(letters[l.Field], l)
	}
	r.others(fields, final)
	for _, f := range sorted(begin) {
		if final.Gone[f.Post] {
			r.gone(f, fields[f], final.Rows[f])
			continue
		}
		r.field(f, newPast(fields[f], begin[f], letters[f], final.Rows[f]), final.Rows[f])
	}
	return r
}

// gone: a deleted post has no rows, but for those that WordPress itself makes
// when a process that has not heard of it adds metadata: those nobody was told
// had been updated.
func (r *Report) gone(f Field, ops []Op, rows []string) {
	for _, value := range rows {
		core := slices.ContainsFunc(ops, func(o Op) bool {
			return o.Kind == Write && o.Value == value && o.Outcome == Unknown && !strings.HasPrefix(o.Who, "api")
		})
		if !core {
			r.add(Resurrected, f, "the post is gone, its row %q is there", value)
		}
	}
}

func sorted(fields map[Field]string) []Field {
	list := make([]Field, 0, len(fields))
	for f := range fields {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b Field) int { return cmp.Or(cmp.Compare(a.Post, b.Post), cmp.Compare(a.Key, b.Key)) })
	return list
}

func (r *Report) add(harm Harm, f Field, text string, args ...any) {
	r.Findings = append(r.Findings, Finding{Harm: harm, Field: f, Text: fmt.Sprintf(text, args...)})
}

// others: what is not about one living field.
func (r *Report) others(fields map[Field][]Op, final Final) {
	for _, what := range final.Dirty {
		r.add(NotDrained, Field{}, "%s", what)
	}
	for _, l := range final.Letters {
		written := slices.ContainsFunc(fields[l.Field], func(o Op) bool { return o.Kind == Write && o.Value == l.Value && o.Outcome != Refused })
		switch {
		case !written:
			r.add(Unaccounted, l.Field, "%q (%s): nobody wrote it, or it was refused", l.Value, l.Code)
		case !slices.ContainsFunc(fields[l.Field], func(o Op) bool { return o.explains(l) }), l.Code == "post_gone" && !final.Gone[l.Post]:
			r.add(Unaccounted, l.Field, "%q: %s, but it was acknowledged without reserve", l.Value, l.Code)
		}
	}
}

// field checks one field, and searches for an order only when nothing simpler
// is wrong.
func (r *Report) field(f Field, past past, rows []string) {
	before := len(r.Findings)
	value := ""
	switch {
	case len(rows) > 1:
		r.add(Duplicated, f, "rows %q", rows)
		return
	case len(rows) == 1:
		value = rows[0]
	}
	if harm, text := past.judge(value, never, never); harm != "" {
		r.add(harm, f, "the row is %q: %s", value, text)
	}
	for _, o := range past.ops {
		if o.Kind != Read {
			continue
		}
		harm, text := past.judge(o.Value, o.Call, o.Return)
		switch {
		case harm == "" || harm != Foreign && harm != RefusedIn && !o.Own && !o.Whole:
			continue
		case harm == Foreign, harm == RefusedIn:
		case !o.Own:
			harm = Stale
		default:
			if !past.unseen(o) {
				continue
			}
			harm = OwnWrite
		}
		r.add(harm, f, "%s read %q at %s: %s", o.Who, o.Value, ms(o.Call), text)
		r.Findings[len(r.Findings)-1].At = o.Return
	}
	if len(r.Findings) > before {
		return
	}
	if harm := past.order(value); harm != "" {
		first := past.unexplained()
		r.add(harm, f, "no order of the calls explains what was seen and that the row is %q; first %s at %s, %q", value, first.Who, ms(first.Call), first.Value)
		r.Findings[len(r.Findings)-1].At = first.Return
	}
	for _, w := range past.taken(value) {
		r.Window = append(r.Window, w)
		r.Oldest = max(r.Oldest, past.age(w))
	}
}
