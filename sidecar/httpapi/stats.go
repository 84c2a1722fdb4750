package httpapi

import (
	"encoding/json"
	"fmt"
)

// stats answers GET /v1/stats: the version, and what the other rooms count.
func (s *Server) stats(c *call) error {
	counted, err := s.Stats(c.ctx)
	if err != nil {
		return fmt.Errorf("gather stats: %w", err)
	}
	encoded, err := json.Marshal(counted)
	if err != nil {
		return fmt.Errorf("encode stats: %w", err)
	}
	c.bytes("version", s.Version)
	c.raw("stats", encoded)
	return nil
}
