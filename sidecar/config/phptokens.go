package config

import (
	"slices"
	"strings"
)

// kind of a PHP token, as far as a wp-config.php needs them told apart.
type kind int

const (
	end    kind = iota // after the last token
	word               // keyword, constant, function; may hold backslashes
	dollar             // with its $
	numeral
	str      // a literal string, decoded
	template // a string that PHP would fill in, or a heredoc
	op
)

type token struct {
	kind kind
	text string
	line int
}

func (t token) op(text string) bool { return t.kind == op && t.text == text }

// word compares as PHP does keywords and functions: without case.
func (t token) word(names ...string) bool {
	return t.kind == word && slices.ContainsFunc(names, func(name string) bool {
		return strings.EqualFold(strings.TrimPrefix(t.text, `\`), name)
	})
}

// Operators of several characters that must not be taken for their parts.
var operators = []string{"===", "!==", "<=>", "...", "??=", "?->", "**=", "::", "->", "=>", "==", "!=", "||", "&&", ".=", "??", "+=", "-=", "|=", "&="}

// lexer cuts a PHP file into tokens. It never fails: what is not closed ends
// with the file.
type lexer struct {
	src    string
	at     int
	line   int
	tokens []token
}

func tokenize(src string) []token {
	l := &lexer{src: src, line: 1}
	l.html()
	for l.at < len(l.src) {
		l.next()
	}
	return l.tokens
}

// skip moves on by n bytes and counts lines.
func (l *lexer) skip(n int) string {
	text := l.src[l.at:min(l.at+n, len(l.src))]
	l.at += len(text)
	l.line += strings.Count(text, "\n")
	return text
}

func (l *lexer) add(k kind, text string, line int) {
	l.tokens = append(l.tokens, token{k, text, line})
}

// html skips to the next opening tag.
func (l *lexer) html() {
	for l.at < len(l.src) {
		i := strings.Index(l.src[l.at:], "<?")
		if i < 0 {
			l.skip(len(l.src))
			return
		}
		l.skip(i + 2)
		if rest := l.src[l.at:]; len(rest) >= 3 && strings.EqualFold(rest[:3], "php") {
			l.skip(3)
			return
		} else if strings.HasPrefix(rest, "=") {
			l.skip(1)
			return
		}
	}
}

func (l *lexer) next() {
	rest, line := l.src[l.at:], l.line
	switch c := rest[0]; {
	case strings.ContainsRune(" \t\r\n\v\f", rune(c)):
		l.skip(1)
	case c == '#', strings.HasPrefix(rest, "//"):
		// An attribute (#[...]) goes the same way: it decides nothing here.
		l.skip(lineEnd(rest))
	case strings.HasPrefix(rest, "/*"):
		l.skip(until(rest, 2, "*/"))
	case strings.HasPrefix(rest, "?>"):
		l.skip(2)
		l.add(op, ";", line)
		l.html()
	case c == '\'':
		n := closing(rest, '\'')
		l.add(str, unescapeSingle(inside(l.skip(n))), line)
	case c == '"':
		n := closing(rest, '"')
		value, literal := unescapeDouble(inside(l.skip(n)))
		l.add(map[bool]kind{true: str, false: template}[literal], value, line)
	case c == '`':
		l.skip(closing(rest, '`'))
		l.add(template, "", line)
	case strings.HasPrefix(rest, "<<<") && heredoc(rest) > 0:
		l.skip(heredoc(rest))
		l.add(template, "", line)
	case c == '$' && span(rest[1:], isName) > 0:
		l.add(dollar, l.skip(1+span(rest[1:], isName)), line)
	case c >= '0' && c <= '9':
		l.add(numeral, l.skip(span(rest, isNumber)), line)
	case isName(c) || c == '\\':
		l.add(word, l.skip(max(1, span(rest, isQualified))), line)
	default:
		l.add(op, l.skip(operator(rest)), line)
	}
}

func operator(rest string) int {
	for _, each := range operators {
		if strings.HasPrefix(rest, each) {
			return len(each)
		}
	}
	return 1
}
