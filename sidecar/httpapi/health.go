package httpapi

import (
	"context"
	"net/http"
	"time"
)

// readiness is how long a readiness probe may take.
const readiness = 2 * time.Second

// livez says that the process answers, and nothing else: an orchestrator that
// restarted it because Redis is away would only make it worse.
func (s *Server) livez(c *call) error {
	c.bool("live", true)
	return nil
}

// readyz names what is missing to do the work.
func (s *Server) readyz(c *call) error {
	ctx, cancel := context.WithTimeout(c.ctx, readiness)
	defer cancel()
	missing := s.Ready(ctx)
	c.bool("ready", len(missing) == 0)
	if len(missing) > 0 {
		c.status, c.code = http.StatusServiceUnavailable, "not_ready"
		c.open("missing", '[')
		for _, each := range missing {
			c.element(each)
		}
		c.close(']')
	}
	return nil
}
