package notify

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// WordPress lets a call in whose time is above that of the last one. Redis' clock
// and MySQL's need not agree, so it has to know which of them a time is of.
func TestACallSaysWhoseClockItIsTimedBy(t *testing.T) {
	for clock, want := range map[string]string{"": `","time":1700000000123,`, "mysql": `","clock":"mysql","time":1700000000123,`} {
		var body []byte
		n, _ := bench(t, "", func(w http.ResponseWriter, r *http.Request) {
			body, _ = io.ReadAll(r.Body)
			take(w, body)
		}, status)
		n.Clock = clock
		n.onceMore(t)
		if !strings.Contains(string(body), want) {
			t.Errorf("clock %q: body %s, want … %s", clock, body, want)
		}
	}
}
