package faults

import (
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// What the stack runs with, and what MySQL gives a connection that says nothing
// in the middle of a transaction.
const (
	timeout = 250 * time.Millisecond // HOSPITAL_SIDECAR_TIMEOUT_MS
	lease   = 300 * time.Millisecond // HOSPITAL_LEASE_MS
	silence = 2 * time.Second        // the sidecar's wait_timeout
)

// stoppedInATransaction: both sidecars are stopped while one of them has the
// rows of a sync locked. A write of these waits for the database to end that
// connection, besides what any write waits for (P7), and the next waits for
// nothing.
func stoppedInATransaction(t *testing.T, r *run) {
	f := r.cold[0]
	w := newWorker(t, r.BadLines, r.complaints, "")
	defer w.in.Close()
	reached, _, leave := r.trap(commit, containers.SidecarToDB, containers.SecondToDB)
	r.api(r.API, "api0", "in the transaction", f)
	reached(t)
	r.Pause(t, "sidecar")
	r.Pause(t, "second")
	defer func() {
		leave()
		r.Resume(t, "sidecar")
		r.Resume(t, "second")
		r.nemesis.recover(time.Minute)
	}()
	var took [3]time.Duration
	for i, value := range []string{"beside the transaction", "after it", "after that"} {
		began := r.Now()
		r.update("php0", f, call{Do: "update", Post: f.Post, Key: f.Key, Value: value}, w)
		took[i] = r.Now() - began
	}
	ops := r.Ops()
	if last := ops[len(ops)-1]; last.Outcome != OK {
		t.Errorf("the last update: %s", last)
	}
	t.Logf("the first update took %s, the next %s and %s", ms(took[0]), ms(took[1]), ms(took[2]))
	const busy = time.Second // the machine, a PHP process and its connections
	if most := timeout + lease + silence + busy; took[0] > most {
		t.Errorf("the first update took %s, want at most %s", ms(took[0]), ms(most))
	}
	if most := busy; max(took[1], took[2]) > most {
		t.Errorf("the next updates took %s and %s, want at most %s", ms(took[1]), ms(took[2]), ms(most))
	}
}
