package faults

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

var crashes = flag.Bool("faults.crashpoints", false, "TestCrashPoints kills sidecars and PHP processes at each of their steps")

// stop holds whichever of some lines comes to a point first; "": none did.
// A statement behind another one is looked for once that one's answer is held:
// what is between holds locks that let no other connection come there first.
func (n *nemesis) stop(p crashPoint, after bool, lines ...string) (line string, leave func()) {
	first := expect(n.BadLines, cmp.Or(p.behind, p.text), after || p.behind != "", lines...)
	if p.stimulus != nil {
		p.stimulus(n)
	}
	line = first.reached(patience)
	if line == "" || p.behind == "" {
		return line, first.leave
	}
	next := expect(n.BadLines, p.text, after, line)
	first.goOn(line)
	first.leave()
	return next.reached(patience), next.leave
}

// crash kills whichever sidecar comes to a point first, and starts it again.
// false: none came there.
func (n *nemesis) crash(p crashPoint, after bool) bool {
	lines := map[string]string{containers.SidecarToDB: "sidecar", containers.SecondToDB: "second"}
	if p.inRedis {
		lines = map[string]string{containers.SidecarToRedis: "sidecar", containers.SecondToRedis: "second"}
	}
	if p.under != nil {
		defer p.under(n)()
	}
	line, leave := n.stop(p, after, slices.Sorted(maps.Keys(lines))...)
	defer leave()
	if line == "" {
		return false
	}
	n.Kill(n.t, lines[line])
	leave()
	n.start(lines[line])
	return true
}

// TestCrashPoints kills a sidecar before and after every step that it takes, and
// PHP processes before and after every step of a take-over.
func TestCrashPoints(t *testing.T) {
	if !*crashes {
		t.Log("make crashpoints runs this")
		t.SkipNow()
	}
	r := prepare(t, containers.StartBadLines(t, wanted("")), *seed)
	r.nemesis.recover(patience)
	r.start(t)
	play := func(who string, points []crashPoint, crash func(p crashPoint, after bool) bool) {
		for _, p := range points {
			if !regexp.MustCompile(*only).MatchString(p.name) {
				continue
			}
			for _, when := range []string{"before", "after"} {
				n, f := r.nemesis, Fault{Name: fmt.Sprintf("%s killed %s %s", who, when, p.name), Begin: r.Now()}
				n.words("%s %s", ms(f.Begin), f.Name)
				n.faults = append(n.faults, f)
				if !crash(p, when == "after") {
					n.missed()()
					t.Errorf("%s: none came there", f.Name)
				}
				n.faults[len(n.faults)-1].Healed = r.Now()
				n.healed = append(n.healed, r.Now())
				n.recover(time.Minute)
			}
		}
	}
	play("sidecar", points(t), r.nemesis.crash)
	w := newWorker(t, r.BadLines, r.complaints, "")
	play("PHP", takeOver, func(p crashPoint, after bool) bool { return r.crashPHP(w, p, after) })
	r.fails(t, r.finish(t))
}
