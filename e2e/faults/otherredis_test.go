package faults

import (
	"fmt"
	"strings"
	"testing"
)

// writtenNatively: WordPress writes a field by itself while an older value of it
// waits in Redis and no sidecar is there.
func writtenNatively(t *testing.T, r *run) {
	f, w := r.hot[0], newWorker(t, r.BadLines, r.complaints, "")
	unsynced(t, r, f)
	r.update("php0", f, call{Do: "update", Post: f.Post, Key: f.Key, Value: "native"}, w)
	r.backAgain(t)
}

// restartedOlder: Redis comes back as it was before the newest writes, all of
// which are in MySQL, so that it counts versions anew that MySQL has seen.
func restartedOlder(t *testing.T, r *run) {
	f := r.hot[0]
	r.api(r.API, "api0", "older", f)
	r.home(t)
	size := strings.TrimSpace(r.ExecAs(t, "wordpress", "", "sh", "-c", "stat -c %s "+aof))
	for i := range 3 {
		r.api(r.API, "api0", fmt.Sprint("newer, ", i), f)
		r.home(t)
	}
	r.Kill(t, "redis")
	r.ExecAs(t, "wordpress", "", "sh", "-c", "truncate -s "+size+" "+aof)
	r.nemesis.start("redis")
	r.nemesis.recover(patience)
	r.api(r.API, "api0", "after the restart", f)
	r.home(t)
}

// emptiedUnderLease: Redis is emptied while a sidecar has its lease, and takes a
// write before anybody could take the site over.
func emptiedUnderLease(t *testing.T, r *run) {
	f := r.hot[0]
	for i := range 3 {
		r.api(r.API, "api0", fmt.Sprint("before, ", i), f)
		r.home(t)
	}
	release := r.nemesis.hold("SELECT epoch FROM wp_hospital_sync_state WHERE blog_id = 1 FOR UPDATE")
	if release == nil {
		t.Fatal("the site row is not locked")
	}
	defer release()
	r.nemesis.flush()
	r.api(r.API, "api0", "into an empty Redis", f)
	release()
	r.nemesis.recover(patience)
	r.home(t)
}
