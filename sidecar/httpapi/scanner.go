package httpapi

import (
	"strconv"
	"unicode/utf8"
)

// scanner reads JSON strictly and once: no invalid UTF-8, no lone surrogate,
// no duplicate or trailing anything, where encoding/json lets them pass and
// changes bytes. Its first error sticks and every later call does nothing, so
// a caller asks once, at the end. Strings without an escape share src's memory.
//
// It never recurses: what a caller does not ask for is an error.
type scanner struct {
	src string
	pos int
	err error
}

// newScanner checks what is checked for the body as a whole.
func newScanner(src string) *scanner {
	s := &scanner{src: src}
	if !utf8.ValidString(src) {
		s.fail(badJSON, "", "the body is not valid UTF-8")
	}
	return s
}

func (s *scanner) fail(code, field, message string) {
	if s.err == nil {
		s.err = fail(code, field, message)
	}
}

func (s *scanner) syntax(want string) {
	s.fail(badJSON, "", "want "+want+" at byte "+strconv.Itoa(s.pos))
}

// peek returns the first byte of the next token, 0 at the end or after an error.
func (s *scanner) peek() byte {
	for s.err == nil && s.pos < len(s.src) {
		switch c := s.src[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// open takes the bracket that a value must begin with.
func (s *scanner) open(bracket byte, code string) bool {
	want := "an object"
	if bracket == '[' {
		want = "an array"
	}
	if s.peek() != bracket {
		s.wrong(code, want)
		return false
	}
	s.pos++
	return true
}

// wrong says that another kind of value is here than the one wanted, or none.
func (s *scanner) wrong(code, want string) {
	switch c := s.peek(); {
	case c == '"', c == '{', c == '[', c == '-', '0' <= c && c <= '9', c == 't', c == 'f', c == 'n':
		s.fail(code, "", "want "+want)
	default:
		s.syntax("a value")
	}
}

// more reports whether another member or element follows, first being true
// before the first. It takes the comma, or the closing bracket.
func (s *scanner) more(closing byte, first bool) bool {
	c := s.peek()
	switch {
	case s.err != nil:
		return false
	case c == closing:
		s.pos++
		return false
	case first:
		return true
	case c == ',':
		s.pos++
		if s.peek() == closing {
			s.syntax("a value after the comma")
		}
		return s.err == nil
	}
	s.syntax("',' or '" + string(closing) + "'")
	return false
}

// name takes a member's name and the colon.
func (s *scanner) name() string {
	if s.peek() != '"' {
		s.syntax("a name")
		return ""
	}
	name := s.str()
	if s.peek() != ':' {
		s.syntax("':'")
		return ""
	}
	s.pos++
	return name
}

// word takes a literal such as true.
func (s *scanner) word(want string) {
	if end := s.pos + len(want); end > len(s.src) || s.src[s.pos:end] != want {
		s.syntax(want)
		return
	}
	s.pos += len(want)
}

// number takes a number and returns its text.
func (s *scanner) number() string {
	start := s.pos
	s.skip('-')
	if !s.skip('0') && s.digits() == 0 {
		s.syntax("a number")
	}
	if s.skip('.') && s.digits() == 0 {
		s.syntax("a digit")
	}
	if s.skip('e') || s.skip('E') {
		if !s.skip('+') {
			s.skip('-')
		}
		if s.digits() == 0 {
			s.syntax("a digit")
		}
	}
	if s.pos < len(s.src) && s.src[s.pos] >= '0' && s.src[s.pos] <= '9' {
		s.syntax("no digit after a leading zero")
	}
	return s.src[start:s.pos]
}

func (s *scanner) skip(c byte) bool {
	if s.pos < len(s.src) && s.src[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.src) && s.src[s.pos] >= '0' && s.src[s.pos] <= '9' {
		s.pos++
	}
	return s.pos - start
}

// end makes sure that nothing follows, and returns the first error.
func (s *scanner) end() error {
	if s.peek(); s.err == nil && s.pos < len(s.src) {
		s.syntax("nothing more")
	}
	return s.err
}
