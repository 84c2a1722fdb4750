package faults

import (
	"context"
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
	r.set(who, newDirect(base, r.Token), "PATCH", fmt.Sprintf("/v1/appointments/%d/fields/%s", f.Post, f.Key), map[string]string{"value": value}, value, f)
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

// locked locks a post's rows; a sync of it claims and waits.
func (r *run) locked(f Field) (release func()) {
	return r.nemesis.hold(fmt.Sprint("UPDATE wp_postmeta SET meta_value = meta_value WHERE post_id = ", f.Post))
}

// claimed waits until a sync has claimed the post.
func (r *run) claimed(t *testing.T, f Field) {
	t.Helper()
	containers.Eventually(t, patience, func(ctx context.Context) error {
		there, err := r.Redis.HExists(ctx, "appointments:claims", fmt.Sprint(f.Post)).Result()
		if err == nil && !there {
			err = fmt.Errorf("nobody has claimed post %d", f.Post)
		}
		return err
	})
}

// writtenDuringSync: a write between a sync's read and its acknowledgement.
func writtenDuringSync(t *testing.T, r *run) {
	f := r.hot[0]
	release := r.locked(f)
	defer release()
	r.api(r.API, "api0", "read by the sync", f)
	r.claimed(t, f)
	r.api(r.API, "api0", "written during it", f)
	release()
	r.home(t)
}

// killedAfterClaim: both sidecars die with a claim in their hands.
func killedAfterClaim(t *testing.T, r *run) {
	f := r.hot[0]
	release := r.locked(f)
	defer release()
	r.api(r.API, "api0", "claimed", f)
	r.claimed(t, f)
	r.Kill(t, "sidecar")
	r.Kill(t, "second")
	release()
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

// lateRequest: requests lie in a stopped sidecar's socket while their senders
// write natively, the site returns by the second sidecar, and others write.
func lateRequest(t *testing.T, r *run) {
	var workers [3]*worker
	for i := range workers {
		workers[i] = newWorker(t, r.BadLines, r.complaints, "")
	}
	second := newWorker(t, r.BadLines, r.complaints, r.Line[containers.PHPToSecond].Addr)
	update := func(w *worker, who, value string, f Field) {
		r.update(who, f, call{Do: "update", Post: f.Post, Key: f.Key, Value: value}, w)
	}
	r.Pause(t, "sidecar")
	var sent sync.WaitGroup
	for i, w := range workers {
		sent.Go(func() { update(w, fmt.Sprint("php", i), "sent to a stopped sidecar", r.hot[i]) })
	}
	sent.Wait()
	r.home(t)
	for i := range workers {
		update(second, "php3", "written since", r.hot[i])
	}
	r.Resume(t, "sidecar")
	r.nemesis.recover(patience)
	r.home(t)
}

// lateScript: a script of the old owner arrives after the return.
func lateScript(t *testing.T, r *run) {
	f := r.hot[0]
	line := r.Line[containers.SidecarToRedis]
	w, second := newWorker(t, r.BadLines, r.complaints, ""), newWorker(t, r.BadLines, r.complaints, r.Line[containers.PHPToSecond].Addr)
	line.Set(containers.Toxics{Hole: true})
	defer line.Mend()
	r.update("php0", f, call{Do: "update", Post: f.Post, Key: f.Key, Value: "sent to a slow Redis"}, w)
	r.home(t)
	release := r.locked(f)
	defer release()
	r.update("php1", f, call{Do: "update", Post: f.Post, Key: f.Key, Value: "written since"}, second)
	line.Mend()
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
