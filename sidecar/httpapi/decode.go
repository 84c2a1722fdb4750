package httpapi

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"hospital-appointments-redis/sidecar/appointment"
)

// longestTTL is ten years: more is a mistake.
const longestTTL = 10 * 31536000

// body reads the whole request body, up to the limit.
func (s *Server) body(w http.ResponseWriter, r *http.Request) (string, error) {
	if r.ContentLength > s.Limits.Body {
		return "", fail(bodyTooLarge, "", "")
	}
	buf := s.buffers.get()
	defer s.buffers.put(buf)
	var err error
	if n := int(r.ContentLength); n >= 0 {
		buf.b = slices.Grow(buf.b, n)[:n]
		_, err = io.ReadFull(r.Body, buf.b)
	} else {
		buf.b, err = appendAll(buf.b, http.MaxBytesReader(w, r.Body, s.Limits.Body))
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return "", fail(bodyTooLarge, "", "")
	}
	if err != nil {
		return "", fail(badRequest, "", "the body ended early")
	}
	return string(buf.b), nil
}

func appendAll(b []byte, r io.Reader) ([]byte, error) {
	for {
		b = slices.Grow(b, 4096)
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// names are the members of an object met so far. A name that is not in known,
// or comes a second time, is an error.
type names struct {
	known []string
	seen  uint64
}

// member takes the next name of an object, "" after its last.
func (s *scanner) member(n *names) string {
	if !s.more('}', n.seen == 0) {
		return ""
	}
	name := s.name()
	i := slices.Index(n.known, name)
	switch {
	case s.err != nil:
		return ""
	case i < 0:
		s.fail(badJSON, "", "unknown field "+strconv.Quote(clip(name)))
		return ""
	case n.seen&(1<<i) != 0:
		s.fail(badJSON, name, "given twice")
		return ""
	}
	n.seen |= 1 << i
	return name
}

// has reports whether a member was given.
func (n *names) has(name string) bool {
	return n.seen&(1<<slices.Index(n.known, name)) != 0
}

// in puts the name of a part before the field of an error met inside it.
func (s *scanner) in(part string) {
	if s.err != nil {
		s.err = within(part, s.err)
	}
}

// id takes a post id.
func (s *scanner) id() uint64 {
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		s.wrong(badRequest, "a post id")
		return 0
	}
	id, err := strconv.ParseUint(s.number(), 10, 64)
	if err != nil || id == 0 {
		s.fail(badRequest, "", "want a post id")
	}
	return id
}

// ttl takes a number of seconds.
func (s *scanner) ttl() time.Duration {
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		s.wrong(badRequest, "a number of seconds")
		return 0
	}
	seconds, err := strconv.ParseUint(s.number(), 10, 64)
	if err != nil || seconds > longestTTL {
		s.fail(badRequest, "", "want 0 to 315360000 seconds")
	}
	return time.Duration(seconds) * time.Second
}

func (s *scanner) bool() bool {
	switch s.peek() {
	case 't':
		s.word("true")
		return true
	case 'f':
		s.word("false")
		return false
	}
	s.wrong(badRequest, "true or false")
	return false
}

// text takes a string that is not a value.
func (s *scanner) text() string {
	if s.peek() != '"' {
		s.wrong(badRequest, "a string")
		return ""
	}
	return s.str()
}

// key takes a meta key.
func (s *scanner) key() string {
	key := s.text()
	if err := checkKey(key); err != nil && s.err == nil {
		s.err = err
	}
	return key
}

// checkKey refuses what wp_postmeta.meta_key cannot hold, and the one name in
// a post's hash that is not a meta key.
func checkKey(key string) error {
	switch {
	case key == "":
		return fail(badValue, "", "a meta key cannot be empty")
	case !utf8.ValidString(key):
		return fail(badValue, "", "a meta key must be valid UTF-8")
	case utf8.RuneCountInString(key) > 255:
		return fail(badValue, "", "a meta key has at most 255 characters")
	case key == appointment.LastUpdated:
		return fail(badValue, "", appointment.LastUpdated+" is reserved")
	}
	return nil
}

// clip keeps an error message short.
func clip(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "")
	}
	return s
}
