package faults

import (
	"slices"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// takeOver are the steps by which a PHP process takes the site over and writes:
// those of two connections, the second of which has the first four.
var takeOver = []crashPoint{
	{name: "its take-over of the site", text: "SET mode = 'native', epoch = epoch + 1"},
	{name: "the lock for its settling", text: "FOR UPDATE NOWAIT"},
	{name: "its settling", text: "SET settled = epoch"},
	{name: "COMMIT of its settling", text: commit, behind: "SET settled = epoch"},
	{name: "the begin of its write", text: "\x03START TRANSACTION", behind: "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"},
	{name: "its lock of the site row", text: "LOCK IN SHARE MODE"},
	{name: "its lock of the fence row", text: "INSERT INTO wp_hospital_sync_fence"},
	{name: "its lock of the rows", text: "SELECT meta_id, post_id, meta_key FROM wp_postmeta WHERE"},
	{name: "its mark", text: "INSERT INTO wp_hospital_native_write"},
	{name: "its write", text: "UPDATE wp_postmeta SET meta_value = "},
	{name: "COMMIT of its write", text: commit, behind: "UPDATE wp_postmeta SET meta_value = "},
	{name: "its first row of a key", text: "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) SELECT", do: "add"},
	{name: "its deletion", text: "DELETE FROM wp_postmeta", do: "delete"},
}

// crashPHP kills a PHP process at a step of its take-over: its sidecar does not
// answer, and all others rest until it is there, so that it is the first. Whoever
// comes next finds what it left. false: it was not killed there.
func (r *run) crashPHP(w *worker, p crashPoint, after bool) bool {
	n, f := r.nemesis, r.hot[r.nemesis.dice.IntN(len(r.hot))]
	c := call{Do: "update", Value: r.value("php9"), KillAfter: int((3 * time.Second).Microseconds())}
	n.quiet.Store(true)
	defer n.quiet.Store(false)
	r.still.Store(true)
	n.wait(2 * time.Second) // what the clients were about is over
	n.recover(patience)
	if p.do != "" {
		f = r.born[n.dice.IntN(len(r.born))]
		c = r.without(f, p.do == "delete", c)
	}
	c.Post, c.Key = f.Post, f.Key
	r.Line[containers.PHPToSidecar].Cut()
	defer r.Line[containers.PHPToSidecar].Mend()
	began, over := r.Now(), make(chan struct{})
	p.stimulus = func(*nemesis) {
		over = later(func() { r.update("php9", f, c, w) })
	}
	line, leave := n.stop(p, after, containers.PHPToDB)
	r.still.Store(false)
	defer leave()
	<-over
	return line != "" && slices.ContainsFunc(r.Ops(), func(o Op) bool { return o.Who == "php9" && o.Value == c.Value && o.Call >= began && o.Why == killed })
}

// without leaves a field without a row for a call to make one, or with one to
// delete.
func (r *run) without(f Field, row bool, c call) call {
	operation := map[string]any{"post": f.Post, "type": "hospital_appointment", "key": f.Key}
	value := ""
	if row {
		value = r.value("api9")
		operation["value"] = value
		c.Do, c.Value = "delete", ""
	} else {
		operation["delete"] = true
	}
	r.set("api9", newDirect(r.API, r.Token), "POST", "/v1/write", map[string]any{"ops": []any{operation}}, value, f)
	r.nemesis.recover(patience)
	return c
}
