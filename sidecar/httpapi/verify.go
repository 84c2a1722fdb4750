package httpapi

import (
	"log/slog"

	"hospital-appointments-redis/sidecar/appointment"
)

// mostFindings is how many one answer lists; all are counted.
const mostFindings = 1000

// verify answers POST /v1/verify: what is wrong between Redis and MySQL, and
// what of it was mended.
func (s *Server) verify(c *call) error {
	postType, repair, err := s.decodeVerify(c)
	if err != nil {
		return err
	}
	actor, err := actorOf(c.web.Request().Header)
	if err != nil {
		return err
	}
	result, err := s.Verify(c.ctx, c.blog, postType, repair)
	if err != nil {
		return err
	}
	c.ack = none
	repaired := 0
	c.count("posts", result.Posts)
	c.count("fields", result.Fields)
	c.open("findings", '[')
	for i, f := range result.Findings {
		if f.Repaired {
			repaired++
		}
		if i < mostFindings {
			c.finding(f)
		}
	}
	c.close(']')
	c.count("count", len(result.Findings))
	c.count("repaired", repaired)
	if repaired > 0 {
		s.logDecision(c, "repaired what verify found", actor, slog.Int("found", len(result.Findings)), slog.Int("repaired", repaired))
	}
	return nil
}

func (c *call) finding(f appointment.Finding) {
	c.open("", '{')
	c.bytes("code", f.Code)
	c.bytes("post", f.Post)
	c.bytes("key", f.Key)
	c.bytes("message", f.Message)
	c.bool("repaired", f.Repaired)
	c.close('}')
}

func (s *Server) decodeVerify(c *call) (postType string, repair bool, err error) {
	if c.body == "" {
		return "", false, nil
	}
	in := newScanner(c.body)
	members := names{known: []string{"post_type", "repair"}}
	in.open('{', badRequest)
	for {
		name := in.member(&members)
		switch name {
		case "post_type":
			postType = s.postType(in)
		case "repair":
			repair = in.bool()
		default:
			return postType, repair, in.end()
		}
		in.in(name)
	}
}
