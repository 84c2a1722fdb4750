package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Server is the API as an http.Handler.
type Server struct {
	Deps
	echo    *echo.Echo
	metrics *metrics
	posts   *resolved
	buffers buffers
}

// route is one line of the API.
type route struct {
	method string
	path   string
	handle func(*call) error
	open   bool // needs no token
	reads  bool // never writes: done is always "no"
}

// The kinds of post that the guide's calls are about.
const (
	appointmentKind = "appointment"
	doctorKind      = "doctor"
)

// routes is the API at a glance.
func (s *Server) routes() []route {
	appointments := direct{s, appointmentKind, true}
	doctors := direct{s, doctorKind, false}
	const one, doctor, dead = "/v1/appointments/:id", "/v1/doctors/:id/availability", "/v1/dead-letters"
	return []route{
		// WordPress's calls
		{method: "POST", path: "/v1/write", handle: s.write},
		{method: "POST", path: "/v1/dirty", handle: s.dirty, reads: true},
		{method: "POST", path: "/v1/barrier", handle: s.barrier},
		{method: "POST", path: "/v1/forget", handle: s.forget},
		{method: "POST", path: "/v1/sync", handle: s.patiently(s.sync)},
		{method: "POST", path: "/v1/retire", handle: s.retire},

		// the guide's calls
		{method: "GET", path: one, handle: appointments.get, reads: true},
		{method: "PUT", path: one, handle: appointments.set},
		{method: "PATCH", path: one + "/fields/:key", handle: appointments.setField},
		{method: "DELETE", path: one, handle: appointments.remove},
		{method: "POST", path: one + "/status", handle: appointments.setStatus},
		{method: "POST", path: one + "/dirty", handle: appointments.mark},
		{method: "GET", path: doctor, handle: doctors.get, reads: true},
		{method: "PUT", path: doctor, handle: doctors.set},
		{method: "PATCH", path: doctor + "/fields/:key", handle: doctors.setField},
		{method: "DELETE", path: doctor, handle: doctors.remove},
		{method: "POST", path: doctor + "/dirty", handle: doctors.mark},
		{method: "GET", path: "/v1/dirty", handle: s.members, reads: true},

		// operation
		{method: "GET", path: dead, handle: s.deadLetters, reads: true},
		{method: "GET", path: dead + "/:post/:key", handle: s.deadLetter, reads: true},
		{method: "PATCH", path: dead + "/:post/:key", handle: s.editDeadLetter},
		{method: "POST", path: dead + "/retry", handle: s.retryDeadLetters},
		{method: "POST", path: dead + "/:post/:key/retry", handle: s.retryDeadLetter},
		{method: "DELETE", path: dead + "/:post/:key", handle: s.discardDeadLetter},
		{method: "POST", path: "/v1/verify", handle: s.patiently(s.verify)},
		{method: "GET", path: "/v1/stats", handle: s.stats, reads: true},
		{method: "GET", path: "/livez", handle: s.livez, open: true, reads: true},
		{method: "GET", path: "/readyz", handle: s.readyz, open: true, reads: true},
	}
}

// New builds the API. It fails when its metrics are registered already.
func New(d Deps) (*Server, error) {
	m, err := newMetrics(d.Registry)
	if err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	s := &Server{Deps: d, echo: echo.New(), metrics: m, posts: newResolved()}
	paths := map[string]bool{}
	for _, each := range s.routes() {
		s.echo.Add(each.method, each.path, s.endpoint(each))
		if !paths[each.path] {
			s.echo.OPTIONS(each.path, echo.MethodNotAllowedHandler)
		}
		paths[each.path] = true
	}
	s.echo.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(d.Registry, promhttp.HandlerOpts{})))
	s.echo.GET("/openapi.yaml", describe)
	s.echo.HTTPErrorHandler = s.unrouted
	return s, nil
}

// unrouted answers what Echo's router refused, in our shape. Who has no token
// learns only that.
func (s *Server) unrouted(err error, c echo.Context) {
	refuse := func(*call) error { return err }
	_ = s.endpoint(route{path: "unrouted", handle: refuse, reads: true})(c)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// Serve answers what comes in by l, a TCP listener or a unix socket, until ctx
// is done; then it lets the requests under way finish, for as long as
// Limits.Shutdown. It returns nil if they did.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: s.Limits.ReadHeader,
		ReadTimeout:       s.Limits.Read,
		WriteTimeout:      s.Limits.Write,
		IdleTimeout:       s.Limits.Idle,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Limits.Shutdown)
		defer cancel()
		stopped <- errors.Join(server.Shutdown(limit), server.Close())
	})
	err := server.Serve(l)
	if stop() { // nobody asked: the listener failed
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("shut down %s: %w", l.Addr(), err)
	}
	return nil
}
