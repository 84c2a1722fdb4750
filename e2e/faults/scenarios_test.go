package faults

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

const patience = 30 * time.Second

// api writes one field by a sidecar's API and notes it.
func (r *run) api(base, who, value string, f Field) {
	d := newDirect(base, r.Token)
	d.client.Timeout = patience
	r.set(who, d, "PATCH", fmt.Sprintf("/v1/appointments/%d/fields/%s", f.Post, f.Key), map[string]string{"value": value}, value, f)
}

// home waits until everything is in MySQL, by the second sidecar.
func (r *run) home(t *testing.T) {
	t.Helper()
	d := newDirect(r.Second, r.Token)
	containers.Eventually(t, patience, func(context.Context) error {
		if _, outcome, why := d.ask("POST", "/v1/barrier", map[string]any{"all": true}); outcome != OK {
			return fmt.Errorf("barrier: %s %s", outcome, why)
		}
		return nil
	})
}

// locked locks a post's rows, so that what is written stays dirty.
func (r *run) locked(f Field) (release func()) {
	query := fmt.Sprint("UPDATE wp_postmeta SET meta_value = meta_value WHERE post_id = ", f.Post)
	containers.Eventually(r.nemesis.t, patience, func(context.Context) error {
		if release = r.nemesis.hold(query); release == nil {
			return errors.New(query)
		}
		return nil
	})
	return release
}

// trap holds whichever of some lines says a text first.
func (r *run) trap(text string, lines ...string) (reached func(*testing.T), goOn, leave func()) {
	e := expect(r.BadLines, text, false, lines...)
	return func(t *testing.T) {
			t.Helper()
			if e.reached(patience) == "" {
				t.Fatalf("nobody said %q", text)
			}
		}, func() {
			for _, line := range lines {
				e.goOn(line)
			}
		}, e.leave
}

// writtenDuringSync: a write between a sync's read and its acknowledgement.
func writtenDuringSync(t *testing.T, r *run) {
	f := r.hot[0]
	reached, goOn, leave := r.trap("read by the sync", containers.SidecarToDB, containers.SecondToDB)
	defer leave()
	r.api(r.API, "api0", "read by the sync", f)
	reached(t)
	r.api(r.API, "api0", "written during it", f)
	goOn()
	r.nemesis.wait(time.Second) // a barrier at once would claim the post anew, and its stamp keep the write
	r.home(t)
}

// writtenByNameBefore: a write to the slug of a post that gets it later, after
// its field was written by its id.
func writtenByNameBefore(t *testing.T, r *run) {
	f := r.late[0] // which has a row
	r.set("api0", newDirect(r.API, r.Token), "PATCH", fmt.Sprintf("/v1/appointments/late-%d/fields/%s", f.Post, f.Key), map[string]string{"value": "before"}, "before", f)
	r.api(r.API, "api0", "after", f)
	r.home(t)
	r.nemesis.comeAll()
	containers.Eventually(t, patience, func(ctx context.Context) error {
		_, _, _ = newDirect(r.API, r.Token).ask("POST", "/v1/sync", map[string]any{})
		if waits, err := r.Redis.Exists(ctx, fmt.Sprintf("appointment:late-%d:dirty", f.Post)).Result(); err != nil || waits > 0 {
			return fmt.Errorf("it still waits under the slug: %v", err)
		}
		return nil
	})
	r.home(t)
}

// killedAfterClaim: both sidecars die with a claim in their hands.
func killedAfterClaim(t *testing.T, r *run) {
	f := r.hot[0]
	reached, _, leave := r.trap("claimed", containers.SidecarToDB, containers.SecondToDB)
	defer leave()
	r.api(r.API, "api0", "claimed", f)
	reached(t)
	r.Kill(t, "sidecar")
	r.Kill(t, "second")
	leave()
	r.nemesis.start("sidecar")
	r.nemesis.start("second")
	r.home(t)
}

// olderRedis: Redis comes back as it was before the newest writes were synced.
func olderRedis(t *testing.T, r *run) {
	f := r.hot[0]
	release := r.locked(f)
	defer release()
	r.api(r.API, "api0", "older", f)
	size := strings.TrimSpace(r.ExecAs(t, "wordpress", "", "sh", "-c", "stat -c %s "+aof))
	release()
	r.home(t)
	r.api(r.API, "api0", "newer", f)
	r.home(t)
	r.Kill(t, "redis")
	r.ExecAs(t, "wordpress", "", "sh", "-c", "truncate -s "+size+" "+aof)
	r.nemesis.start("redis")
	r.home(t)
}

// lateRequest: a request is held up on its way while its sender writes natively,
// the site returns by the second sidecar, and others write.
func lateRequest(t *testing.T, r *run) {
	late(t, r, "POST /v1/write", containers.PHPToSidecar)
}

// lateScript: the same of a script on its way to Redis.
func lateScript(t *testing.T, r *run) {
	late(t, r, "held up on its way", containers.SidecarToRedis)
}

func late(t *testing.T, r *run, text, line string) {
	f := r.hot[0]
	w, second := newWorker(t, r.BadLines, r.complaints, ""), newWorker(t, r.BadLines, r.complaints, r.Line[containers.PHPToSecond].Addr)
	reached, goOn, leave := r.trap(text, line)
	defer leave()
	r.update("php0", f, call{Do: "update", Post: f.Post, Key: f.Key, Value: "held up on its way"}, w)
	reached(t)
	r.home(t)
	release := r.locked(f)
	defer release()
	r.update("php1", f, call{Do: "update", Post: f.Post, Key: f.Key, Value: "written since"}, second)
	goOn()
	r.nemesis.wait(time.Second)
	r.read("php1", f, second)
	release()
	r.nemesis.recover(patience)
	r.home(t)
}

// answerLost: Redis has run a script whose answer is lost, and others write and
// read before its sender has given up.
func answerLost(t *testing.T, r *run) {
	f := r.hot[0]
	reader := newWorker(t, r.BadLines, r.complaints, r.Line[containers.PHPToSecond].Addr)
	release := r.locked(f)
	defer release()
	point := r.Line[containers.SidecarToRedis].LoseAnswerTo("answer lost")
	var sent sync.WaitGroup
	sent.Go(func() { r.api(r.API, "api0", "answer lost", f) })
	select {
	case <-point.Reached:
	case <-time.After(patience):
		t.Fatal("no answer was lost")
	}
	r.read("php0", f, reader)
	r.api(r.Second, "api1", "written since", f)
	r.read("php0", f, reader)
	sent.Wait()
	r.read("php0", f, reader)
	release()
	r.home(t)
	r.read("php0", f, reader)
}
