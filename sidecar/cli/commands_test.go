package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

var figures = appointment.Stats{
	UptimeSeconds: 3723,
	Blogs:         []appointment.BlogStats{{Blog: 1, Mode: "offload", Epoch: 7, Lease: true, Waits: &appointment.Waits{DirtyPosts: 3, OldestDirtyMS: 120, DeadLetters: 2}}},
	Lag:           appointment.LagStats{P50: 12, P99: 250, Count: 9},
	Redis:         appointment.RedisStats{Version: "8.0", RunID: "4f", UsedMemory: 3 << 20},
	MySQL:         appointment.MySQLStats{Version: "9.1"},
	Counters:      appointment.Counters{Writes: 5, Synced: 4, Takeovers: 3, Returns: 2, Lapses: 1},
	Warnings:      []string{"maxmemory-policy is allkeys-lru\x1b]0;x\a"},
}

func statsReply(t testing.TB) string {
	t.Helper()
	encoded, err := json.Marshal(map[string]any{"version": "1.0.0", "stats": figures, "ack": "none", "request_id": "x"})
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestStatus(t *testing.T) {
	ready := map[string]string{"/readyz": `{"ready":true}`, "/v1/stats": statsReply(t)}
	t.Run("shows the figures to people", func(t *testing.T) {
		runAgainst(t, says(200, ready), "status").want(t, 0, `ready
sidecar  1.0.0, up 1h2m3s
redis    8.0, 3.0 MiB used, run 4f
mysql    9.1
lag      p50 12 ms, p99 250 ms, of 9 syncs
fields   5 written, 4 synced
owner    2 returns to offload, 3 times made native by this sidecar, 1 leases lapsed

BLOG  MODE     EPOCH  LEASE  HELD  DIRTY  OLDEST  DEAD
1     offload  7      yes    no    3      120ms   2
warning: maxmemory-policy is allkeys-lru\x1b]0;x\a
MySQL refused some writes: see hospital-sidecar dead list
`, "")
	})
	t.Run("shows them to programs", func(t *testing.T) {
		r := runAgainst(t, says(200, ready), "status", "--json")
		var found report
		if err := json.Unmarshal([]byte(r.out), &found); err != nil || r.code != 0 || !found.Ready || found.Stats.Version != "1.0.0" || *found.Stats.Blogs[0].Waits != *figures.Blogs[0].Waits || found.Stats.Warnings[0] != figures.Warnings[0] {
			t.Errorf("%v\n%+v", err, r)
		}
	})
	t.Run("fails and says what is missing when the sidecar is not ready", func(t *testing.T) {
		runAgainst(t, answers(t, "readyz_missing"), "status", "--ready").want(t, 1, "not ready\n  redis: connection refused\n", "")
		runAgainst(t, answers(t, "readyz_missing"), "status", "--ready", "--json").want(t, 1, "{\n  \"ready\": false,\n  \"missing\": [\n    \"redis: connection refused\"\n  ]\n}\n", "")
		notReady := map[string]string{"/readyz": `{"ready":false,"missing":["mysql: gone"]}`}
		runAgainst(t, says(503, notReady), "status").want(t, 1, "not ready\n  mysql: gone\n", "")
	})
	t.Run("counts nothing as none where Redis could not be asked", func(t *testing.T) {
		away := `{"version":"1.0.0","stats":{"blogs":[{"blog":1,"mode":"native","epoch":8}]}}`
		notReady := map[string]string{"/readyz": `{"ready":false,"missing":["redis: gone"]}`, "/v1/stats": away}
		mux := http.NewServeMux()
		mux.Handle("/readyz", says(503, notReady))
		mux.Handle("/v1/stats", says(200, notReady))
		runAgainst(t, mux, "status").want(t, 1, "1     native  8      no     no    ?      ?       ?", "")
	})
	t.Run("fails when the figures cannot be had", func(t *testing.T) {
		noStats := http.NewServeMux()
		noStats.Handle("/readyz", says(200, ready))
		noStats.Handle("/v1/stats", says(401, map[string]string{"/v1/stats": string(readGolden(t, "error_unauthorized").Response.Body)}))
		runAgainst(t, noStats, "status").want(t, 1, "ready\n", "unauthorized")
		runAgainst(t, noStats, "status", "--json").want(t, 1, `"code": "unauthorized"`, "")
	})
}

func TestFlush(t *testing.T) {
	t.Run("says how many fields it brought home", func(t *testing.T) {
		runAgainst(t, answers(t, "sync"), "flush").want(t, 0, "fields brought to MySQL: 3; nothing left\n", "")
		runAgainst(t, answers(t, "sync"), "flush", "--json").want(t, 0, "{\n  \"synced\": 3,\n  \"left\": 0,\n  \"waiting\": 0\n}\n", "")
	})
	t.Run("goes on until nothing is left, on the blog named", func(t *testing.T) {
		left := 2
		runAgainst(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("blog") != "4" {
				t.Errorf("asked for %s", r.URL)
			}
			fmt.Fprintf(w, `{"synced":1,"left":%d}`, left)
			left--
		}), "flush", "--blog", "4").want(t, 0, "fields brought to MySQL: 3; nothing left\n", "")
	})
	t.Run("waits for no slug whose post has not come", func(t *testing.T) {
		slugs := says(200, map[string]string{"/v1/sync": `{"synced":1,"left":2,"waiting":2}`})
		runAgainst(t, slugs, "flush", "--timeout", "1s").want(t, 0, "fields brought to MySQL: 1; slugs that wait for their post: 2\n", "")
		runAgainst(t, slugs, "flush", "--timeout", "1s", "--json").want(t, 0, "{\n  \"synced\": 1,\n  \"left\": 2,\n  \"waiting\": 2\n}\n", "")
	})
	t.Run("fails when something is left in the end", func(t *testing.T) {
		stuck := says(200, map[string]string{"/v1/sync": `{"synced":0,"left":2,"waiting":1}`})
		runAgainst(t, stuck, "flush", "--timeout", "1s").want(t, 1, "", "hospital-sidecar: fields brought to MySQL: 0; posts left after 1s: 2\n")
		runAgainst(t, stuck, "flush", "--timeout", "1s", "--json").want(t, 1, "{\n  \"synced\": 0,\n  \"left\": 2,\n  \"waiting\": 1\n}\n", "")
	})
}

func TestDeadList(t *testing.T) {
	t.Run("is a table without values", func(t *testing.T) {
		runAgainst(t, answers(t, "dead_letters"), "dead", "list").want(t, 0, `POST    KEY     VERSION  CODE        AT                    REASON
appt_9  status  7-11     unresolved  2026-03-04T05:06:07Z  no post has this slug
123     notes   7-12     refused     2026-03-04T05:06:07Z  the column's charset refuses the value
`, "")
	})
	t.Run("has values for programs, byte for byte", func(t *testing.T) {
		r := runAgainst(t, answers(t, "dead_letters"), "dead", "list", "--json")
		var got, want struct {
			Letters []letter `json:"dead_letters"`
			Count   int
		}
		if err := json.Unmarshal(readGolden(t, "dead_letters").Response.Body, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.Count != 2 || *got.Letters[1].Value != "caf\xe9" || got.Letters[0].Value != nil || fmt.Sprint(got.Letters[0]) != fmt.Sprint(want.Letters[0]) {
			t.Errorf("%v\n%s", err, r.out)
		}
	})
	t.Run("reads every page", func(t *testing.T) {
		var asked []string
		runAgainst(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.URL.Query().Get("after"))
			fmt.Fprintf(w, `{"dead_letters":[{"post":"%d","key":"a/b&c"}],"count":2}`, len(asked))
		}), "dead", "list").want(t, 0, "2     a/b&c", "")
		if strings.Join(asked, ",") != ",1/a/b&c" {
			t.Errorf("asked for those after %q", asked)
		}
	})
	t.Run("says when there are none", func(t *testing.T) {
		none := says(200, map[string]string{"/v1/dead-letters": `{"dead_letters":[],"count":0}`})
		runAgainst(t, none, "dead", "list").want(t, 0, "no dead letters\n", "")
		runAgainst(t, none, "dead", "list", "--json").want(t, 0, "{\n  \"count\": 0,\n  \"dead_letters\": []\n}\n", "")
	})
}

func TestDeadShow(t *testing.T) {
	t.Run("shows the value, bytes that are no text as escapes", func(t *testing.T) {
		runAgainst(t, answers(t, "dead_letter"), "dead", "show", "123", "notes").want(t, 0, `value    caf\xe9`, "")
		runAgainst(t, answers(t, "dead_letter"), "dead", "show", "--json", "123", "notes").want(t, 0, `"b64": "Y2Fm6Q=="`, "")
	})
	t.Run("lets no value act on the terminal", func(t *testing.T) {
		evil := says(200, map[string]string{"/v1/dead-letters/1/k%2F%3F%20x": `{"dead_letter":{"post":"1","key":"k","value":"\u001b[2J\u009b31m\u202etxt\n\u007f é\udb40\udc01","at":"2026-03-04T05:06:07Z"}}`})
		runAgainst(t, evil, "dead", "show", "1", "k/? x").want(t, 0, `value    \x1b[2J\u009b31m\u202etxt\n\x7f é\U000e0001`, "")
		r := runAgainst(t, evil, "dead", "show", "1", "k/? x", "--json")
		r.want(t, 0, `"value": "\u001b[2J\u009b31m\u202etxt\n\u007f é\udb40\udc01"`, "")
	})
	t.Run("says that a value was lost", func(t *testing.T) {
		lost := says(200, map[string]string{"/v1/dead-letters/1/k": `{"dead_letter":{"post":"1","key":"k","deleted":false,"lost":true}}`})
		runAgainst(t, lost, "dead", "show", "1", "k").want(t, 0, "value    (lost)", "")
	})
	t.Run("takes names that look like flags after --", func(t *testing.T) {
		handler := says(200, map[string]string{"/v1/dead-letters/1/--json": `{"dead_letter":{"post":"1","key":"--json","deleted":true}}`})
		runAgainst(t, handler, "dead", "show", "--", "1", "--json").want(t, 0, "value    (deleted)", "")
	})
}

func TestDeadRetry(t *testing.T) {
	t.Run("retries one", func(t *testing.T) {
		runAgainst(t, answers(t, "dead_letter_retry"), "dead", "retry", "123", "notes").want(t, 0, "dead letters retried: 1\n", "")
		runAgainst(t, answers(t, "dead_letter_retry"), "dead", "retry", "123", "notes", "--json").want(t, 0, "{\n  \"retried\": 1\n}\n", "")
	})
	t.Run("fails when there is none of that name", func(t *testing.T) {
		runAgainst(t, answers(t, "error_unknown_dead_letter"), "dead", "retry", "123", "notes").want(t, 1, "", "no such dead letter (unknown_dead_letter, request golden)")
	})
	t.Run("retries all", func(t *testing.T) {
		runAgainst(t, answers(t, "dead_letters_retry"), "dead", "retry", "--all").want(t, 0, "dead letters retried: 2\n", "")
	})
	t.Run("names those that only a person can help, and fails", func(t *testing.T) {
		some := says(200, map[string]string{"/v1/dead-letters/retry": `{"retried":1,"failed":[{"post":"7","key":"notes","code":"foreign_keys","message":"somebody's keys"}]}`})
		runAgainst(t, some, "dead", "retry", "--all").want(t, 1, "7 notes: somebody's keys (foreign_keys)\ndead letters retried: 1\n", "")
		runAgainst(t, some, "dead", "retry", "--all", "--json").want(t, 1, `"code": "foreign_keys"`, "")
	})
	t.Run("fails when not all could be retried", func(t *testing.T) {
		refusal := says(503, map[string]string{"/v1/dead-letters/retry": `{"error":{"code":"redis_unavailable","message":"Redis is not reachable"},"request_id":"r"}`})
		runAgainst(t, refusal, "dead", "retry", "--all").want(t, 1, "", "hospital-sidecar: Redis is not reachable (redis_unavailable, request r)\n")
	})
}

func TestDeadEdit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "value")
	if err := os.WriteFile(path, []byte("café"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("sends the bytes of a file, or what the command line says", func(t *testing.T) {
		runAgainst(t, answers(t, "dead_letter_edit"), "dead", "edit", "123", "notes", "--file", path).want(t, 0, "dead letters edited: 1\n", "")
		runAgainst(t, answers(t, "dead_letter_edit"), "dead", "edit", "123", "notes", "--value", "café").want(t, 0, "dead letters edited: 1\n", "")
	})
	t.Run("wants just one of them", func(t *testing.T) {
		for _, more := range [][]string{nil, {"--file", path, "--value", "x"}} {
			runAgainst(t, answers(t), append([]string{"dead", "edit", "123", "notes"}, more...)...).want(t, 2, "", "want either --file or --value")
		}
	})
	t.Run("fails on a file that is not there", func(t *testing.T) {
		runAgainst(t, answers(t), "dead", "edit", "123", "notes", "--file", path+"x").want(t, 1, "", "read the new value")
	})
	t.Run("says who asks", func(t *testing.T) {
		var actor string
		runAgainst(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			actor = r.Header.Get("X-Hospital-Actor")
			fmt.Fprint(w, `{"edited":true}`)
		}), "dead", "edit", "1", "k", "--value", "").want(t, 0, "dead letters edited: 1\n", "")
		if actor != "ada" {
			t.Errorf("actor %q", actor)
		}
	})
}

func TestDeadDiscard(t *testing.T) {
	line := []string{"dead", "discard", "123", "notes", "--reason", "entered by hand", "--version", "7-12"}
	t.Run("sends the reason, and which letter was seen", func(t *testing.T) {
		runAgainst(t, answers(t, "dead_letter_discard"), line...).want(t, 0, "dead letters discarded: 1\n", "")
		runAgainst(t, answers(t, "dead_letter_discard"), append(line, "--json")...).want(t, 0, "{\n  \"discarded\": 1\n}\n", "")
	})
	t.Run("fails if that has made way for another", func(t *testing.T) {
		refusal := says(409, map[string]string{"/v1/dead-letters/123/notes": string(readGolden(t, "error_other_dead_letter").Response.Body)})
		runAgainst(t, refusal, line...).want(t, 1, "", "look again (other_dead_letter")
	})
}

func TestVerify(t *testing.T) {
	line := []string{"verify", "--post-type", "hospital_appointment", "--repair"}
	t.Run("says what is wrong and fails while something stays so", func(t *testing.T) {
		runAgainst(t, answers(t, "verify"), line...).want(t, 1, "stale_copy [room]: Redis' clean copy of a field of post 123 differs from its row (repaired)\n"+
			"native_left: 3 native-write rows are left though sidecars own the site: the next return removes them\n"+
			"2 posts and 5 fields in Redis; 2 findings, 1 repaired\n", "")
		runAgainst(t, answers(t, "verify"), append(line, "--json")...).want(t, 1, `"code": "stale_copy"`, "")
	})
	t.Run("succeeds when nothing is wrong, or all was repaired", func(t *testing.T) {
		for _, body := range []string{`{"posts":2,"fields":5,"findings":[],"count":0,"repaired":0}`, `{"posts":2,"fields":5,"findings":[],"count":1,"repaired":1}`} {
			runAgainst(t, says(200, map[string]string{"/v1/verify": body}), "verify").want(t, 0, "2 posts and 5 fields in Redis", "")
		}
	})
	t.Run("fails when it cannot tell", func(t *testing.T) {
		runAgainst(t, says(503, map[string]string{"/v1/verify": string(readGolden(t, "error_mysql_unavailable").Response.Body)}), "verify").want(t, 1, "", "mysql_unavailable")
	})
}
