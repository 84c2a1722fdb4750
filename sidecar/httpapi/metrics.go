package httpapi

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// success is the code of success.
const success = "ok"

// metrics count requests by route and code; both come from tables of ours, so
// that a caller cannot make up new series.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hospital_http_requests_total",
			Help: `Requests answered, by route and code ("ok" or the error's code).`,
		}, []string{"method", "route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "hospital_http_request_duration_seconds",
			Help:    "Time from the request's first byte to the reply's last, by route.",
			Buckets: []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route"}),
	}
	return m, errors.Join(r.Register(m.requests), r.Register(m.duration))
}

// served are the metrics of one route; those of success are looked up once.
type served struct {
	method, path string
	requests     *prometheus.CounterVec
	ok           prometheus.Counter
	took         prometheus.Observer
}

func (m *metrics) of(r route) served {
	return served{
		method: r.method, path: r.path, requests: m.requests,
		ok:   m.requests.WithLabelValues(r.method, r.path, success),
		took: m.duration.WithLabelValues(r.method, r.path),
	}
}

func (s served) done(code string, took time.Duration) {
	s.took.Observe(took.Seconds())
	if code == success {
		s.ok.Inc()
		return
	}
	s.requests.WithLabelValues(s.method, s.path, code).Inc()
}
