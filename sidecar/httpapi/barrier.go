package httpapi

import (
	"net/http"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// barrier answers POST /v1/barrier: once it has, the posts' rows are what was
// acknowledged before the call (R5).
func (s *Server) barrier(c *call) error {
	posts, drop, err := s.decodeBarrier(c)
	if err != nil {
		return err
	}
	s.posts.forget(posts)
	report, err := s.Syncer.Barrier(c.ctx, c.blog, posts, drop)
	if err != nil {
		return err
	}
	c.count("synced", report.Synced)
	c.num("generation", report.Generation)
	c.ack = appointment.SQL
	return nil
}

// sync answers POST /v1/sync: what is dirty goes home now, in either mode.
func (s *Server) sync(c *call) error {
	if err := nothing(c); err != nil {
		return err
	}
	report, err := s.Syncer.Sync(c.ctx, c.blog)
	if err != nil {
		return err
	}
	c.count("synced", report.Synced)
	c.count("left", report.Left)
	c.count("waiting", report.Waiting)
	c.ack = appointment.SQL
	return nil
}

// patiently makes a handler that may take longer than Limits.Write, for as long as
// its caller waits: that begins when there is something to write.
func (s *Server) patiently(handle func(*call) error) func(*call) error {
	return func(c *call) error {
		conn := http.NewResponseController(c.web.Response())
		_ = conn.SetWriteDeadline(time.Time{}) // an error: there is no connection, and no deadline
		defer func() { _ = conn.SetWriteDeadline(time.Now().Add(s.Limits.Write)) }()
		return handle(c)
	}
}

// retire answers POST /v1/retire: the site's last call before the plugin goes,
// or with discard, before the site itself does.
func (s *Server) retire(c *call) error {
	discard, err := decodeRetire(c)
	if err != nil {
		return err
	}
	report, err := s.Syncer.Retire(c.ctx, c.blog, discard)
	if err != nil {
		return err
	}
	c.count("left", report.Left)
	c.count("dead", report.Dead)
	c.ack = appointment.SQL
	return nil
}

func decodeRetire(c *call) (discard bool, err error) {
	if c.body == "" {
		return false, nil
	}
	in := newScanner(c.body)
	members := names{known: []string{"discard"}}
	in.open('{', badRequest)
	for {
		switch name := in.member(&members); name {
		case "discard":
			discard = in.bool()
			in.in(name)
		default:
			return discard, in.end()
		}
	}
}

// decodeBarrier returns nil posts for all of them. Neither posts nor all, or an
// empty posts, is an error: it must not be taken for everything.
func (s *Server) decodeBarrier(c *call) (posts []appointment.Post, drop []string, err error) {
	in := newScanner(c.body)
	members := names{known: []string{"posts", "all", "drop"}}
	all := false
	in.open('{', badRequest)
	for {
		name := in.member(&members)
		switch name {
		case "posts":
			posts = s.postsOf(in, c.blog)
		case "all":
			all = in.bool()
		case "drop":
			drop = s.keys(in)
		default:
			if err := in.end(); err != nil {
				return nil, nil, err
			}
			if all == (len(posts) > 0) || all && posts != nil {
				return nil, nil, fail(badRequest, "posts", "want either posts or all")
			}
			return posts, drop, nil
		}
		in.in(name)
	}
}

// keys takes an array of meta keys.
func (s *Server) keys(in *scanner) (keys []string) {
	if !in.open('[', badRequest) {
		return nil
	}
	for in.more(']', len(keys) == 0) {
		if len(keys) == s.Limits.Ops {
			in.fail(tooManyOps, "", "too many keys in one call")
			break
		}
		keys = append(keys, in.key())
	}
	return keys
}
