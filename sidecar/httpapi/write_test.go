package httpapi

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

func anyPost(id uint64) appointment.Post {
	return appointment.Post{Blog: 3, ID: id, Type: "hospital_appointment"}
}

func TestWriteGroupsByPostAndAnswersInTheOrderAsked(t *testing.T) {
	f := newFakes()
	f.result = func(w []appointment.Write) (appointment.WriteResult, error) {
		return appointment.WriteResult{Epoch: 9, Outcomes: [][]appointment.Outcome{
			{appointment.Unchanged, appointment.Updated, appointment.Unchanged}, {appointment.Updated},
		}}, nil
	}
	op := `{"post":%d,"type":"hospital_appointment","key":"%s",%s}`
	body := `{"ttl":60,"ops":[` + fmt.Sprintf(op, 1, "status", `"value":"a","row":"r"`) + "," + fmt.Sprintf(op, 2, "room", `"delete":true`) + "," +
		fmt.Sprintf(op, 1, "status", `"value":"b"`) + "," + fmt.Sprintf(op, 1, "room", `"value":{"b64":"/w=="},"delete":false`) + `]}`
	a := ask(t, f.server(t), "POST", "/v1/write?blog=3", body)

	row := "r"
	want := []appointment.Write{
		{Post: anyPost(1), TTL: time.Minute, Fields: []appointment.Field{
			{Key: "status", Value: "a", Row: &row}, {Key: "status", Value: "b"}, {Key: "room", Value: "\xff"},
		}},
		{Post: anyPost(2), TTL: time.Minute, Fields: []appointment.Field{{Key: "room", Delete: true}}},
	}
	if !reflect.DeepEqual(f.writes, want) {
		t.Errorf("the owner got\n%+v\nwant\n%+v", f.writes, want)
	}
	if results := fmt.Sprint(a.body["results"]); results != "[unchanged updated updated unchanged]" {
		t.Errorf("results %s", results)
	}
	if a.body["epoch"] != 9.0 || a.body["ack"] != "memory" {
		t.Errorf("reply %v", a.body)
	}
}

func TestWriteSaysUnknownWhenSomeOfItWasTaken(t *testing.T) {
	f := newFakes()
	f.result = func(w []appointment.Write) (appointment.WriteResult, error) {
		return appointment.WriteResult{Outcomes: allUpdated(w).Outcomes[:1]}, appointment.ErrNative
	}
	body := `{"ops":[{"post":1,"type":"hospital_doctor","key":"a","value":"x"},{"post":2,"type":"hospital_doctor","key":"a","value":"x"}]}`
	if a := ask(t, f.server(t), "POST", "/v1/write", body); a.Error.Code != "native" || a.Done != doneUnknown {
		t.Errorf("got %v", a.body)
	}
}

func TestErrorsOfTheOwnerSayWhetherItWasDone(t *testing.T) {
	for _, each := range []struct {
		err        error
		code, done string
	}{
		{fmt.Errorf("write: %w", appointment.ErrNative), "native", doneNo},
		{appointment.ErrOtherRedis, "redis_unavailable", doneNo},
		{appointment.ErrUnknownOutcome, "redis_unavailable", doneUnknown},
		{appointment.ErrDeadline, "deadline", doneNo},
		{context.DeadlineExceeded, "deadline", doneUnknown},
		{context.Canceled, "deadline", doneUnknown},
		{fmt.Errorf("anything"), "internal", doneUnknown},
	} {
		t.Run(each.err.Error(), func(t *testing.T) {
			f := newFakes()
			f.err = each.err
			s := f.server(t)
			if a := ask(t, s, "POST", "/v1/write", theOp(`"value":"x"`)); a.Error.Code != each.code || a.Done != each.done {
				t.Errorf("got %v, want %s, done %s", a.body, each.code, each.done)
			}
			if a := ask(t, s, "POST", "/v1/dirty", `{"posts":{}}`); a.Error.Code != each.code || a.Done != doneNo {
				t.Errorf("a read got %v, want %s, done no", a.body, each.code)
			}
		})
	}
}

func TestAPanicIsAnAnswerToo(t *testing.T) {
	f := newFakes()
	f.result = func([]appointment.Write) (appointment.WriteResult, error) { panic("out of luck") }
	if a := ask(t, f.server(t), "POST", "/v1/write", theOp(`"value":"x"`)); a.Error.Code != internal || a.Done != doneUnknown {
		t.Errorf("got %v", a.body)
	}
}

func TestDeadline(t *testing.T) {
	now, err := monotonic()
	if err != nil {
		t.Fatal(err)
	}
	at := func(d time.Duration) string { return strconv.FormatInt(now+int64(d), 10) }
	for _, each := range []struct{ name, header, code string }{
		{"that has passed is refused", at(-time.Millisecond), "deadline"},
		{"of another host's clock is refused", at(time.Hour), badRequest},
		{"that is empty is refused", "", badRequest},
		{"with a sign is refused", "+" + at(time.Minute), badRequest},
		{"with a fraction is refused", at(time.Minute) + ".5", badRequest},
		{"below zero is refused", "-5", badRequest},
		{"of zero is refused", "0", badRequest},
		{"beyond 64 bits is refused", at(time.Minute) + "000000000000", badRequest},
	} {
		t.Run(each.name, func(t *testing.T) {
			f := newFakes()
			a := ask(t, f.server(t), "POST", "/v1/write", theOp(`"value":"x"`), deadlineHeader, each.header)
			if a.Error.Code != each.code || a.Done != doneNo {
				t.Errorf("got %v, want %s", a.body, each.code)
			}
			f.untouched(t)
		})
	}
	t.Run("that is near goes to the owner as it is", func(t *testing.T) {
		f := newFakes()
		a := ask(t, f.server(t), "POST", "/v1/write", theOp(`"value":"x"`), deadlineHeader, at(time.Minute))
		if a.status != 200 || f.deadline != now+int64(time.Minute) {
			t.Errorf("got %v, deadline %d", a.body, f.deadline)
		}
	})
}

// waiting is an owner that is never done before its context is.
type waiting struct{ *fakes }

func (waiting) Write(ctx context.Context, _ []appointment.Write, _ int64) (appointment.WriteResult, error) {
	<-ctx.Done()
	return appointment.WriteResult{}, ctx.Err()
}

func TestDeadlineEndsTheContext(t *testing.T) {
	f := newFakes()
	s := f.server(t)
	s.Owner = waiting{f}
	now, err := monotonic()
	if err != nil {
		t.Fatal(err)
	}
	soon := strconv.FormatInt(now+int64(20*time.Millisecond), 10)
	a := ask(t, s, "POST", "/v1/write", theOp(`"value":"x"`), deadlineHeader, soon)
	if a.Error.Code != "deadline" || a.Done != doneUnknown {
		t.Errorf("got %v", a.body)
	}
}
