package faults

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

var crashes = flag.Bool("faults.crashpoints", false, "TestCrashPoints kills a sidecar at each of its steps")

// commit is how a client of MySQL asks for it, by the text protocol.
const commit = "\x03COMMIT"

// crashPoint is a step of the sidecar: a script that it sends to Redis or a
// statement that it sends to MySQL. It is killed there, before the server has
// it, or when the server has done it and the sidecar has not heard. No build
// with failpoints is needed: between two of these steps a sidecar changes
// nothing that anybody else can see.
type crashPoint struct {
	name, text string
	inRedis    bool
	stimulus   func(*nemesis)               // what makes a sidecar come there; nil: it does anyway
	under      func(*nemesis) (heal func()) // what lasts meanwhile; nil: nothing
}

var statements = []crashPoint{
	{"the read of the site rows", "SELECT blog_id, epoch, mode", false, nil, nil},
	{"BEGIN", "\x03START TRANSACTION", false, nil, nil},
	{"the site row's lock", "returned FROM wp_hospital_sync_state WHERE blog_id = 1 LOCK", false, nil, nil},
	{"the fence rows' lock", "FROM wp_hospital_sync_fence WHERE blog_id = 1 AND post_id IN", false, nil, nil},
	{"a fence row's birth", "INTO wp_hospital_sync_fence (blog_id, post_id) VALUES", false, native, nil},
	{"the read of native writes", "FROM wp_hospital_native_write WHERE blog_id = 1 AND post_id IN", false, native, nil},
	{"the posts' lock", "SELECT ID FROM wp_posts WHERE ID IN", false, nil, nil},
	{"the rows' lock", "FROM wp_postmeta WHERE meta_id IN", false, nil, nil},
	{"the values", "INSERT INTO wp_postmeta (meta_id", false, nil, nil},
	{"births", "INSERT INTO wp_postmeta (post_id", false, nil, nil},
	{"deletions", "DELETE FROM wp_postmeta WHERE meta_id IN", false, nil, nil},
	{"the fence", "stamp, version_epoch, version_counter) VALUES", false, nil, nil},
	{"COMMIT", commit, false, nil, nil},
	{"the take-over", "SET mode = 'native', epoch = epoch + 1", false, emptied, nil},
	{"the settling", "SET settled = epoch", false, emptied, nil},
	{"the return", "SET mode = 'offload'", false, native, nil},
	{"the end of native writes", "DELETE FROM wp_hospital_native_write", false, native, nil},
	{"the pruning of fences", "DELETE FROM wp_hospital_sync_fence", false, native, nil},
	{"the mark of a direct write", "INTO wp_hospital_native_write (blog_id, post_id, meta_key, epoch)", false, nil, withoutRedis},
	{"the notice of a direct write", "INTO wp_hospital_sync_notice", false, nil, withoutRedis},
	{"COMMIT of a direct write", commit, false, nil, withoutRedis},
}

var scripts = []crashPoint{
	{name: "write"}, {name: "claim"}, {name: "ack"}, {name: "due"}, {name: "read"},
	{name: "floor", stimulus: native}, {name: "drop", stimulus: native}, {name: "forget", stimulus: func(n *nemesis) { heal := deletePosts(n); n.wait(time.Second); heal() }},
	{name: "backoff", stimulus: func(n *nemesis) { heal := lockRows(n); n.wait(2 * time.Second); heal() }},
	{name: "bury", stimulus: letter}, {name: "retry", stimulus: retried},
	{name: "update_status_and_time", stimulus: ask("POST", "/v1/appointments/%d/status", map[string]string{"status": "x"})},
	{name: "delete", stimulus: ask("DELETE", "/v1/appointments/%d", map[string]any{})},
	{name: "mark", stimulus: ask("POST", "/v1/appointments/%d/dirty", map[string]any{})},
	{name: "move", stimulus: slug}, {name: "absent", stimulus: unseen},
	{name: "patterns", stimulus: emptied},
}

// points are all crash points; a script is known by its SHA-1.
func points(t testing.TB) []crashPoint {
	t.Helper()
	all := statements
	for _, p := range scripts {
		text, err := os.ReadFile(filepath.Join("../../sidecar/redisstore/lua", p.name+".lua"))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha1.Sum(text)
		all = append(all, crashPoint{p.name + ".lua", hex.EncodeToString(sum[:]), true, p.stimulus, nil})
	}
	return all
}

// native makes the site native as a PHP process would that then dies (R3).
func native(n *nemesis) {
	n.statement("UPDATE wp_hospital_sync_state SET mode = 'native', epoch = epoch + 1 WHERE blog_id = 1 AND mode = 'offload'")
}

// emptied makes a sidecar take over itself (R7), and PHP leave it the wait.
func emptied(n *nemesis) {
	n.quiet.Store(true)
	n.wait(2 * time.Second) // what they were about is over
	n.flush()
	n.wait(3 * time.Second)
	n.quiet.Store(false)
}

// withoutRedis leaves the sidecars none: what the direct API takes goes to MySQL.
func withoutRedis(n *nemesis) (heal func()) {
	for _, line := range []string{containers.SidecarToRedis, containers.SecondToRedis} {
		n.Line[line].Set(containers.Toxics{Refuse: true})
	}
	n.wait(2 * time.Second) // syncs under way end
	return func() {
		for _, line := range []string{containers.SidecarToRedis, containers.SecondToRedis} {
			n.Line[line].Mend()
		}
	}
}

// letter sends what can only become a dead letter.
func letter(n *nemesis) {
	f, v := Field{nobody, "notes"}, n.value("api9")
	operation := map[string]any{"post": nobody, "type": "hospital_appointment", "key": f.Key, "value": v}
	for _, base := range []string{n.API, n.Second} {
		n.set("api9", newDirect(base, n.Token), "POST", "/v1/write", map[string]any{"ops": []any{operation}}, v, f)
	}
}

// retried tries it again.
func retried(n *nemesis) {
	letter(n)
	d, path := newDirect(n.API, n.Token), fmt.Sprintf("/v1/dead-letters/%d/notes", nobody)
	containers.Eventually(n.t, 30*time.Second, func(context.Context) error {
		if _, outcome, why := d.ask("GET", path, nil); outcome != OK {
			return fmt.Errorf("GET of a dead letter: %s %s", outcome, why)
		}
		return nil
	})
	_, _, _ = d.ask("POST", path+"/retry", map[string]any{})
}

// nobody is a post that there never was.
const nobody = 99_999_999

// ask makes a call of the API about the spare post, whose fields nobody checks.
func ask(method, path string, body any) func(*nemesis) {
	return func(n *nemesis) {
		for _, base := range []string{n.API, n.Second} {
			d := newDirect(base, n.Token)
			_, _, _ = d.ask("PUT", fmt.Sprint("/v1/appointments/", n.spare), map[string]any{"fields": map[string]string{"room": n.value("api9")}})
			_, _, _ = d.ask(method, fmt.Sprintf(path, n.spare), body)
		}
	}
}

// slug writes to a post that is made later.
func slug(n *nemesis) {
	name := strings.ReplaceAll(n.value("late"), ".", "-")
	containers.Eventually(n.t, 30*time.Second, func(context.Context) error { // the last point may have left the site native
		if _, outcome, why := newDirect(n.API, n.Token).ask("PUT", "/v1/appointments/"+name, map[string]any{"fields": map[string]string{"room": "1"}}); outcome != OK {
			return fmt.Errorf("PUT of a slug: %s %s", outcome, why)
		}
		return nil
	})
	n.Exec(n.t, "wordpress", "php", "/e2e/wordpress/steps.php", fmt.Sprintf(`[["clinic_posts",1,"hospital_appointment",{},{"post_name":"%s"}]]`, name))
	_, _, _ = newDirect(n.API, n.Token).ask("POST", "/v1/sync", map[string]any{})
}

// unseen writes to a post that no sidecar can look up, and that is made once one
// has seen that it is not there.
func unseen(n *nemesis) {
	heal := withoutMySQL(n)
	name := strings.ReplaceAll(n.value("late"), ".", "-")
	containers.Eventually(n.t, 30*time.Second, func(context.Context) error {
		a, outcome, why := newDirect(n.API, n.Token).ask("PUT", "/v1/appointments/"+name, map[string]any{"fields": map[string]string{"room": "1"}})
		if outcome != OK || !a.Unverified {
			return fmt.Errorf("PUT of a slug while MySQL is away: %s %s, unverified: %t", outcome, why, a.Unverified)
		}
		return nil
	})
	heal()
	n.wait(5 * time.Second)
	n.Exec(n.t, "wordpress", "php", "/e2e/wordpress/steps.php", fmt.Sprintf(`[["clinic_posts",1,"hospital_appointment",{},{"post_name":"%s"}]]`, name))
}

// withoutMySQL leaves the sidecars none.
func withoutMySQL(n *nemesis) (heal func()) {
	lines := []string{containers.SidecarToDB, containers.SecondToDB}
	for _, line := range lines {
		n.Line[line].Set(containers.Toxics{Refuse: true})
	}
	return func() {
		for _, line := range lines {
			n.Line[line].Mend()
		}
	}
}

// crash kills whichever sidecar comes to a point first, and starts it again.
// false: none came there.
func (n *nemesis) crash(p crashPoint, after bool) bool {
	lines := map[string]string{"sidecar": containers.SidecarToDB, "second": containers.SecondToDB}
	if p.inRedis {
		lines = map[string]string{"sidecar": containers.SidecarToRedis, "second": containers.SecondToRedis}
	}
	if p.under != nil {
		defer p.under(n)()
	}
	first, second := n.Line[lines["sidecar"]].StopAt(p.text, after), n.Line[lines["second"]].StopAt(p.text, after)
	defer n.Line[lines["sidecar"]].Leave(first)
	defer n.Line[lines["second"]].Leave(second)
	if p.stimulus != nil {
		p.stimulus(n)
	}
	dies := "sidecar"
	select {
	case <-first.Reached:
	case <-second.Reached:
		dies = "second"
	case <-time.After(10 * time.Second):
		return false
	}
	n.Kill(n.t, dies)
	n.Line[lines["sidecar"]].Leave(first)
	n.Line[lines["second"]].Leave(second)
	n.start(dies)
	return true
}

// TestCrashPoints kills a sidecar before and after every step that it takes.
func TestCrashPoints(t *testing.T) {
	if !*crashes {
		t.Log("make crashpoints runs this")
		t.SkipNow()
	}
	r := prepare(t, containers.StartBadLines(t, wanted("")), *seed)
	r.nemesis.recover(patience)
	r.start(t)
	for _, p := range points(t) {
		for _, when := range []string{"before", "after"} {
			name := fmt.Sprintf("sidecar killed %s %s", when, p.name)
			began := r.Now()
			if !r.nemesis.crash(p, when == "after") {
				t.Errorf("%s: no sidecar came there", name)
			}
			r.nemesis.faults = append(r.nemesis.faults, Fault{name, began, r.Now()})
			r.nemesis.healed = append(r.nemesis.healed, r.Now())
			r.nemesis.recover(time.Minute)
		}
	}
	r.fails(t, r.finish(t))
}
