package httpapi

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// nobody is a ResponseWriter that costs nothing itself.
type nobody struct{ header http.Header }

func (n nobody) Header() http.Header         { return n.header }
func (n nobody) WriteHeader(int)             {}
func (n nobody) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkWrite is the way of POST /v1/write through everything of ours but
// the owner: routing, token, deadline, decoding, reply, metrics, log.
func BenchmarkWrite(b *testing.B) {
	for _, ops := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("%d_ops", ops), func(b *testing.B) {
			f := newFakes()
			limits := DefaultLimits()
			s := f.serverWith(b, limits, slog.New(slog.NewJSONHandler(io.Discard, nil)))
			var answer appointment.WriteResult
			f.result = func(w []appointment.Write) (appointment.WriteResult, error) {
				f.writes = f.writes[:0]
				if len(answer.Outcomes) != len(w) {
					answer = allUpdated(w)
				}
				return answer, nil
			}
			var list []string
			for i := range ops {
				list = append(list, fmt.Sprintf(`{"post":%d,"type":"hospital_appointment","key":"status","value":"confirmed","row":"pending"}`, i+1))
			}
			body := strings.NewReader(`{"ops":[` + strings.Join(list, ",") + `],"ttl":0}`)
			r := httptest.NewRequest("POST", "/v1/write?blog=1", body)
			r.Header.Set("Authorization", "Bearer golden")
			r.Header.Set(requestIDHeader, "bench")
			w := nobody{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = body.Seek(0, io.SeekStart)
				s.ServeHTTP(w, r)
			}
		})
	}
}
