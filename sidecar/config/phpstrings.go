package config

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

func isName(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}
func isQualified(c byte) bool { return c == '\\' || isName(c) }
func isNumber(c byte) bool    { return c == '.' || isName(c) }

// span is the length of the prefix whose bytes all match.
func span(s string, match func(byte) bool) int {
	for i := range len(s) {
		if !match(s[i]) {
			return i
		}
	}
	return len(s)
}

// until is the length up to and with stop, looked for from start on.
func until(s string, start int, stop string) int {
	if i := strings.Index(s[start:], stop); i >= 0 {
		return start + i + len(stop)
	}
	return len(s)
}

// lineEnd is where a line comment ends: before the line's end or a closing tag.
func lineEnd(s string) int {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	if i := strings.Index(s, "?>"); i >= 0 {
		return i
	}
	return len(s)
}

// closing is the length of the quoted string at the start of s, quotes
// included.
func closing(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(s)
}

// inside is a quoted string without its quotes; the last may be missing.
func inside(s string) string {
	return strings.TrimSuffix(s[1:], s[:1])
}

var heredocs = regexp.MustCompile(`^<<<[ \t]*["']?([A-Za-z_][A-Za-z0-9_]*)["']?\r?\n`)

// heredoc is the length of the heredoc or nowdoc at the start of s, or 0.
func heredoc(s string) int {
	start := heredocs.FindStringSubmatch(s)
	if start == nil {
		return 0
	}
	at := len(start[0])
	for at < len(s) {
		line := s[at:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		text := strings.TrimLeft(line, " \t")
		if rest, ok := strings.CutPrefix(text, start[1]); ok && span(rest, isName) == 0 {
			return at + len(line) - len(rest)
		}
		at += len(line)
	}
	return len(s)
}

// unescapeSingle knows the two escapes of '...'.
func unescapeSingle(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(s)
}

var escapes = regexp.MustCompile(`\\(?:[nrtvef\\$"]|[0-7]{1,3}|x[0-9A-Fa-f]{1,2}|u\{[0-9A-Fa-f]{1,8}\})`)

// unescapeDouble decodes "...". It is no literal if PHP would fill in a
// variable.
func unescapeDouble(s string) (value string, literal bool) {
	literal = true
	for i := 0; i+1 < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '$' && (s[i+1] == '{' || isName(s[i+1]) && (s[i+1] < '0' || s[i+1] > '9')),
			s[i] == '{' && s[i+1] == '$':
			literal = false
		}
	}
	return escapes.ReplaceAllStringFunc(s, unescape), literal
}

func unescape(escape string) string {
	simple := map[byte]string{'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", 'e': "\x1b", 'f': "\f", '\\': `\`, '$': "$", '"': `"`}
	if plain, ok := simple[escape[1]]; ok {
		return plain
	}
	switch escape[1] {
	case 'x':
		n, _ := strconv.ParseUint(escape[2:], 16, 8) // the pattern has checked it
		return string([]byte{byte(n)})
	case 'u':
		n, err := strconv.ParseUint(escape[3:len(escape)-1], 16, 32)
		if err != nil || n > utf8.MaxRune {
			return escape // PHP refuses the file
		}
		return string(rune(n))
	}
	n, _ := strconv.ParseUint(escape[1:], 8, 16)
	return string([]byte{byte(n)}) // as PHP: "\400" is "\000"
}
