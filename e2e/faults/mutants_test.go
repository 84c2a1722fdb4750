package faults

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

var mutants = flag.Bool("faults.mutants", false, "TestMutants weakens the product's rules in turn")

// mutant is a sidecar with a rule weakened: in a file of it, old is new.
type mutant struct {
	name, rule string // the rule of the protocol that it breaks
	file       string
	old, new   string
	scenario   func(*testing.T, *run)
}

// weakened are rules each with a scenario that brings a real stack to need it.
// e2e/model has mutants of all rules, of these too.
var weakened = []mutant{
	{"ack without the version", "R4, step 4", "redisstore/lua/ack.lua",
		"if marks[j] == mark then", "if marks[j] then", writtenDuringSync},
	{"a claim that removes before it writes", "R4, step 2", "redisstore/lua/claim.lua",
		"redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[2])\nreturn answer",
		"redis.call('ZREM', KEYS[2], ARGV[2])\nfor i = 6, #KEYS, 2 do redis.call('DEL', KEYS[i + 1]) end\nreturn answer", killedAfterClaim},
	{"no version against the fence's", "R4, step 3", "postmeta/plan.go",
		"|| field.Version.Compare(before.version) <= 0", "", olderRedis},
	{"no native writes read", "R4, step 3", "postmeta/lock.go",
		"if !s.site.Native {\n\t\treturn nil\n\t}\n\tquery := \"SELECT post_id, meta_key, epoch", "if true {\n\t\treturn nil\n\t}\n\tquery := \"SELECT post_id, meta_key, epoch", writtenNatively},
	{"a slug's field over a row", "R4, step 3", "redisstore/lua/move.lua",
		"key, mark .. 's')", "key, mark)", writtenByNameBefore},
	{"no deadline", "R2", "ownership/fields.go",
		"if deadline != 0 && monotonic() >= deadline {", "if deadline < 0 {", lateRequest},
	{"no floor", "R2", "redisstore/lua/write.lua",
		"if epoch < lowest then", "if epoch < 0 then", lateScript},
	{"writes tried again", "R2", "config/redis.go",
		"options.MaxRetries = -1", "options.MaxRetries, options.MinRetryBackoff, options.MaxRetryBackoff = 3, 5*time.Second, 5*time.Second", answerLost},
	{"no run id", "R7", "redisstore/run.go",
		`id := infoValue(info, "run_id")`, `id := "any"`, restartedOlder},
	{"no missing floor and no token", "R7", "redisstore/lua/write.lua",
		"if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end\nlocal epoch = tonumber(ARGV[2])\nlocal lowest = tonumber(floor[2])",
		"local epoch = tonumber(ARGV[2])\nlocal lowest = tonumber(floor[2] or '0')", emptiedUnderLease},
}

// edits of other files that a mutant needs to be one.
var also = map[string][]mutant{
	"no deadline": {
		{file: "httpapi/deadline.go", old: "case left <= 0:", new: "case left <= 0 && deadline < 0:"},
		{file: "httpapi/call.go", old: "c.ctx = request.Context()", new: "c.ctx = context.WithoutCancel(request.Context())"},
		{file: "httpapi/deadline.go", old: "return deadline, left, nil", new: "return deadline, max(left, time.Minute), nil"},
	},
	"writes tried again": {
		{file: "redisstore/store.go", old: "pool.MaxRetries = -1 ", new: "pool.MaxRetries = 3 "},
	},
}

// of is a file's text with the edit; one without an old text is a new file.
func (m mutant) of(t *testing.T, path string) string {
	t.Helper()
	if m.old == "" {
		return m.new
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), m.old) != 1 {
		t.Fatalf("%s: %q is not there once: the mutant must follow the code", m.file, m.old)
	}
	return strings.Replace(string(text), m.old, m.new, 1)
}

// TestMutants proves the checker on the product: with a rule weakened it finds
// harm, and in the same scenario without the change it finds none.
func TestMutants(t *testing.T) {
	if !*mutants {
		t.Log("make mutants runs this")
		t.SkipNow()
	}
	binary := filepath.Join(t.TempDir(), "hospital-sidecar")
	build(t, binary, nil)
	b := containers.StartBadLines(t, wanted(binary))
	for i, m := range weakened {
		t.Run(m.name, func(t *testing.T) {
			prove(t, b, uint64(i), m, append([]mutant{m}, also[m.name]...), func(edits []mutant) { change(t, b, binary, edits) })
		})
	}
}

// prove plays a mutant's scenario on the product and on the mutant.
func prove(t *testing.T, b *containers.BadLines, seed uint64, m mutant, edits []mutant, change func(edits []mutant)) {
	for _, c := range []struct {
		name  string
		edits []mutant
	}{{"the product", nil}, {"the mutant", edits}} {
		t.Run(c.name, func(t *testing.T) {
			change(c.edits)
			r := prepare(t, b, seed)
			r.nemesis.recover(patience)
			m.scenario(t, r)
			v := r.finish(t)
			switch {
			case c.edits == nil:
				r.fails(t, v)
			case len(v.Report.Findings) == 0:
				t.Errorf("%s (%s): the checker found nothing", m.name, m.rule)
			}
		})
	}
}

// change puts another program into both sidecars, and empties Redis: what the
// last one left in it may be anything.
func change(t *testing.T, b *containers.BadLines, binary string, edits []mutant) {
	t.Helper()
	for _, service := range []string{"sidecar", "second"} {
		b.Resume(t, service)
		b.Start(t, service)
		b.Kill(t, service)
	}
	build(t, binary, edits)
	if err := b.Redis.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"sidecar", "second"} {
		b.Start(t, service)
	}
}

// build compiles the sidecar of this tree with some edits laid over its files.
func build(t *testing.T, binary string, edits []mutant) {
	t.Helper()
	source, err := filepath.Abs("../../sidecar")
	if err != nil {
		t.Fatal(err)
	}
	overlay, dir := map[string]string{}, t.TempDir()
	for i, e := range edits {
		path := e.file
		if !filepath.IsAbs(path) {
			path = filepath.Join(source, path)
		}
		was, is := overlay[path], filepath.Join(dir, fmt.Sprint(i, ".", filepath.Base(path)))
		if err := os.WriteFile(is, []byte(e.of(t, cmp.Or(was, path))), 0o644); err != nil {
			t.Fatal(err)
		}
		overlay[path] = is
	}
	listed, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), listed, 0o644); err != nil {
		t.Fatal(err)
	}
	compile := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-overlay", filepath.Join(dir, "overlay.json"), "-o", filepath.Join(dir, "built"), ".")
	compile.Dir, compile.Env = source, append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	program, err := os.ReadFile(filepath.Join(dir, "built"))
	if err != nil {
		t.Fatal(err)
	}
	// Into the same file: that one is mounted.
	if err := os.WriteFile(binary, program, 0o755); err != nil {
		t.Fatal(err)
	}
}
