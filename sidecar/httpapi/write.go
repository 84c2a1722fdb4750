package httpapi

import (
	"strconv"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// write answers POST /v1/write: the updates that WordPress handed over, in the
// order it made them. Whether the posts exist is WordPress's to know.
func (s *Server) write(c *call) error {
	ops, ttl, err := s.decodeWrite(c)
	if err != nil {
		return err
	}
	batch := group(ops, ttl)
	batch.writes[0].Flush = c.flush()
	result, err := s.Owner.Write(c.ctx, batch.writes, c.deadline)
	if err != nil {
		c.partly = len(result.Outcomes) > 0
		return err
	}
	s.acknowledge(c, batch.writes...)
	c.open("results", '[')
	for _, at := range batch.places {
		c.element(string(result.Outcomes[at.write][at.field]))
	}
	c.close(']')
	c.num("epoch", result.Epoch)
	if result.Unverified {
		c.bool("unverified", true)
	}
	return nil
}

// op is one operation of a call.
type op struct {
	post  appointment.Post
	field appointment.Field
}

// batch is the operations put together by post, in the order in which each
// post comes first, and where each operation went. The fields of one Write are
// applied in order, so operations on one field keep theirs.
type batch struct {
	writes []appointment.Write
	places []place
}

type place struct{ write, field int }

func group(ops []op, ttl time.Duration) batch {
	b := batch{places: make([]place, len(ops))}
	var seen map[appointment.Post]int
	if len(ops) > 1 {
		seen = make(map[appointment.Post]int, len(ops))
	}
	for i, each := range ops {
		w, ok := seen[each.post]
		if !ok {
			w = len(b.writes)
			b.writes = append(b.writes, appointment.Write{Post: each.post, TTL: ttl})
			if seen != nil {
				seen[each.post] = w
			}
		}
		b.places[i] = place{write: w, field: len(b.writes[w].Fields)}
		b.writes[w].Fields = append(b.writes[w].Fields, each.field)
	}
	return b
}

var (
	writeNames = []string{"ops", "ttl"}
	opNames    = []string{"post", "type", "key", "value", "row", "delete"}
)

func (s *Server) decodeWrite(c *call) (ops []op, ttl time.Duration, err error) {
	in := newScanner(c.body)
	members := names{known: writeNames}
	in.open('{', badRequest)
	for {
		name := in.member(&members)
		switch name {
		case "ops":
			ops = s.ops(in, c.blog)
		case "ttl":
			ttl = in.ttl()
		default:
			if err := in.end(); err != nil {
				return nil, 0, err
			}
			if len(ops) == 0 {
				return nil, 0, fail(badRequest, "ops", "want at least one operation")
			}
			return ops, ttl, nil
		}
		in.in(name)
	}
}

func (s *Server) ops(in *scanner, blog uint64) []op {
	if !in.open('[', badRequest) {
		return nil
	}
	ops := make([]op, 0, 1)
	for in.more(']', len(ops) == 0) {
		if len(ops) == s.Limits.Ops {
			in.fail(tooManyOps, "", "want at most "+strconv.Itoa(s.Limits.Ops)+" operations in one call")
			break
		}
		ops = append(ops, s.op(in, blog))
		if in.err != nil {
			in.in("[" + strconv.Itoa(len(ops)-1) + "]")
		}
	}
	return ops
}

func (s *Server) op(in *scanner, blog uint64) op {
	o := op{post: appointment.Post{Blog: blog}}
	if !in.open('{', badRequest) {
		return o
	}
	members := names{known: opNames}
	for {
		name := in.member(&members)
		switch name {
		case "post":
			o.post.ID = in.id()
		case "type":
			o.post.Type = s.postType(in)
		case "key":
			o.field.Key = in.key()
		case "value":
			o.field.Value = s.value(in)
		case "row":
			row := s.value(in)
			o.field.Row = &row
		case "delete":
			o.field.Delete = in.bool()
		default:
			complete(in, &members, o.field.Delete)
			return o
		}
		in.in(name)
	}
}

// complete checks that an operation has all it needs.
func complete(in *scanner, members *names, deletes bool) {
	for _, name := range opNames[:3] {
		if !members.has(name) {
			in.fail(badRequest, name, "missing")
		}
	}
	switch {
	case deletes && members.has("value"):
		in.fail(badRequest, "value", "want either a value or delete")
	case !deletes && !members.has("value"):
		in.fail(badRequest, "value", "missing")
	}
}

// value takes a byte string of a size that we take.
func (s *Server) value(in *scanner) string {
	return s.sized(in, in.bytes())
}

func (s *Server) sized(in *scanner, value string) string {
	if len(value) > s.Limits.Value {
		in.fail(valueTooLarge, "", "want at most "+strconv.Itoa(s.Limits.Value)+" bytes")
	}
	return value
}

// postType takes the name of an offloaded post type.
func (s *Server) postType(in *scanner) string {
	name := in.text()
	if _, ok := s.Types.Pattern(name); !ok && in.err == nil {
		in.fail(unknownType, "", "")
	}
	return name
}
