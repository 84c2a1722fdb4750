package httpapi

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

func field(key, value string, epoch, counter uint64) appointment.Dirty {
	return appointment.Dirty{Key: key, Value: value, Version: appointment.Version{Epoch: epoch, Counter: counter}}
}

func view(leased bool, member string, fields ...appointment.Dirty) appointment.DirtyView {
	return appointment.DirtyView{Leased: leased, Posts: map[string][]appointment.Dirty{member: fields}}
}

func TestReadAsksForTheRowsLast(t *testing.T) {
	f := newFakes()
	f.view = view(true, "123", field("status", "confirmed", 7, 1))
	f.beforeRow = func() { // a sync between the two reads
		f.view = appointment.DirtyView{Leased: true}
		f.rows = map[string]string{"status": "confirmed"}
	}
	if a := ask(t, f.server(t), "GET", anAppointment, ""); fmt.Sprint(a.body["fields"]) != "map[status:confirmed]" {
		t.Errorf("got %v", a.body)
	}
}

func TestReadWithoutALeaseWeighsDirtyFieldsAgainstCoresWrites(t *testing.T) {
	f := newFakes()
	f.rows = map[string]string{"status": "by core", "room": "by core", "notes": "by core"}
	f.view = view(false, "123", field("status", "older", 6, 1), field("room", "newer", 7, 2), field("notes", "from before the return", 4, 3))
	f.native = appointment.Native{Returned: 5, Writes: map[string]uint64{"status": 7, "room": 7}}
	a := ask(t, f.server(t), "GET", anAppointment, "")
	if got := fmt.Sprint(a.body["fields"], a.body["dirty"]); got != "map[notes:by core room:newer status:by core] [room]" {
		t.Errorf("got %s", got)
	}
}

func TestReadFindsWhatWasWrittenBeforeTheSlugHadAPost(t *testing.T) {
	f := newFakes()
	f.rows = map[string]string{"notes": "the post's own"}
	f.view = view(true, "appt_12345", field("status", "by slug", 7, 1), field("room", "by slug", 7, 9), field("notes", "by slug", 7, 10))
	f.view.Posts["123"] = []appointment.Dirty{field("status", "by id", 7, 2), field("room", "by id", 7, 8)}
	a := ask(t, f.server(t), "GET", "/v1/appointments/appt_12345", "")
	if got := fmt.Sprint(a.body["id"], a.body["fields"], a.body["dirty"]); got != "123 map[notes:the post's own room:by slug status:by id] [room status]" {
		t.Errorf("got %s", got)
	}
}

func TestWhatCameByASlugIsNotReadOverARow(t *testing.T) {
	f := newFakes()
	moved := field("room", "by slug", 7, 2)
	moved.BySlug = true
	alone := field("notes", "by slug", 7, 3)
	alone.BySlug = true
	f.rows = map[string]string{"room": "the post's own"}
	f.view = view(true, "123", field("status", "dirty", 7, 1), moved, alone)
	f.view.Posts["124"] = []appointment.Dirty{moved}
	s := f.server(t)
	const posts = `{"posts":{"hospital_appointment":[123,124]}}`
	if got := fmt.Sprint(ask(t, s, "POST", "/v1/dirty", posts).body["posts"]); strings.Contains(got, "room") || !strings.Contains(got, "notes") || !strings.Contains(got, "status") || strings.Contains(got, "124") {
		t.Errorf("got %s", got)
	}
	f.view = view(true, "123", field("status", "dirty", 7, 1), moved, alone)
	f.mysqlErr = appointment.ErrMySQLAway
	if got := fmt.Sprint(ask(t, s, "POST", "/v1/dirty", posts).body["posts"]); strings.Contains(got, "notes") || !strings.Contains(got, "status") {
		t.Errorf("without MySQL: got %s", got)
	}
}

func TestReadOfASlugWithoutAPost(t *testing.T) {
	t.Run("gives what waits under it", func(t *testing.T) {
		f := newFakes()
		f.view = view(true, "appt_9", field("status", "x", 7, 1))
		a := ask(t, f.server(t), "GET", "/v1/appointments/appt_9", "")
		if got := fmt.Sprintf("%v %v %v %v", a.body["id"], a.body["slug"], a.body["fields"], a.body["complete"]); got != "0 appt_9 map[status:x] true" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("is unknown when nothing waits", func(t *testing.T) {
		if a := ask(t, newFakes().server(t), "GET", "/v1/appointments/appt_9", ""); a.Error.Code != "unknown_post" {
			t.Errorf("got %v", a.body)
		}
	})
}

func TestReadGivesWhatRedisHasWhenMySQLGoesAwayMeanwhile(t *testing.T) {
	f := newFakes()
	f.copied = map[string]string{"status": "copy", "room": "copy"}
	f.at = time.Unix(100, 0)
	f.view = view(true, "123", field("status", "dirty", 7, 1))
	s := f.server(t)
	ask(t, s, "GET", anAppointment, "")
	f.mysqlErr = appointment.ErrMySQLAway
	a := ask(t, s, "GET", anAppointment, "")
	if got := fmt.Sprint(a.body["fields"], a.body["complete"], a.body["last_updated_redis"]); got != "map[room:copy status:dirty] false 100" {
		t.Errorf("got %s", got)
	}
}

func TestReadOfADoctorIsNotThatOfAnAppointment(t *testing.T) {
	if a := ask(t, newFakes().server(t), "GET", "/v1/doctors/123/availability", ""); a.Error.Code != "unknown_post" {
		t.Errorf("got %v", a.body)
	}
}
