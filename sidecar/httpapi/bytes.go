package httpapi

import (
	"encoding/base64"
	"unicode/utf8"
)

// bytes takes a byte string: a JSON string, or {"b64":"..."} for what is not
// valid UTF-8. Anything else, null too, is no value.
func (s *scanner) bytes() string {
	switch s.peek() {
	case '"':
		return s.str()
	case '{':
		return s.base64()
	}
	s.wrong(badValue, `a string or {"b64":"..."}`)
	return ""
}

func (s *scanner) base64() string {
	s.pos++
	if s.peek() == '}' || s.name() != "b64" || s.peek() != '"' {
		s.fail(badValue, "", `want a string or {"b64":"..."}`)
		return ""
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(s.str())
	if err != nil {
		s.fail(badValue, "", "b64 is not base64")
	}
	if s.more('}', false) {
		s.fail(badValue, "", `want nothing beside "b64"`)
	}
	return string(raw)
}

// appendBytes appends a byte string, the other way round.
func appendBytes(b []byte, v string) []byte {
	if utf8.ValidString(v) {
		return appendString(b, v)
	}
	b = append(b, `{"b64":"`...)
	b = base64.StdEncoding.AppendEncode(b, []byte(v))
	return append(b, `"}`...)
}

// appendString appends a JSON string. v is valid UTF-8.
func appendString(b []byte, v string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	done := 0
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, v[done:i]...)
		done = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	b = append(b, v[done:]...)
	return append(b, '"')
}
