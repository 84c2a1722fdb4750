package httpapi

import (
	"errors"
	"log/slog"
	"slices"
	"strings"

	"hospital-appointments-redis/sidecar/appointment"
)

// What a person decides about dead letters. Each leaves who decided in the log.

// retryDeadLetter makes the field dirty again, in the order that is now.
func (s *Server) retryDeadLetter(c *call) error {
	if err := nothing(c); err != nil {
		return err
	}
	actor, letter, err := s.decision(c, "")
	if err != nil {
		return err
	}
	if err := s.retry(c, letter, actor); err != nil {
		return err
	}
	c.bool("retried", true)
	return nil
}

// retryDeadLetters retries every one, and stops at the first that cannot be where
// what keeps it from being written keeps all. One that only a person can help is
// named, and keeps no other; one that somebody else took meanwhile is no failure.
func (s *Server) retryDeadLetters(c *call) error {
	if err := nothing(c); err != nil {
		return err
	}
	actor, err := actorOf(c.web.Request().Header)
	if err != nil {
		return err
	}
	all, err := s.DeadLetters.DeadLetters(c.ctx, c.blog)
	if err != nil {
		return err
	}
	// Of a field that has two, of its post and of the slug from before, the newer comes last.
	slices.SortStableFunc(all, func(a, b appointment.DeadLetter) int { return a.Version.Compare(b.Version) })
	retried, level := 0, appointment.SQL
	type failure struct {
		letter appointment.DeadLetter
		err    error
	}
	var failed []failure
	for _, each := range all {
		err := s.retry(c, each, actor)
		if errors.Is(err, appointment.ErrUnknownDeadLetter) {
			continue
		}
		if errors.Is(err, appointment.ErrForeignKeys) || errors.Is(err, appointment.ErrNothingToWrite) {
			failed = append(failed, failure{each, err})
			continue
		}
		if err != nil {
			c.partly = retried > 0
			return err
		}
		retried++
		level = lower(level, c.ack)
	}
	if c.ack = level; retried == 0 {
		c.ack = none
	}
	c.count("retried", retried)
	if len(failed) == 0 {
		return nil
	}
	c.open("failed", '[')
	for _, each := range failed {
		row, message, _ := explain(each.err)
		c.open("", '{')
		c.bytes("post", each.letter.Post.Member())
		c.bytes("key", each.letter.Key)
		c.bytes("code", row.name)
		c.bytes("message", message)
		c.close('}')
	}
	c.close(']')
	return nil
}

// lower is the lesser of two levels.
func lower(a, b appointment.Ack) appointment.Ack {
	for _, each := range []appointment.Ack{appointment.Memory, appointment.Fsynced} {
		if a == each || b == each {
			return each
		}
	}
	return a
}

func (s *Server) retry(c *call, l appointment.DeadLetter, actor string) error {
	post := l.Post
	if post.ID == 0 { // a slug, whose post may have come since; with a row of this field, which only a write by its id changes
		found, known, away, err := direct{s, appointmentKind, true}.resolve(c.ctx, post)
		switch {
		case err != nil:
			return err
		case away:
			return appointment.ErrMySQLAway
		case known:
			post = found
		}
	}
	w := appointment.Write{Post: post, Direct: true, Flush: c.flush(), Fields: []appointment.Field{{Key: l.Key}}}
	if err := s.DeadLetters.Retry(c.ctx, w, l.Post, l.Key); err != nil {
		return err
	}
	s.logDecision(c, "retried a dead letter", actor, about(l)...)
	c.ack = appointment.Memory
	s.acknowledge(c, w)
	return nil
}

// editDeadLetter gives one another value: the bytes that wp_postmeta is to hold
// once it is retried. It stays a dead letter until then.
func (s *Server) editDeadLetter(c *call) error {
	var value string
	version, err := decodeDecision(c, "value", func(in *scanner) { value = s.value(in) })
	if err != nil {
		return err
	}
	actor, letter, err := s.decision(c, version)
	if err != nil {
		return err
	}
	if err := s.DeadLetters.Edit(c.ctx, letter, value); err != nil {
		return err
	}
	s.logDecision(c, "edited a dead letter", actor, append(about(letter), slog.Int("bytes", len(value)))...)
	c.bool("edited", true)
	return nil
}

// discardDeadLetter removes one for good. The reason that it wants goes to the
// log, which is all that remains of it.
func (s *Server) discardDeadLetter(c *call) error {
	var reason string
	version, err := decodeDecision(c, "reason", func(in *scanner) { reason = in.text() })
	if err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" || len(reason) > 1000 {
		return fail(badRequest, "reason", "want a reason, of at most 1000 bytes")
	}
	actor, letter, err := s.decision(c, version)
	if err != nil {
		return err
	}
	if err := s.DeadLetters.Discard(c.ctx, letter); err != nil {
		return err
	}
	s.logDecision(c, "discarded a dead letter", actor, append(about(letter), slog.String("reason", reason))...)
	c.bool("discarded", true)
	return nil
}

// decodeDecision reads what a decision says, by take, and about which letter:
// the version of the one that was seen, or, without, of the one that is there.
func decodeDecision(c *call, says string, take func(*scanner)) (version string, err error) {
	in := newScanner(c.body)
	members := names{known: []string{says, "version"}}
	in.open('{', badRequest)
	for {
		name := in.member(&members)
		switch name {
		case says:
			take(in)
		case "version":
			version = in.text()
		default:
			if err := in.end(); err != nil {
				return "", err
			}
			if !members.has(says) {
				return "", fail(badRequest, says, "missing")
			}
			return version, nil
		}
		in.in(name)
	}
}

// decision reads who decides about which dead letter. ErrOtherDeadLetter: it is
// not of the version that was decided about, if one was named.
func (s *Server) decision(c *call, version string) (actor string, l appointment.DeadLetter, err error) {
	if actor, err = actorOf(c.web.Request().Header); err != nil {
		return "", l, err
	}
	l, err = s.findDeadLetter(c)
	if err == nil && version != "" && version != l.Version.String() {
		err = appointment.ErrOtherDeadLetter
	}
	return actor, l, err
}

// about is what the log says of a dead letter.
func about(l appointment.DeadLetter) []slog.Attr {
	return []slog.Attr{
		slog.String("post", l.Post.Member()), slog.String("key", l.Key),
		slog.String("code", l.Code), slog.String("version", l.Version.String()),
	}
}
