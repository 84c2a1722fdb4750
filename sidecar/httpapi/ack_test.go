package httpapi

import (
	"context"
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// writers are the calls that write, each as it is called in these tests.
var writers = []struct{ method, path, body string }{
	{"POST", "/v1/write", `{"ops":[{"post":123,"type":"hospital_appointment","key":"status","value":"x"}]}`},
	{"PUT", anAppointment, `{"fields":{"status":"x"}}`},
	{"PATCH", anAppointment + "/fields/status", `{"value":"x"}`},
	{"POST", anAppointment + "/status", `{"status":"x"}`},
	{"DELETE", anAppointment, ""},
}

func TestTheReplySaysWhichLevelWasReached(t *testing.T) {
	for name, c := range map[string]struct {
		asked    string
		fallback appointment.Ack
		set      func(*fakes)
		want     string
		barrier  bool
	}{
		"memory, if nobody asks":                  {want: "memory"},
		"memory, though Redis had flushed":        {set: func(f *fakes) { f.flushed = true }, want: "memory"},
		"fsynced":                                 {asked: "fsynced", set: func(f *fakes) { f.flushed = true }, want: "fsynced"},
		"memory, for Redis did not flush in time": {asked: "fsynced", want: "memory"},
		"fsynced, by configuration":               {fallback: appointment.Fsynced, set: func(f *fakes) { f.flushed = true }, want: "fsynced"},
		"memory, whatever the configuration":      {asked: "memory", fallback: appointment.SQL, want: "memory"},
		"sql":                                     {asked: "sql", want: "sql", barrier: true},
		"sql, by configuration":                   {fallback: appointment.SQL, want: "sql", barrier: true},
		"memory, for MySQL is away":               {asked: "sql", set: func(f *fakes) { f.barrierErr = appointment.ErrMySQLAway }, want: "memory", barrier: true},
		"memory, for MySQL refused it: a dead letter": {asked: "sql", set: func(f *fakes) {
			f.letters = []appointment.DeadLetter{{Post: appointment.Post{Blog: 1, ID: 123}, Key: "status"}}
		}, want: "memory", barrier: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, w := range writers {
				f := newFakes()
				if c.set != nil {
					c.set(f)
				}
				s := f.server(t)
				if c.fallback != "" {
					s.DefaultAck = c.fallback
				}
				headers := []string{}
				if c.asked != "" {
					headers = append(headers, ackHeader, c.asked)
				}
				a := ask(t, s, w.method, w.path, w.body, headers...)
				want := c.want
				if len(f.letters) > 0 && w.method == "DELETE" {
					want = "sql" // nothing of it can be refused
				}
				if a.status != 200 || a.body["ack"] != want {
					t.Errorf("%s %s: %v; want %s", w.method, w.path, a.body, want)
				}
				asked := false
				for _, each := range f.asked {
					asked = asked || each == "Barrier 1 hospital_appointment:123 drop=[]"
				}
				if asked != c.barrier {
					t.Errorf("%s %s: asked %v", w.method, w.path, f.asked)
				}
			}
		})
	}
}

func TestAnUnknownLevelIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	for _, level := range []string{"", "MEMORY", "none", "disk"} {
		for _, w := range writers {
			f := newFakes()
			if a := ask(t, f.server(t), w.method, w.path, w.body, ackHeader, level); a.Error.Code != badRequest || a.Done != doneNo {
				t.Errorf("%q: %v", level, a.body)
			}
			f.untouched(t)
		}
	}
}

func TestASlugThatNoPostHasIsInMemoryAtMost(t *testing.T) {
	f := newFakes()
	a := ask(t, f.server(t), "PUT", "/v1/appointments/appt_9", `{"fields":{"status":"x"}}`, ackHeader, "sql")
	if a.status != 200 || a.body["ack"] != "memory" || len(f.asked) > 0 {
		t.Errorf("%v, asked %v", a.body, f.asked)
	}
}

func TestALevelIsGivenUpBeforeTheDeadline(t *testing.T) {
	for _, level := range []string{"fsynced", "sql"} {
		f := newFakes()
		var wait time.Duration
		f.barrier = func(ctx context.Context) {
			end, _ := ctx.Deadline()
			wait = time.Until(end)
		}
		at, err := monotonic()
		if err != nil {
			t.Fatal(err)
		}
		a := ask(t, f.server(t), "PUT", anAppointment, `{"fields":{"status":"x"}}`, ackHeader, level, deadlineHeader, fmt.Sprint(at+int64(time.Second)))
		if flush := f.writes[0].Flush; flush != nil {
			wait = flush.Wait
		}
		if a.status != 200 || wait <= 0 || wait > time.Second-answerAhead {
			t.Errorf("%s: %v, waited %v", level, a.body, wait)
		}
	}
}
