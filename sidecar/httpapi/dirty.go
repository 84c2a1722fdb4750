package httpapi

import (
	"context"
	"errors"
	"slices"

	"hospital-appointments-redis/sidecar/appointment"
)

// dirty answers POST /v1/dirty: the dirty fields of posts, for WordPress to
// lay over the rows that it reads afterwards (R8). Without a lease it answers
// all the same and says so.
func (s *Server) dirty(c *call) error {
	posts, err := s.decodePosts(c)
	if err != nil {
		return err
	}
	view, err := s.view(c.ctx, c.blog, posts)
	if err != nil {
		return err
	}
	c.bool("lease", view.Leased)
	c.num("generation", view.Generation)
	if view.Unseen {
		c.bool("unseen", true)
	}
	c.open("posts", '{')
	for member, fields := range view.Posts {
		c.open(member, '{')
		for _, each := range fields {
			c.dirtyField(each)
		}
		c.close('}')
	}
	c.close('}')
	return nil
}

// view is what is dirty in posts, and counts.
func (s *Server) view(ctx context.Context, blog uint64, posts []appointment.Post) (appointment.DirtyView, error) {
	view, err := s.Owner.Dirty(ctx, blog, posts)
	if err != nil {
		return view, err
	}
	for member, fields := range view.Posts {
		if !slices.ContainsFunc(fields, func(f appointment.Dirty) bool { return f.BySlug }) {
			continue
		}
		post := posts[slices.IndexFunc(posts, func(p appointment.Post) bool { return p.Member() == member })]
		if view.Posts[member], err = s.standing(ctx, post, fields); err != nil {
			return view, err
		}
		if len(view.Posts[member]) == 0 {
			delete(view.Posts, member)
		}
	}
	return view, nil
}

// standing leaves out what came by the post's slug and stands back behind
// something newer in MySQL, as it will when it is synced. While MySQL is away
// that is taken to be so: what is left out is then not seen yet.
func (s *Server) standing(ctx context.Context, post appointment.Post, fields []appointment.Dirty) ([]appointment.Dirty, error) {
	var standing []appointment.Dirty
	for _, field := range fields {
		if field.BySlug {
			later, err := s.Rows.Later(ctx, post, field)
			if err != nil && !errors.Is(err, appointment.ErrMySQLAway) {
				return nil, err
			}
			if later || err != nil {
				continue
			}
		}
		standing = append(standing, field)
	}
	return standing, nil
}

func (c *call) dirtyField(f appointment.Dirty) {
	c.open(f.Key, '{')
	if f.Deleted {
		c.bool("deleted", true)
	} else {
		c.bytes("value", f.Value)
	}
	c.num("epoch", f.Version.Epoch)
	c.num("counter", f.Version.Counter)
	c.close('}')
}

// members answers GET /v1/dirty: which posts have dirty fields.
func (s *Server) members(c *call) error {
	members, err := s.Redis.Members(c.ctx, c.blog, s.Limits.Members)
	if err != nil {
		return err
	}
	c.open("members", '[')
	for _, each := range members {
		c.element(each)
	}
	c.close(']')
	return nil
}

// forget answers POST /v1/forget: deleted posts leave Redis.
func (s *Server) forget(c *call) error {
	posts, err := s.decodePosts(c)
	if err != nil {
		return err
	}
	if len(posts) == 0 {
		return fail(badRequest, "posts", "want at least one post")
	}
	s.posts.drop()
	forgotten, err := s.Owner.Forget(c.ctx, c.blog, posts)
	if err != nil {
		return err
	}
	c.count("forgotten", forgotten)
	return nil
}
