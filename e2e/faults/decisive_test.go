package faults

import "testing"

// decisive is the short list: what each of the rules is there for.
var decisive = []string{
	"kill -9 of the sidecar", "kill -9 of Redis, its file complete", "kill -9 of the database", "kill -9 of PHP processes",
	"kill -9 of PHP processes that take the site over",
	"SIGSTOP of the sidecar past its lease", "Redis restarted without its file's tail", "FLUSHALL", "maxmemory reached",
	"COMMIT's answer to the sidecar lost", "the clock of the redis stepped",
	"a copy of the site started on the same Redis", "the database restored to an earlier state",
	"reset after sent, php to sidecar", "reset after sent, sidecar to redis", "black hole, sidecar to database", "rows of the hot posts locked",
	"posts deleted while they are written to",
}

// decide injects a fault until it takes place.
func (r *run) decide(t testing.TB, f fault) {
	t.Helper()
	for range 3 {
		if r.nemesis.round(f) {
			return
		}
	}
	t.Errorf("nothing came of: %s", f.name)
}

func named(t testing.TB, all []fault, name string) fault {
	t.Helper()
	for _, f := range all {
		if f.name == name {
			return f
		}
	}
	t.Fatalf("no fault is named %q", name)
	return fault{}
}
