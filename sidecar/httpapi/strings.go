package httpapi

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// str takes a string; the caller has seen its quote.
func (s *scanner) str() string {
	s.pos++
	start := s.pos
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '"':
			s.pos++
			return s.src[start : s.pos-1]
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			s.syntax("no control character in a string")
			return ""
		}
		s.pos++
	}
	s.syntax("the end of a string")
	return ""
}

// escaped takes the rest of a string that has an escape at pos.
func (s *scanner) escaped(start int) string {
	out := append(make([]byte, 0, s.pos-start+64), s.src[start:s.pos]...)
	for s.pos < len(s.src) && s.err == nil {
		switch c := s.src[s.pos]; {
		case c == '"':
			s.pos++
			return string(out)
		case c == '\\':
			s.pos++
			out = s.escape(out)
		case c < ' ':
			s.syntax("no control character in a string")
		default:
			out = append(out, c)
			s.pos++
		}
	}
	s.syntax("the end of a string")
	return ""
}

// escape takes what follows a backslash.
func (s *scanner) escape(out []byte) []byte {
	if s.pos >= len(s.src) {
		return out
	}
	c := s.src[s.pos]
	s.pos++
	switch c {
	case '"', '\\', '/':
		return append(out, c)
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'u':
		return utf8.AppendRune(out, s.unicode())
	}
	s.pos--
	s.syntax("an escape")
	return out
}

// unicode takes the digits of \uXXXX, and the second half of a pair. Half a
// pair is no character: encoding/json would quietly store another one.
func (s *scanner) unicode() rune {
	r := s.hex()
	if !utf16.IsSurrogate(r) {
		return r
	}
	if s.skip('\\') && s.skip('u') {
		if pair := utf16.DecodeRune(r, s.hex()); pair != utf8.RuneError {
			return pair
		}
	}
	s.fail(badJSON, "", "lone surrogate before byte "+strconv.Itoa(s.pos))
	return utf8.RuneError
}

func (s *scanner) hex() rune {
	var r rune
	for range 4 {
		var c byte
		if s.pos < len(s.src) {
			c = s.src[s.pos]
		}
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			s.syntax("four hexadecimal digits")
			return 0
		}
		s.pos++
	}
	return r
}
