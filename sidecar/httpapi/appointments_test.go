package httpapi

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestSetWritesWhatPHPWouldStore(t *testing.T) {
	f := newFakes()
	body := `{"fields":{"n":1.50,"yes":true,"no":false,"text":"a:1:{i:0;s:1:\"x\";}"},"ttl":315360000}`
	ask(t, f.server(t), "PUT", anAppointment, body)
	want := []appointment.Write{{
		Post: appointment.Post{Blog: 1, ID: 123, Type: "hospital_appointment"}, TTL: 87600 * time.Hour, Direct: true,
		Fields: []appointment.Field{
			{Key: "n", Value: "1.50"}, {Key: "yes", Value: "1"}, {Key: "no", Value: ""},
			{Key: "text", Value: `s:18:"a:1:{i:0;s:1:"x";}";`},
		},
	}}
	if !reflect.DeepEqual(f.writes, want) {
		t.Errorf("the owner got\n%+v\nwant\n%+v", f.writes, want)
	}
}

func TestRawWritesAreWordPressOwnAndKeepTheirBytes(t *testing.T) {
	f := newFakes()
	ask(t, f.server(t), "PUT", aDoctor, `{"raw":true,"fields":{"a":"b:1;","b":{"b64":"/w=="}}}`)
	fields := []appointment.Field{{Key: "a", Value: "b:1;"}, {Key: "b", Value: "\xff"}}
	if len(f.writes) != 1 || f.writes[0].Direct || !reflect.DeepEqual(f.writes[0].Fields, fields) {
		t.Errorf("the owner got %+v", f.writes)
	}
}

func TestAKeyInThePathIsDecodedOnce(t *testing.T) {
	for path, key := range map[string]string{"a%2Fb": "a/b", "a%252Fb": "a%2Fb", "caf%C3%A9%20x": "café x", "50%25": "50%"} {
		f := newFakes()
		ask(t, f.server(t), "PATCH", anAppointment+"/fields/"+path, `{"value":"1"}`)
		if len(f.writes) != 1 || f.writes[0].Fields[0].Key != key {
			t.Errorf("%s: the owner got %+v, want key %q", path, f.writes, key)
		}
	}
}

func TestTheGuidesCallsReachTheOwner(t *testing.T) {
	for _, each := range []struct{ method, path, body, want string }{
		{"POST", "/v1/appointments/123/status", `{"status":"confirmed"}`, `SetStatus hospital_appointment 123 "confirmed" direct=true known=true`},
		{"POST", "/v1/appointments/appt_12345/status", `{"status":5,"raw":true}`, `SetStatus hospital_appointment 123 "5" direct=false known=true`},
		{"POST", "/v1/appointments/appt_9/status", `{"status":"N;"}`, `SetStatus hospital_appointment appt_9 "s:2:\"N;\";" direct=true known=false`},
		{"DELETE", "/v1/appointments/123", ``, `Delete hospital_appointment 123 direct=true`},
		{"DELETE", "/v1/appointments/appt_12345", ``, `Delete hospital_appointment appt_12345 direct=true Delete hospital_appointment 123 direct=true`},
		{"DELETE", "/v1/appointments/appt_9", `{"raw":true}`, `Delete hospital_appointment appt_9 direct=false`},
		{"POST", "/v1/appointments/appt_12345/dirty", `{}`, `Mark hospital_appointment 123`},
		{"DELETE", "/v1/doctors/dr-house/availability", ``, `Delete hospital_doctor 7 direct=true`},
		{"POST", "/v1/barrier?blog=2", `{"posts":{"hospital_appointment":[2,1,2],"hospital_doctor":[7]}}`, `Barrier 2 hospital_appointment:2,hospital_appointment:1,hospital_doctor:7 drop=[]`},
		{"POST", "/v1/barrier", `{"all":true,"drop":["a","b"]}`, `Barrier 1 all drop=[a b]`},
		{"POST", "/v1/sync", ``, `Sync 1`},
		{"POST", "/v1/retire?blog=2", ``, `Retire 2 discard=false`},
		{"POST", "/v1/retire?blog=2", `{"discard":true}`, `Retire 2 discard=true`},
		{"DELETE", "/v1/dead-letters/appt_9/status", `{"reason":"x"}`, `Discard hospital_appointment appt_9 status`},
		{"PATCH", "/v1/dead-letters/123/notes", `{"value":{"b64":"/w=="}}`, `Edit hospital_appointment 123 notes "\xff"`},
		{"POST", "/v1/dead-letters/retry", ``, `Retry hospital_appointment appt_9 status to appt_9 Retry hospital_appointment 123 notes to 123`},
		{"POST", "/v1/dead-letters/123/notes/retry", ``, `Retry hospital_appointment 123 notes to 123`},
	} {
		f := newFakes()
		f.letters = deadLetters()
		if a := ask(t, f.server(t), each.method, each.path, each.body); a.status != 200 {
			t.Errorf("%s %s: %v", each.method, each.path, a.body)
		}
		if got := fmt.Sprint(f.asked); got != "["+each.want+"]" {
			t.Errorf("%s %s: asked %s, want %s", each.method, each.path, got, each.want)
		}
	}
}

func TestASlugThatCannotBeLookedUpIsMarked(t *testing.T) {
	f := newFakes()
	f.mysqlErr = appointment.ErrMySQLAway
	s := f.server(t)
	for _, each := range []struct{ method, path, body string }{
		{"PUT", "/v1/appointments/appt_12345", `{"fields":{"status":"x"}}`},
		{"POST", "/v1/appointments/appt_12345/status", `{"status":"x"}`},
		{"DELETE", "/v1/appointments/appt_12345", ``},
	} {
		f.unseen = 0
		if a := ask(t, s, each.method, each.path, each.body); a.status != 200 || f.unseen != 1 {
			t.Errorf("%s %s: %v, %d marked", each.method, each.path, a.body, f.unseen)
		}
		if a := ask(t, s, each.method, strings.Replace(each.path, "appt_12345", "123", 1), each.body); f.unseen != 1 {
			t.Errorf("%s by id: %v, %d marked", each.method, a.body, f.unseen)
		}
	}
}

func TestALetterOfASlugIsRetriedToItsPost(t *testing.T) {
	f := newFakes()
	f.letters = deadLetters()
	f.letters[0].Post.Slug = "appt_12345" // whose post has come by now
	s := f.server(t)
	if a := ask(t, s, "POST", "/v1/dead-letters/appt_12345/status/retry", ""); a.status != 200 || fmt.Sprint(f.asked) != "[Retry hospital_appointment appt_12345 status to 123]" {
		t.Errorf("%v, asked %v", a.body, f.asked)
	}
	f.asked, f.mysqlErr = nil, appointment.ErrMySQLAway // who cannot be asked whether it has come
	if a := ask(t, s, "POST", "/v1/dead-letters/appt_12345/status/retry", ""); a.Error.Code != "mysql_unavailable" || a.Done != doneNo || len(f.asked) != 0 {
		t.Errorf("without MySQL: %v, asked %v", a.body, f.asked)
	}
}

func TestOfAnAppointmentThatNobodyCanLookUpNobodySaysThatItIsNotThere(t *testing.T) {
	f := newFakes()
	f.mysqlErr, f.updated = appointment.ErrMySQLAway, false // and Redis holds nothing of it
	for _, id := range []string{"123", "appt_12345"} {
		if a := ask(t, f.server(t), "POST", "/v1/appointments/"+id+"/status", `{"status":"x"}`); a.Error.Code != "mysql_unavailable" || a.Done != doneNo {
			t.Errorf("%s: %d %v", id, a.status, a.body)
		}
	}
}

func TestAnUnknownAppointmentsStatusIsNotTouched(t *testing.T) {
	f := newFakes()
	if a := ask(t, f.server(t), "POST", "/v1/appointments/999/status", `{"status":"x"}`); a.body["updated"] != 0.0 {
		t.Errorf("got %v", a.body)
	}
	f.untouched(t)
}

func TestWithoutMySQL(t *testing.T) {
	away := func() *fakes {
		f := newFakes()
		f.mysqlErr = fmt.Errorf("dial: %w", appointment.ErrMySQLAway)
		return f
	}
	set := func(t *testing.T, path string) (*fakes, answer) {
		f := away()
		return f, ask(t, f.server(t), "PUT", path, `{"fields":{"status":"x"}}`)
	}
	t.Run("an id is taken at its word", func(t *testing.T) {
		f, a := set(t, "/v1/appointments/999")
		if a.body["resolved"] != false || f.writes[0].Post.Type != "hospital_appointment" || f.writes[0].Post.ID != 999 {
			t.Errorf("got %v, writes %+v", a.body, f.writes)
		}
	})
	t.Run("a slug is kept as a slug", func(t *testing.T) {
		f, a := set(t, "/v1/appointments/appt_9")
		if a.body["slug"] != "appt_9" || f.writes[0].Post.Slug != "appt_9" {
			t.Errorf("got %v, writes %+v", a.body, f.writes)
		}
	})
	t.Run("a doctor's slug is refused", func(t *testing.T) {
		f, a := set(t, "/v1/doctors/dr-house/availability")
		if a.Error.Code != "mysql_unavailable" || a.Done != doneNo {
			t.Errorf("got %v", a.body)
		}
		f.untouched(t)
	})
	t.Run("a status is set where Redis knows the post", func(t *testing.T) {
		f := away()
		ask(t, f.server(t), "POST", "/v1/appointments/123/status", `{"status":"x"}`)
		if want := `[SetStatus hospital_appointment 123 "x" direct=true known=false]`; fmt.Sprint(f.asked) != want {
			t.Errorf("asked %v", f.asked)
		}
	})
	t.Run("a read of what Redis does not know fails", func(t *testing.T) {
		if a := ask(t, away().server(t), "GET", anAppointment, ""); a.Error.Code != "mysql_unavailable" {
			t.Errorf("got %v", a.body)
		}
	})
}

// late is MySQL answering only when the deadline has passed.
type late struct{ fakeRows }

func (late) Resolve(ctx context.Context, p appointment.Post, _ []string) (appointment.Post, error) {
	<-ctx.Done()
	return p, ctx.Err()
}

func TestADeadlineThatPassesBeforeTheWriteIsNotDone(t *testing.T) {
	f := newFakes()
	s := f.server(t)
	s.Rows = late{fakeRows{f}}
	now, err := monotonic()
	if err != nil {
		t.Fatal(err)
	}
	a := ask(t, s, "PUT", anAppointment, `{"fields":{"a":"b"}}`, deadlineHeader, fmt.Sprint(now+int64(20*time.Millisecond)))
	if a.Error.Code != "deadline" || a.Done != doneNo {
		t.Errorf("got %v", a.body)
	}
	f.untouched(t)
}

func TestAResolvedPostIsRememberedForTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakes()
		s := f.server(t)
		set := func(path string) { ask(t, s, "PUT", path, `{"fields":{"a":"b"}}`) }
		set(anAppointment)
		set(anAppointment)
		if f.lookups != 1 {
			t.Errorf("%d lookups, want 1", f.lookups)
		}
		set("/v1/doctors/123/availability") // another kind, another question
		if f.lookups != 2 {
			t.Errorf("%d lookups, want 2", f.lookups)
		}
		<-time.After(resolvedFor)
		set(anAppointment)
		if f.lookups != 3 {
			t.Errorf("%d lookups after it expired, want 3", f.lookups)
		}
		ask(t, s, "POST", "/v1/forget", `{"posts":{"hospital_appointment":[5]}}`)
		set(anAppointment)
		if f.lookups != 4 {
			t.Errorf("%d lookups after a post was deleted, want 4", f.lookups)
		}
		ask(t, s, "POST", "/v1/barrier", `{"posts":{"hospital_appointment":[123]}}`)
		set(anAppointment)
		if f.lookups != 5 {
			t.Errorf("%d lookups after WordPress asked for it, want 5", f.lookups)
		}
	})
}

func TestASlugIsLookedUpEachTime(t *testing.T) {
	f := newFakes()
	s := f.server(t)
	for want := 1; want <= 2; want++ { // it may be another post's by now
		if ask(t, s, "PUT", "/v1/appointments/appt_12345", `{"fields":{"a":"b"}}`); f.lookups != want {
			t.Errorf("%d lookups, want %d", f.lookups, want)
		}
	}
}

func TestAnUnknownPostIsNotRemembered(t *testing.T) {
	f := newFakes()
	s := f.server(t)
	ask(t, s, "PUT", "/v1/appointments/999", `{"fields":{"a":"b"}}`)
	f.posts = append(f.posts, appointment.Post{Blog: 1, ID: 999, Type: "hospital_appointment"})
	if a := ask(t, s, "PUT", "/v1/appointments/999", `{"fields":{"a":"b"}}`); a.status != 200 {
		t.Errorf("got %v", a.body)
	}
}
