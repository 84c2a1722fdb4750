package httpapi

import (
	"strconv"

	"hospital-appointments-redis/sidecar/appointment"
)

// postsOf takes {"type":[ids], ...}, each id once. It is not nil even when
// empty: to the Syncer, nil posts are all of them.
func (s *Server) postsOf(in *scanner, blog uint64) []appointment.Post {
	posts := []appointment.Post{}
	if !in.open('{', badRequest) {
		return posts
	}
	seen, ids := map[string]bool{}, map[uint64]bool{}
	for in.more('}', len(seen) == 0) {
		name := in.name()
		_, ok := s.Types.Pattern(name)
		switch {
		case in.err != nil:
			return posts
		case !ok:
			in.fail(unknownType, clip(name), "")
			return posts
		case seen[name]:
			in.fail(badJSON, name, "given twice")
			return posts
		}
		seen[name] = true
		posts = s.idsOf(in, posts, appointment.Post{Blog: blog, Type: name}, ids)
		in.in(name)
	}
	return posts
}

// idsOf takes an array of ids and appends the posts of those not seen yet.
func (s *Server) idsOf(in *scanner, posts []appointment.Post, like appointment.Post, seen map[uint64]bool) []appointment.Post {
	if !in.open('[', badRequest) {
		return posts
	}
	for i := 0; in.more(']', i == 0); i++ {
		if len(posts) == s.Limits.Posts {
			in.fail(tooManyOps, "", "want at most "+strconv.Itoa(s.Limits.Posts)+" posts in one call")
			break
		}
		like.ID = in.id()
		if in.err != nil {
			in.in("[" + strconv.Itoa(i) + "]")
		}
		if !seen[like.ID] {
			posts = append(posts, like)
		}
		seen[like.ID] = true
	}
	return posts
}

// decodePosts reads a body that has only posts.
func (s *Server) decodePosts(c *call) ([]appointment.Post, error) {
	in := newScanner(c.body)
	members := names{known: []string{"posts"}}
	var posts []appointment.Post
	in.open('{', badRequest)
	for in.member(&members) != "" {
		posts = s.postsOf(in, c.blog)
		in.in("posts")
	}
	if err := in.end(); err != nil {
		return nil, err
	}
	if posts == nil {
		return nil, fail(badRequest, "posts", "missing")
	}
	return posts, nil
}

// nothing reads the body of a call that needs none: empty, or {}.
func nothing(c *call) error {
	if c.body == "" {
		return nil
	}
	in := newScanner(c.body)
	in.open('{', badRequest)
	in.member(&names{})
	return in.end()
}
