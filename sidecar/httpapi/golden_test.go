package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

const goldenFolder = "../../e2e/golden"

// golden is one exchange that the Go and PHP sides both hold themselves to.
type golden struct {
	Name    string
	Request struct {
		Method, Path string
		Headers      map[string]string
		Body         json.RawMessage
		BodyRaw      string `json:"body_raw"`
	}
	Response struct {
		Status int
		Body   json.RawMessage
	}
}

func goldenFiles(t *testing.T) []golden {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(goldenFolder, "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files in %s: %v", goldenFolder, err)
	}
	files := make([]golden, len(paths))
	for i, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		in := json.NewDecoder(bytes.NewReader(raw))
		in.DisallowUnknownFields()
		if err := in.Decode(&files[i]); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if name := strings.TrimSuffix(filepath.Base(path), ".json"); files[i].Name != name {
			t.Fatalf("%s: its name is %q", path, files[i].Name)
		}
	}
	return files
}

func (g golden) request() *http.Request {
	body := g.Request.BodyRaw
	if g.Request.Body != nil {
		body = string(g.Request.Body)
	}
	r := httptest.NewRequest(g.Request.Method, g.Request.Path, strings.NewReader(body))
	for name, value := range g.Request.Headers {
		r.Header.Set(name, value)
	}
	return r
}

// scripts are what the rooms behind the API do in a golden exchange; without
// one they do what newFakes says.
func scripts() map[string]func(*fakes) {
	fails := func(err error) func(*fakes) { return func(f *fakes) { f.err = err } }
	away := func(f *fakes) {
		f.mysqlErr = appointment.ErrMySQLAway
		f.copied = map[string]string{"room": "4"}
		f.result = func(w []appointment.Write) (appointment.WriteResult, error) {
			result := allUpdated(w)
			result.Unverified = true
			return result, nil
		}
	}
	committed := func(f *fakes) {
		f.committed = true
		f.result = func(w []appointment.Write) (appointment.WriteResult, error) {
			result := allUpdated(w)
			result.Committed = true
			return result, nil
		}
	}
	dirty := func(leased bool) func(*fakes) {
		return func(f *fakes) {
			f.at = time.Unix(1732345678, 0)
			f.view = dirtyView(leased)
		}
	}
	letters := func(f *fakes) { f.letters = deadLetters() }
	return map[string]func(*fakes){
		"write_unchanged": func(f *fakes) {
			f.result = func([]appointment.Write) (appointment.WriteResult, error) {
				return appointment.WriteResult{Epoch: 7, Outcomes: [][]appointment.Outcome{{appointment.Unchanged}}}, nil
			}
		},
		"dirty": dirty(true), "dirty_without_lease": dirty(false),
		"appointment_get": dirty(true), "appointment_get_slug": dirty(true),
		"appointment_get_mysql_away": away, "appointment_set_mysql_away": away,
		"doctor_get":                 func(f *fakes) { f.rows = map[string]string{"available": "1", "room": "12"} },
		"appointment_delete_nothing": func(f *fakes) { f.deleted = false },
		"appointment_status_unknown": func(f *fakes) { f.updated = false },
		"retire":                     func(f *fakes) { f.report = appointment.SyncReport{} },
		"retire_discard":             func(f *fakes) { f.report = appointment.SyncReport{} },
		"dirty_members":              func(f *fakes) { f.members = []string{"123", "appt_9"} },
		"dead_letters":               letters, "dead_letters_next_page": letters,
		"verify": func(f *fakes) {
			f.verified = appointment.Verification{Posts: 2, Fields: 5, Findings: []appointment.Finding{
				{Code: "stale_copy", Post: "123", Key: "room", Message: "Redis' clean copy of a field of post 123 differs from its row", Repaired: true},
				{Code: "native_left", Message: "3 native-write rows are left though sidecars own the site: the next return removes them"},
			}}
		},
		"dead_letter": letters, "dead_letter_retry": letters, "dead_letters_retry": letters, "dead_letter_edit": letters, "dead_letter_discard": letters, "error_other_dead_letter": letters,
		"readyz_missing": func(f *fakes) { f.missing = []string{"redis: connection refused"} },

		"write_fsynced":                    func(f *fakes) { f.flushed = true },
		"appointment_set_fsynced_too_late": func(*fakes) {},

		"appointment_set_without_redis": committed, "appointment_set_field_without_redis": committed,
		"doctor_set_without_redis": committed, "appointment_status_without_redis": committed,
		"appointment_set_refused":          fails(&appointment.RefusedError{Key: "notes", Reason: "the value or the key is too long for its column (MySQL error 1406)"}),
		"appointment_delete_without_redis": fails(appointment.ErrRedisAway),
		"error_post_locked":                fails(appointment.ErrPostLocked),
		"error_mysql_unavailable_unknown":  fails(appointment.ErrUnknownCommit),

		"error_nothing_to_write": func(f *fakes) { f.letters, f.retryErr = deadLetters(), []error{appointment.ErrNothingToWrite} },
		"error_foreign_keys":     func(f *fakes) { f.letters, f.retryErr = deadLetters(), []error{&appointment.ForeignKeysError{}} },
		"error_native":           fails(appointment.ErrNative), "error_not_held": fails(appointment.ErrNotHeld),
		"error_other_site":                fails(appointment.ErrOtherSite),
		"error_redis_unavailable":         fails(appointment.ErrRedisAway),
		"error_redis_unavailable_unknown": fails(appointment.ErrUnknownOutcome),
		"error_redis_full":                fails(appointment.ErrRedisFull),
		"error_newer_keys":                fails(appointment.ErrNewerKeys),
		"error_backlog_full":              fails(appointment.ErrBacklog),
		"error_mysql_unavailable":         fails(appointment.ErrMySQLAway),
		"error_internal":                  fails(os.ErrInvalid),
	}
}

func dirtyView(leased bool) appointment.DirtyView {
	version := appointment.Version{Epoch: 7, Counter: 12}
	return appointment.DirtyView{Leased: leased, Generation: 4, Posts: map[string][]appointment.Dirty{
		"123": {
			{Key: "status", Value: "confirmed", Version: version},
			{Key: "room", Deleted: true, Version: version},
			{Key: "notes", Value: "caf\xe9", Version: version},
		},
	}}
}

func deadLetters() []appointment.DeadLetter {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	return []appointment.DeadLetter{
		{
			Post: appointment.Post{Blog: 1, Slug: "appt_9", Type: "hospital_appointment"}, Key: "status", Deleted: true,
			Version: appointment.Version{Epoch: 7, Counter: 11}, Code: appointment.DeadUnresolved, Reason: "no post has this slug", At: at,
		},
		{
			Post: appointment.Post{Blog: 1, ID: 123, Type: "hospital_appointment"}, Key: "notes", Value: "caf\xe9",
			Version: appointment.Version{Epoch: 7, Counter: 12}, Code: appointment.DeadRefused, Reason: "the column's charset refuses the value", At: at,
		},
	}
}

func TestEveryGoldenExchangeIsWhatTheAPIDoes(t *testing.T) {
	unused := scripts()
	for _, g := range goldenFiles(t) {
		t.Run(g.Name, func(t *testing.T) {
			f := newFakes()
			if script, ok := scripts()[g.Name]; ok {
				script(f)
			}
			w := httptest.NewRecorder()
			f.server(t).ServeHTTP(w, g.request())
			if w.Code != g.Response.Status {
				t.Errorf("status %d, want %d", w.Code, g.Response.Status)
			}
			if !sameJSON(t, w.Body.Bytes(), g.Response.Body) {
				t.Errorf("body\n%s\nwant\n%s", w.Body, g.Response.Body)
			}
		})
		delete(unused, g.Name)
	}
	for name := range unused {
		t.Errorf("a script for %s, and no such golden file", name)
	}
}

func TestEveryErrorCodeHasAGoldenExchange(t *testing.T) {
	type key struct{ name, done string }
	seen := map[key]bool{}
	for _, g := range goldenFiles(t) {
		var body struct {
			Error struct{ Code string }
			Done  string
		}
		if err := json.Unmarshal(g.Response.Body, &body); err != nil {
			t.Fatal(err)
		}
		seen[key{body.Error.Code, ""}] = true
		seen[key{body.Error.Code, body.Done}] = true
	}
	for _, row := range codes {
		if !seen[key{row.name, ""}] {
			t.Errorf("no golden file answers %s", row.name)
		}
	}
	if !seen[key{"redis_unavailable", doneUnknown}] || !seen[key{"mysql_unavailable", doneUnknown}] {
		t.Error("no golden file answers redis_unavailable, or mysql_unavailable, with done unknown")
	}
}

func TestEveryRouteHasAGoldenSuccess(t *testing.T) {
	s := newFakes().server(t)
	served := map[string]bool{}
	for _, g := range goldenFiles(t) {
		if g.Response.Status != http.StatusOK {
			continue
		}
		path, _, _ := strings.Cut(g.Request.Path, "?")
		c := s.echo.NewContext(g.request(), nil)
		s.echo.Router().Find(g.Request.Method, path, c)
		served[g.Request.Method+" "+c.Path()] = true
	}
	for _, r := range s.routes() {
		if !served[r.method+" "+r.path] {
			t.Errorf("no golden file of a success of %s %s", r.method, r.path)
		}
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatalf("not JSON: %s: %v", a, err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}
