package httpapi

import "testing"

// The last part of a path would else take all that is left of it: a trailing
// slash would name another field, one that nobody reads.
func TestASlashInAKeyHasToBeEscaped(t *testing.T) {
	for _, path := range []string{anAppointment + "/fields/status/", anAppointment + "/fields/status/retry", aDoctor + "/fields/room/", aDoctor + "/fields/a%2Fb/"} {
		f := newFakes()
		if a := ask(t, f.server(t), "PATCH", path, `{"value":"1"}`); a.status != 404 || a.Error.Code != notFound || a.Done != doneNo || len(f.writes) != 0 {
			t.Errorf("%s: %d %v, wrote %+v", path, a.status, a.body, f.writes)
		}
	}
}
