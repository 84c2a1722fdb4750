package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// ackHeader names the level that a write asks for; without it the
// configuration's counts. Each reply says which was reached, and one that was
// not reached in time costs nothing but the wait.
const ackHeader = "X-Hospital-Ack"

// How long a reply waits for its level where the request has no deadline, and
// how long before a deadline it stops waiting: Redis looks only ten times a
// second for whose wait is over.
const (
	flushWait   = 1500 * time.Millisecond // appendfsync everysec takes one second, rarely two
	sqlWait     = 5 * time.Second
	answerAhead = 150 * time.Millisecond
)

func ackOf(h http.Header, otherwise appointment.Ack) (appointment.Ack, error) {
	values := h[ackHeader]
	if len(values) == 0 {
		return otherwise, nil
	}
	switch asked := appointment.Ack(values[0]); {
	case len(values) > 1:
	case asked == appointment.Memory, asked == appointment.Fsynced, asked == appointment.SQL:
		return asked, nil
	}
	return "", fail(badRequest, ackHeader, "want memory, fsynced or sql")
}

// flush is what a write of this call asks of Redis.
func (c *call) flush() *appointment.Flush {
	if c.asked != appointment.Fsynced {
		return nil
	}
	return &appointment.Flush{Wait: max(c.patience(flushWait), time.Millisecond)}
}

// patience is how long there is to wait, at most that long.
func (c *call) patience(most time.Duration) time.Duration {
	if end, ok := c.ctx.Deadline(); ok {
		return min(most, time.Until(end)-answerAhead)
	}
	return most
}

// acknowledge says which level the writes of this call have reached, after
// waiting for MySQL where that was asked for.
func (s *Server) acknowledge(c *call, writes ...appointment.Write) {
	if len(writes) > 0 && writes[0].Flush != nil && writes[0].Flush.Done {
		c.ack = appointment.Fsynced
	}
	if c.asked == appointment.SQL && s.home(c, writes) {
		c.ack = appointment.SQL
	}
}

// home brings writes to MySQL and tells whether they are there: not those to a
// slug that no post has, those that MySQL refused, nor any in an outage.
func (s *Server) home(c *call, writes []appointment.Write) bool {
	left := c.patience(sqlWait)
	if left <= 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(c.ctx, left)
	defer cancel()
	posts := make([]appointment.Post, len(writes))
	for i, w := range writes {
		if w.Post.ID == 0 {
			return false
		}
		posts[i] = w.Post
	}
	if _, err := s.Syncer.Barrier(ctx, c.blog, posts, nil); err != nil {
		return false
	}
	for _, w := range writes {
		for _, field := range w.Fields {
			if _, err := s.DeadLetters.DeadLetter(ctx, w.Post, field.Key); !errors.Is(err, appointment.ErrUnknownDeadLetter) {
				return false
			}
		}
	}
	return true
}
