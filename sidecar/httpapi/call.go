package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hospital-appointments-redis/sidecar/appointment"
)

// call is one request on its way, and the reply as far as it has come.
type call struct {
	*reply
	ctx      context.Context
	web      echo.Context
	id       string // of the request
	blog     uint64
	deadline int64           // CLOCK_MONOTONIC in ns, 0 for none
	body     string          // whole
	status   int             // 200 unless a handler says otherwise
	code     string          // for log and metrics: "ok", or the error's
	asked    appointment.Ack // the level that a write is to reach
	ack      appointment.Ack // the level it has reached; "" for a reply without one
	partly   bool            // something was written before it failed
	early    bool            // it failed before anybody was asked to write
}

// none is the acknowledgement of a reply that acknowledges no write.
const none appointment.Ack = "none"

// endpoint makes Echo's handler of a route. It always answers, and never
// returns an error to Echo.
func (s *Server) endpoint(r route) echo.HandlerFunc {
	served := s.metrics.of(r)
	return func(web echo.Context) error {
		began := time.Now()
		c := &call{reply: s.buffers.get(), web: web, status: http.StatusOK, code: success, ack: appointment.Memory}
		defer s.buffers.put(c.reply)
		if r.reads {
			c.ack = none
		}
		c.id = requestID(web.Request().Header)
		c.b = append(c.b, '{')
		err := s.run(c, r)
		if err != nil {
			c.refuse(err, r.reads)
		}
		c.send()
		took := time.Since(began)
		served.done(c.code, took)
		s.logCall(c, r, took, err)
		return nil
	}
}

// run does what comes before the handler, and the handler.
func (s *Server) run(c *call, r route) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	request := c.web.Request()
	c.ctx = request.Context()
	if !r.open {
		if err := s.authorize(c.ctx, request.Header); err != nil {
			return err
		}
	}
	if c.blog, err = blogOf(request.URL.RawQuery); err != nil {
		return err
	}
	deadline, left, err := deadlineOf(request.Header)
	if err != nil {
		return err
	}
	if deadline != 0 {
		var cancel context.CancelFunc
		c.ctx, cancel = context.WithTimeout(c.ctx, left)
		defer cancel()
		c.deadline = deadline
	}
	if c.asked, err = ackOf(request.Header, s.DefaultAck); err != nil {
		return err
	}
	if c.body, err = s.body(c.web.Response().Writer, request); err != nil {
		return err
	}
	return r.handle(c)
}

// refuse replaces the reply by an error.
func (c *call) refuse(err error, reads bool) {
	row, message, field := explain(err)
	done := row.done
	switch {
	case reads, c.early:
		done = doneNo
	case c.partly:
		done = doneUnknown
	}
	c.status, c.code, c.ack, c.b = row.status, row.name, "", append(c.b[:0], '{')
	c.open("error", '{')
	c.bytes("code", row.name)
	c.bytes("message", message)
	if field != "" {
		c.bytes("field", field)
	}
	c.close('}')
	c.bytes("done", done)
}

// send completes the reply and writes it.
func (c *call) send() {
	if c.ack != "" {
		c.bytes("ack", string(c.ack))
	}
	c.bytes("request_id", c.id)
	c.b = append(c.b, '}', '\n')
	h := c.web.Response().Header()
	h[requestIDHeader] = []string{c.id}
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(c.b))}
	c.web.Response().WriteHeader(c.status)
	// An error here is a caller that has gone; nobody is left to tell.
	_, _ = c.web.Response().Write(c.b)
}

var jsonType = []string{"application/json"}

// blogOf reads the blog id from the query, 1 if there is none.
func blogOf(query string) (uint64, error) {
	if query == "" {
		return 1, nil
	}
	value, ok := strings.CutPrefix(query, "blog=")
	if !ok || strings.ContainsAny(value, "&%+;") {
		values, err := url.ParseQuery(query)
		if err != nil {
			return 0, fail(badRequest, "", "the query is malformed")
		}
		if !values.Has("blog") {
			return 1, nil
		}
		if value = values.Get("blog"); len(values["blog"]) > 1 {
			value = ""
		}
	}
	blog, err := strconv.ParseUint(value, 10, 64)
	if err != nil || blog == 0 {
		return 0, fail(badRequest, "blog", "want a blog id")
	}
	return blog, nil
}

// param returns a part of the path, decoded: Echo matches the encoded path
// where the two differ, and to the last part of a path gives all that is left.
func (c *call) param(name string) (string, error) {
	value := c.web.Param(name)
	if strings.Contains(value, "/") {
		return "", fail(notFound, "", "")
	}
	if c.web.Request().URL.RawPath == "" {
		return value, nil
	}
	decoded, err := url.PathUnescape(value)
	if err != nil {
		return "", fail(badRequest, name, "malformed escape")
	}
	return decoded, nil
}

// post reads the part of the path that names a post: an id or a slug.
func (c *call) post(name string) (appointment.Post, error) {
	member, err := c.param(name)
	if err != nil {
		return appointment.Post{}, err
	}
	post, err := appointment.ParsePost(c.blog, member)
	if errors.Is(err, appointment.ErrBadID) {
		return post, fail(badRequest, name, "want a post id or a slug")
	}
	return post, err
}
