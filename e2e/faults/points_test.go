package faults

import (
	"crypto/sha1"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// commit is how a client of MySQL asks for it, by the text protocol.
const commit = "\x03COMMIT"

// crashPoint is a step of a process: a script that it sends to Redis or a
// statement that it sends to MySQL. It is killed there, before the server has
// it, or when the server has done it and the process has not heard. No build
// with failpoints is needed: between two of these steps a sidecar changes
// nothing that anybody else can see.
type crashPoint struct {
	name, text string
	behind     string // a statement before it on the same connection; "": whoever says it first
	inRedis    bool
	stimulus   func(*nemesis)               // what makes a sidecar come there; nil: it does anyway
	under      func(*nemesis) (heal func()) // what lasts meanwhile; nil: nothing
	do         string                       // what a PHP process is to do; "": an update
}

// statements are those by which a sidecar changes or locks anything in MySQL,
// and some that it reads by between these. statements_test.go holds them to the
// code.
var statements = []crashPoint{
	{name: "the read of the site rows", text: "SELECT blog_id, epoch, mode"},
	{name: "BEGIN", text: "\x03START TRANSACTION"},
	{name: "the site row's lock of a sync", text: "returned FROM wp_hospital_sync_state WHERE blog_id = 1 LOCK"},
	{name: "the fence rows' lock", text: "FROM wp_hospital_sync_fence WHERE blog_id = 1 AND post_id IN"},
	{name: "a fence row's birth", text: "INSERT IGNORE INTO wp_hospital_sync_fence (blog_id, post_id) VALUES", stimulus: native},
	{name: "the read of native writes", text: "FROM wp_hospital_native_write WHERE blog_id = 1 AND post_id IN", stimulus: native},
	{name: "the posts' lock", text: "SELECT ID, post_type FROM wp_posts WHERE ID IN"},
	{name: "the rows' lock", text: "ORDER BY meta_id FOR UPDATE"},
	{name: "the lock of a post's rows", text: "ORDER BY post_id, meta_id FOR UPDATE"},
	{name: "the values", text: "INSERT INTO wp_postmeta (meta_id"},
	{name: "births", text: "INSERT INTO wp_postmeta (post_id"},
	{name: "deletions", text: "DELETE FROM wp_postmeta WHERE meta_id IN"},
	{name: "the fence", text: "stamp, version_epoch, version_counter) VALUES"},
	{name: "COMMIT of a sync", text: commit, behind: "stamp, version_epoch, version_counter) VALUES"},
	{name: "the take-over", text: "SET mode = 'native', epoch = epoch + 1", stimulus: emptied},
	{name: "the site row's lock of a settling or a return", text: "SELECT blog_id FROM wp_hospital_sync_state WHERE blog_id = 1 FOR UPDATE", stimulus: native},
	{name: "the settling", text: "SET settled = epoch", stimulus: emptied},
	{name: "COMMIT of the settling", text: commit, behind: "SET settled = epoch", stimulus: emptied},
	{name: "the return", text: "SET mode = 'offload'", stimulus: native},
	{name: "the read of the posts that were written natively", text: "SELECT DISTINCT post_id FROM wp_hospital_native_write", behind: "SET mode = 'offload'", stimulus: native},
	{name: "the end of native writes", text: "DELETE FROM wp_hospital_native_write", stimulus: native},
	{name: "the return's note beside the fences", text: "INSERT INTO wp_hospital_sync_fence (blog_id, post_id, epoch) VALUES", stimulus: native},
	{name: "COMMIT of the return", text: commit, behind: "INSERT INTO wp_hospital_sync_fence (blog_id, post_id, epoch) VALUES", stimulus: native},
	{name: "the pruning of fences", text: "DELETE FROM wp_hospital_sync_fence", stimulus: native},
	{name: "the skipping of epochs", text: "UPDATE wp_hospital_sync_state SET epoch = ", stimulus: laterRedis, under: adopting},
	{name: "the native writes' skipping of epochs", text: "UPDATE wp_hospital_native_write SET epoch = ", stimulus: laterRedis, under: adopting},
	{name: "COMMIT of the skipping", text: commit, behind: "UPDATE wp_hospital_native_write SET epoch = ", stimulus: laterRedis, under: adopting},
	{name: "the lock of the rows of a direct write", text: "ORDER BY meta_id FOR UPDATE", under: withoutRedis},
	{name: "the mark of a direct write", text: "INSERT INTO wp_hospital_native_write (blog_id, post_id, meta_key, epoch)", under: withoutRedis},
	{name: "the notice of a direct write", text: "INSERT INTO wp_hospital_sync_notice", under: withoutRedis},
	{name: "COMMIT of a direct write", text: commit, behind: "INSERT INTO wp_hospital_sync_notice", under: withoutRedis},
	{name: "the end of notices", text: "DELETE FROM wp_hospital_sync_notice", under: withoutRedis},
}

// scripts are all of redisstore/lua: what makes a sidecar send one, as far as it
// does not by itself.
var scripts = map[string]crashPoint{
	"absent": {stimulus: unseen}, "ack": {}, "backoff": {stimulus: locksRows}, "bury": {stimulus: letter}, "claim": {},
	"delete": {stimulus: ask("DELETE", "/v1/appointments/%d", map[string]any{})}, "drop": {stimulus: native}, "due": {},
	"edit": {stimulus: edited}, "floor": {stimulus: native}, "forget": {under: (*nemesis).deleting}, "inspect": {stimulus: verified},
	"lift": {stimulus: olderStamps}, "mark": {stimulus: ask("POST", "/v1/appointments/%d/dirty", map[string]any{})},
	"move": {stimulus: slug}, "notices": {}, "notified": {}, "patterns": {stimulus: emptied}, "read": {},
	"reconcile": {stimulus: strayClaim}, "recount": {stimulus: native}, "retire": {stimulus: retired, under: shut},
	"retry":                  {stimulus: retried},
	"update_status_and_time": {stimulus: ask("POST", "/v1/appointments/%d/status", map[string]string{"status": "x"})},
	"waiting":                {stimulus: barrier}, "write": {},
}

const luaDir = "../../sidecar/redisstore/lua"

// points are all crash points of a sidecar; a script is known by its SHA-1.
func points(t testing.TB) []crashPoint {
	t.Helper()
	all := statements
	files, err := filepath.Glob(filepath.Join(luaDir, "*.lua"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha1.Sum(text)
		p := scripts[strings.TrimSuffix(filepath.Base(file), ".lua")]
		p.name, p.text, p.inRedis = filepath.Base(file), hex.EncodeToString(sum[:]), true
		all = append(all, p)
	}
	return all
}
