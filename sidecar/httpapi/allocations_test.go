package httpapi

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestAllocations holds what a write allocates on its way through everything of
// ours but the owner. More needs a reason, and a new number here.
func TestAllocations(t *testing.T) {
	for _, c := range []struct {
		ops  int
		most float64
	}{{1, 16}, {100, 235}} {
		f := newFakes()
		s := f.serverWith(t, DefaultLimits(), slog.New(slog.NewJSONHandler(io.Discard, nil)))
		var answer appointment.WriteResult
		f.result = func(w []appointment.Write) (appointment.WriteResult, error) {
			f.writes = f.writes[:0]
			if len(answer.Outcomes) != len(w) {
				answer = allUpdated(w)
			}
			return answer, nil
		}
		var list []string
		for i := range c.ops {
			list = append(list, fmt.Sprintf(`{"post":%d,"type":"hospital_appointment","key":"status","value":"confirmed","row":"pending"}`, i+1))
		}
		body := strings.NewReader(`{"ops":[` + strings.Join(list, ",") + `]}`)
		r := httptest.NewRequest("POST", "/v1/write?blog=1", body)
		r.Header.Set("Authorization", "Bearer golden")
		r.Header.Set(requestIDHeader, "allocations")
		now, err := monotonic()
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(deadlineHeader, fmt.Sprint(now+int64(time.Minute)))
		w := nobody{http.Header{}}
		got := testing.AllocsPerRun(200, func() {
			_, _ = body.Seek(0, io.SeekStart)
			s.ServeHTTP(w, r)
		})
		if got > c.most {
			t.Errorf("a write of %d operations allocates %.0f times, want at most %.0f", c.ops, got, c.most)
		}
	}
}
