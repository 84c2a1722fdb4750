package httpapi

import (
	"strconv"
	"strings"
)

// scalar is a value of a direct call, before it is known whether it is raw.
type scalar struct {
	text   string
	isText bool // a JSON string: may look like what PHP's serialize() makes
	coded  bool // {"b64":"..."}
}

// scalar takes a string, number or boolean. Numbers keep their literal text;
// booleans become what PHP makes of them as strings.
func (s *Server) scalar(in *scanner) scalar {
	switch c := in.peek(); {
	case c == '"':
		return scalar{text: s.value(in), isText: true}
	case c == '{':
		return scalar{text: s.value(in), coded: true}
	case c == 't':
		in.word("true")
		return scalar{text: "1"}
	case c == 'f':
		in.word("false")
		return scalar{}
	case c == '-', '0' <= c && c <= '9':
		return scalar{text: s.sized(in, in.number())}
	}
	in.wrong(badValue, "a string, a number or a boolean")
	return scalar{}
}

// meta returns the bytes for wp_postmeta.meta_value. Those of a raw call are
// taken as they are. Else text that PHP would take for serialized is serialized
// once more, as maybe_serialize() does: or a kiosk's text could become a PHP
// object when WordPress reads it.
func (s scalar) meta(raw bool) (string, error) {
	switch {
	case raw:
		return s.text, nil
	case s.coded:
		return "", fail(badValue, "", "b64 is for raw calls")
	case s.isText && looksSerialized(s.text):
		return "s:" + strconv.Itoa(len(s.text)) + `:"` + s.text + `";`, nil
	}
	return s.text, nil
}

// looksSerialized is WordPress's is_serialized( $data, false ), the question
// that maybe_serialize() asks (wp-includes/functions.php).
func looksSerialized(data string) bool {
	data = strings.Trim(data, " \t\n\r\x00\x0b") // PHP's trim()
	if data == "N;" {
		return true
	}
	if len(data) < 4 || data[1] != ':' {
		return false
	}
	semicolon, brace := strings.IndexByte(data, ';'), strings.IndexByte(data, '}')
	switch {
	case semicolon < 0 && brace < 0,
		semicolon >= 0 && semicolon < 3,
		brace >= 0 && brace < 4:
		return false
	}
	switch data[0] {
	case 's':
		return strings.Contains(data, `"`) && leads(data[2:], "0123456789", ':')
	case 'a', 'O', 'E':
		return leads(data[2:], "0123456789", ':')
	case 'b', 'i', 'd':
		return leads(data[2:], "0123456789.E+-", ';')
	}
	return false
}

// leads reports whether s begins with one or more of chars and then end.
func leads(s, chars string, end byte) bool {
	rest := strings.TrimLeft(s, chars)
	return len(rest) < len(s) && rest != "" && rest[0] == end
}
