package faults

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Fault is one that was injected, and when.
type Fault struct {
	Name          string
	Begin, Healed time.Duration
	Missed        bool // it did not take place
}

func (f Fault) String() string {
	if f.Missed {
		return "nothing came of: " + f.Name
	}
	return f.Name
}

// Verdict is what a campaign says.
type Verdict struct {
	Seed     uint64
	Took     time.Duration
	Faults   []Fault
	Ops      []Op
	Report   Report
	Letters  int
	Recovery []time.Duration // from the healing to the first ok at all
	Offload  []time.Duration // to the first ok by way of Redis
}

// recovered measures how long after each healing the first call succeeded.
func (v *Verdict) recovered(healed []time.Duration) {
	for _, at := range healed {
		any, offload := never, never
		for _, o := range v.Ops {
			if o.Kind != Write || o.Outcome != OK || o.Call < at {
				continue
			}
			any = min(any, o.Return-at)
			if o.Ack == "memory" && !o.Unverified {
				offload = min(offload, o.Return-at)
			}
		}
		if any != never {
			v.Recovery = append(v.Recovery, any)
		}
		if offload != never {
			v.Offload = append(v.Offload, offload)
		}
	}
}

// Print writes the table.
func (v *Verdict) Print(w io.Writer) {
	count := map[string]int{}
	for _, f := range v.Faults {
		count[f.String()]++
	}
	fmt.Fprintf(w, "\nseed %d, %.0f s, %d fields\n\n| fault | times |\n|---|---|\n", v.Seed, v.Took.Seconds(), v.Report.Fields)
	for _, name := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(w, "| %s | %d |\n", name, count[name])
	}
	outcomes, whole := map[string]map[Outcome]int{}, 0
	for _, o := range v.Ops {
		who := "direct"
		if !strings.HasPrefix(o.Who, "api") {
			who = "WordPress"
		}
		who += " " + string(o.Kind)
		if o.Kind == Loss || o.Kind == Emptied {
			continue
		}
		if o.Kind == Read && o.Whole {
			whole++
		}
		if outcomes[who] == nil {
			outcomes[who] = map[Outcome]int{}
		}
		outcomes[who][o.Outcome]++
	}
	fmt.Fprintf(w, "\n| operations | ok | refused | unknown |\n|---|---|---|---|\n")
	for _, who := range slices.Sorted(maps.Keys(outcomes)) {
		fmt.Fprintf(w, "| %s | %d | %d | %d |\n", who, outcomes[who][OK], outcomes[who][Refused], outcomes[who][Unknown])
	}
	harms := map[Harm]int{}
	for _, f := range v.Report.Findings {
		harms[f.Harm]++
	}
	fmt.Fprintf(w, "\n| found | |\n|---|---|\n")
	for _, h := range []Harm{Lost, Stale, Duplicated, Resurrected, RefusedIn, Foreign, Order, OwnWrite, NotDrained, Unaccounted, Undecided} {
		fmt.Fprintf(w, "| %s | %d |\n", h, harms[h])
	}
	fmt.Fprintf(w, "| lost within the window that its fault allows | %d |\n", len(v.Report.Window))
	if len(v.Report.Window) > 0 {
		fmt.Fprintf(w, "| the oldest of these was acknowledged before its fault | %s |\n", ms(v.Report.Oldest))
	}
	fmt.Fprintf(w, "| dead letters, all accounted for | %d |\n", v.Letters)
	fmt.Fprintf(w, "| reads that saw all there is | %d |\n", whole)
	fmt.Fprintf(w, "| healed to first ok, p50 / p99 | %s |\n| healed to first ok through Redis, p50 / p99 | %s |\n", quantiles(v.Recovery), quantiles(v.Offload))
}

func quantiles(d []time.Duration) string {
	if len(d) == 0 {
		return "-"
	}
	slices.Sort(d)
	return ms(d[len(d)/2]) + " / " + ms(d[min(len(d)-1, len(d)*99/100)])
}

// near is how many calls before and after the place to look are printed.
const near = 100

// Explain prints a finding with the field's history and the faults around it.
func (v *Verdict) Explain(w io.Writer, f Finding, begin string) {
	fmt.Fprintf(w, "\nseed %d: %s: %s: %s\n  it began as %q\n", v.Seed, f.Harm, f.Field, f.Text, begin)
	own := slices.DeleteFunc(slices.Clone(v.Ops), func(o Op) bool { return o.Field != f.Field })
	place := len(own)
	if f.At > 0 {
		place = slices.IndexFunc(own, func(o Op) bool { return o.Call > f.At })
	}
	if place < 0 {
		place = len(own)
	}
	own = own[max(0, place-near):min(len(own), place+near)]
	faults := slices.Clone(v.Faults)
	for i, o := range own {
		for len(faults) > 0 && faults[0].Begin < o.Call {
			if i > 0 || faults[0].Healed > o.Call {
				fmt.Fprintf(w, "  %10s %10s  -- %s\n", ms(faults[0].Begin), ms(faults[0].Healed), faults[0])
			}
			faults = faults[1:]
		}
		fmt.Fprintf(w, "  %s\n", o)
	}
}
