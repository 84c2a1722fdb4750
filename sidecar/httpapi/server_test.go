package httpapi

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestARotatedTokenCountsAtOnce(t *testing.T) {
	f := newFakes()
	s := f.server(t)
	f.token = "rotated"
	if a := ask(t, s, "GET", "/v1/stats", ""); a.Error.Code != unauthorized {
		t.Errorf("the old token: %v", a.body)
	}
	if a := ask(t, s, "GET", "/v1/stats", "", "Authorization", "Bearer rotated"); a.status != 200 {
		t.Errorf("the new token: %v", a.body)
	}
}

func TestNobodyGetsInWithoutTheToken(t *testing.T) {
	for _, header := range []string{"", "golden", "Bearer ", "Bearer", "bearer golden", "Basic golden", "Bearer golden ", "Bearer goldem"} {
		f := newFakes()
		s := f.server(t)
		for _, r := range s.routes() {
			a := ask(t, s, r.method, strings.NewReplacer(":id", "123", ":post", "123", ":key", "room").Replace(r.path), "{}", "Authorization", header)
			if !r.open && (a.status != 401 || a.Error.Code != unauthorized || a.Done != doneNo) {
				t.Errorf("%q: %s %s: %v", header, r.method, r.path, a.body)
			}
			if r.open && a.status != 200 {
				t.Errorf("%s must need no token: %v", r.path, a.body)
			}
		}
		if a := ask(t, s, "GET", "/v1/nothing", "", "Authorization", header); a.status != 401 {
			t.Errorf("%q: an unknown route: %v", header, a.body)
		}
		f.untouched(t)
	}
}

func TestAnUnsetTokenLetsNobodyIn(t *testing.T) {
	f := newFakes()
	f.token = ""
	if a := ask(t, f.server(t), "POST", "/v1/sync", "", "Authorization", "Bearer "); a.Error.Code != unauthorized {
		t.Errorf("got %v", a.body)
	}
	f.tokens = appointment.ErrMySQLAway
	if a := ask(t, f.server(t), "POST", "/v1/sync", ""); a.Error.Code != "mysql_unavailable" {
		t.Errorf("got %v", a.body)
	}
	f.untouched(t)
}

func TestEveryReplyCarriesTheRequestID(t *testing.T) {
	s := newFakes().server(t)
	given := ask(t, s, "GET", "/v1/stats", "", requestIDHeader, "a-b_c.d:1")
	if given.body["request_id"] != "a-b_c.d:1" || given.header.Get(requestIDHeader) != "a-b_c.d:1" {
		t.Errorf("got %v", given.body)
	}
	for _, odd := range []string{"", "a b", "\"", strings.Repeat("x", 129)} {
		made := ask(t, s, "GET", "/nothing", "", requestIDHeader, odd)
		if id := made.header.Get(requestIDHeader); len(id) != 32 || made.body["request_id"] != id {
			t.Errorf("for %q: %q in the header, %v in the body", odd, id, made.body["request_id"])
		}
	}
}

func TestTheLogTellsWhatHappenedAndNoValues(t *testing.T) {
	const secret = "patient-is-ill"
	for _, each := range []struct {
		name  string
		err   error
		level string
	}{
		{"success at debug", nil, "DEBUG"},
		{"core's turn at debug", appointment.ErrNative, "DEBUG"},
		{"the caller's mistake at info", appointment.ErrUnknownPost, "INFO"},
		{"our failure at warn", fmt.Errorf("pool: %w", appointment.ErrRedisAway), "WARN"},
	} {
		t.Run(each.name, func(t *testing.T) {
			var log bytes.Buffer
			f := newFakes()
			f.err = each.err
			s := f.serverWith(t, DefaultLimits(), slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
			ask(t, s, "PATCH", anAppointment+"/fields/notes", `{"value":"`+secret+`"}`, requestIDHeader, "id-1")
			ask(t, s, "PATCH", anAppointment+"/fields/notes", `{"value":"`+secret+`","x":1}`)
			line, _, _ := strings.Cut(log.String(), "\n")
			for _, want := range []string{"level=" + each.level, "method=PATCH", "route=/v1/appointments/:id/fields/:key", "status=", "code=", "took=", "request_id=id-1"} {
				if !strings.Contains(line, want) {
					t.Errorf("no %s in %s", want, line)
				}
			}
			if each.level == "WARN" != strings.Contains(line, "pool: ") {
				t.Errorf("the error: %s", line)
			}
			if strings.Contains(log.String(), secret) || strings.Contains(log.String(), "golden") {
				t.Errorf("a value or the token is in the log: %s", log.String())
			}
		})
	}
}

func TestDiscardingADeadLetterLeavesTheReasonInTheLog(t *testing.T) {
	var log bytes.Buffer
	f := newFakes()
	f.letters = deadLetters()
	s := f.serverWith(t, DefaultLimits(), slog.New(slog.NewTextHandler(&log, nil)))
	ask(t, s, "DELETE", "/v1/dead-letters/123/notes", `{"reason":"entered by hand"}`, requestIDHeader, "id-1") // one at random may hold three letters of the value
	if !strings.Contains(log.String(), `reason="entered by hand"`) || strings.Contains(log.String(), "caf") {
		t.Errorf("logged %s", log.String())
	}
}

func TestEachDecisionAboutADeadLetterLeavesItsActorInTheLogAndNoValue(t *testing.T) {
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", "/notes/retry", "", "retried a dead letter"},
		{"PATCH", "/notes", `{"value":"patient-is-ill"}`, "edited a dead letter"},
		{"DELETE", "/notes", `{"reason":"r"}`, "discarded a dead letter"},
	} {
		for actor, want := range map[string]string{"Dr. Ada": `actor="Dr. Ada"`, "": "actor=unknown"} {
			var log bytes.Buffer
			f := newFakes()
			f.letters = deadLetters()
			s := f.serverWith(t, DefaultLimits(), slog.New(slog.NewTextHandler(&log, nil)))
			headers := []string{requestIDHeader, "id-1"} // one at random may hold three letters of the value
			if actor != "" {
				headers = append(headers, actorHeader, actor)
			}
			a := ask(t, s, c.method, "/v1/dead-letters/123"+c.path, c.body, headers...)
			if got := log.String(); a.status != 200 || !strings.Contains(got, c.want) || !strings.Contains(got, want) || !strings.Contains(got, "post=123 key=notes") || strings.Contains(got, "caf") || strings.Contains(got, "ill") {
				t.Errorf("%s %s: %v, logged %s", c.method, c.path, a.body, got)
			}
			log.Reset()
			odd := ask(t, s, c.method, "/v1/dead-letters/123"+c.path, c.body, actorHeader, "a\u202eb")
			if odd.Error.Code != badRequest || len(f.asked) != 1 {
				t.Errorf("%s %s by an unprintable name: %v", c.method, c.path, odd.body)
			}
		}
	}
}

func TestRetryingAllStopsAtTheFirstThatCannotBe(t *testing.T) {
	f := newFakes()
	f.letters, f.err = deadLetters(), nil
	f.retryErr = []error{nil, appointment.ErrNative}
	if a := ask(t, f.server(t), "POST", "/v1/dead-letters/retry", ""); a.Error.Code != "native" || a.Done != doneUnknown {
		t.Errorf("the second: %v", a.body)
	}
	f.retryErr = []error{appointment.ErrNative}
	if a := ask(t, f.server(t), "POST", "/v1/dead-letters/retry", ""); a.Error.Code != "native" || a.Done != doneNo {
		t.Errorf("the first: %v", a.body)
	}
	f.retryErr = []error{appointment.ErrUnknownDeadLetter}
	if a := ask(t, f.server(t), "POST", "/v1/dead-letters/retry", ""); a.body["retried"] != 1.0 {
		t.Errorf("one that is gone: %v", a.body)
	}
}

func TestRetryingAllNamesThoseThatOnlyAPersonCanHelp(t *testing.T) {
	f := newFakes()
	f.letters = deadLetters()
	f.retryErr = []error{&appointment.ForeignKeysError{Posts: []appointment.Post{f.letters[0].Post}}, nil}
	a := ask(t, f.server(t), "POST", "/v1/dead-letters/retry", "")
	if named := fmt.Sprint(a.body["failed"]); a.status != 200 || a.body["retried"] != 1.0 || !strings.Contains(named, "code:foreign_keys") || !strings.Contains(named, "post:appt_9") {
		t.Errorf("got %v", a.body)
	}
}

func TestMetricsCountByRouteAndCode(t *testing.T) {
	f := newFakes()
	s := f.server(t)
	ask(t, s, "POST", "/v1/write", theOp(`"value":"x"`))
	ask(t, s, "POST", "/v1/write", "")
	ask(t, s, "GET", "/v1/made-up/by-a-caller", "")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`hospital_http_requests_total{code="ok",method="POST",route="/v1/write"} 1`,
		`hospital_http_requests_total{code="bad_json",method="POST",route="/v1/write"} 1`,
		`hospital_http_requests_total{code="not_found",method="",route="unrouted"} 1`,
		`hospital_http_request_duration_seconds_count{method="POST",route="/v1/write"} 2`,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "made-up") {
		t.Error("a caller made up a series")
	}
}

func TestASecondServerOnOneRegistryIsAnError(t *testing.T) {
	s := newFakes().server(t)
	if _, err := New(s.Deps); err == nil {
		t.Error("want an error")
	}
}
