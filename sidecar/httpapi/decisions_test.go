package httpapi

import (
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestALetterUnderANameThatNoPostCanHaveIsPagedPastAndDecidedAbout(t *testing.T) {
	f := newFakes()
	f.letters = []appointment.DeadLetter{
		{Post: appointment.Post{Blog: 1, Slug: "no post"}, Key: "notes", Lost: true, Value: "{}", Code: appointment.DeadUnreadable},
		{Post: appointment.Post{Blog: 1, ID: 8}, Key: "notes", Value: "bad", Code: appointment.DeadRefused},
	}
	s := f.server(t)
	for _, each := range []struct{ method, path, body string }{
		{"GET", "/v1/dead-letters?limit=1", ""},
		{"GET", "/v1/dead-letters?limit=1&after=no+post%2Fnotes", ""},
		{"GET", "/v1/dead-letters/no%20post/notes", ""},
		{"DELETE", "/v1/dead-letters/no%20post/notes", `{"reason":"x"}`},
	} {
		if a := ask(t, s, each.method, each.path, each.body); a.status != 200 {
			t.Errorf("%s %s: %d %v", each.method, each.path, a.status, a.body)
		}
	}
}

// A barrier for the post knows nothing of what is deleted under the slug.
func TestADeletionThatWaitsUnderASlugIsNotAcknowledgedAsInMySQL(t *testing.T) {
	f := newFakes()
	a := ask(t, f.server(t), "DELETE", "/v1/appointments/appt_12345", "", ackHeader, "sql")
	if a.status != 200 || a.body["ack"] != string(appointment.Memory) {
		t.Errorf("%d %v", a.status, a.body)
	}
}
