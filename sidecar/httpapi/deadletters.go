package httpapi

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// mostDeadLetters is how many one page has at most.
const mostDeadLetters = 1000

// deadLetters answers GET /v1/dead-letters: a page of them, those after
// "post/key", and how many there are in all.
func (s *Server) deadLetters(c *call) error {
	after, limit, err := pageOf(c)
	if err != nil {
		return err
	}
	all, err := s.DeadLetters.DeadLetters(c.ctx, c.blog)
	if err != nil {
		return err
	}
	page := all
	if after != nil {
		first := slices.IndexFunc(all, func(l appointment.DeadLetter) bool { return order(l, *after) > 0 })
		page = all[max(first, 0):]
		if first < 0 {
			page = nil
		}
	}
	c.open("dead_letters", '[')
	for _, each := range page[:min(limit, len(page))] {
		c.deadLetter("", each)
	}
	c.close(']')
	c.count("count", len(all))
	return nil
}

// order is the one DeadLetters lists them in.
func order(a, b appointment.DeadLetter) int {
	return cmp.Or(cmp.Compare(a.Post.ID, b.Post.ID), cmp.Compare(a.Post.Slug, b.Post.Slug), cmp.Compare(a.Key, b.Key))
}

func pageOf(c *call) (after *appointment.DeadLetter, limit int, err error) {
	query, err := url.ParseQuery(c.web.Request().URL.RawQuery)
	if err != nil {
		return nil, 0, fail(badRequest, "", "the query is malformed")
	}
	limit = 100
	if query.Has("limit") {
		limit, err = strconv.Atoi(query.Get("limit"))
		if err != nil || limit < 1 || limit > mostDeadLetters {
			return nil, 0, fail(badRequest, "limit", "want 1 to "+strconv.Itoa(mostDeadLetters))
		}
	}
	if query.Get("after") == "" {
		return nil, limit, nil
	}
	member, key, _ := strings.Cut(query.Get("after"), "/")
	post, _ := appointment.LetterPost(c.blog, member) // the list may end with such a one
	return &appointment.DeadLetter{Post: post, Key: key}, limit, nil
}

// deadLetter answers GET of one.
func (s *Server) deadLetter(c *call) error {
	letter, err := s.findDeadLetter(c)
	if err != nil {
		return err
	}
	c.deadLetter("dead_letter", letter)
	return nil
}

// findDeadLetter finds the one that the path names.
func (s *Server) findDeadLetter(c *call) (appointment.DeadLetter, error) {
	member, err := c.param("post")
	if err != nil {
		return appointment.DeadLetter{}, err
	}
	post, _ := appointment.LetterPost(c.blog, member)
	key, err := c.param("key")
	if err != nil {
		return appointment.DeadLetter{}, err
	}
	return s.DeadLetters.DeadLetter(c.ctx, post, key)
}

func (c *call) deadLetter(name string, l appointment.DeadLetter) {
	c.open(name, '{')
	c.bytes("post", l.Post.Member())
	c.bytes("key", l.Key)
	if !l.Deleted && (!l.Lost || l.Value != "") {
		c.bytes("value", l.Value)
	}
	c.bool("deleted", l.Deleted)
	if l.Lost {
		c.bool("lost", true)
	}
	c.bytes("code", l.Code)
	c.bytes("reason", l.Reason)
	c.bytes("version", l.Version.String())
	c.bytes("at", l.At.UTC().Format(time.RFC3339))
	c.close('}')
}
