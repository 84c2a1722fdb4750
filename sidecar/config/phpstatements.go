package config

import (
	"fmt"
	"path/filepath"
	"strings"
)

// mode says what reaching a statement means.
type mode int

const (
	run   mode = iota // PHP certainly executes it
	maybe             // nobody knows without running PHP
	skip              // PHP certainly does not
)

// under is the mode of a branch whose condition is v.
func (m mode) under(v truth) mode {
	switch {
	case m != run || v == yes:
		return m
	case v == no:
		return skip
	}
	return maybe
}

// phpFile walks the statements of one file.
type phpFile struct {
	*reader
	path   string
	tokens []token
	at     int
	nested int
}

func (f *phpFile) more() bool { return f.at < len(f.tokens) }

func (f *phpFile) peek() token {
	if f.at < len(f.tokens) {
		return f.tokens[f.at]
	}
	return token{}
}

// accept moves on over a token if it is one of these words.
func (f *phpFile) accept(words ...string) bool {
	ok := f.peek().word(words...)
	if ok {
		f.at++
	}
	return ok
}

func (f *phpFile) acceptOp(text string) bool {
	ok := f.peek().op(text)
	if ok {
		f.at++
	}
	return ok
}

func (f *phpFile) where(t token) string { return fmt.Sprintf("%s:%d", f.path, t.line) }

func (f *phpFile) dir() string { return filepath.Dir(f.path) }

// statement reads one statement. It always moves on.
func (f *phpFile) statement(m mode) {
	f.nested++
	defer func() { f.nested-- }()
	t := f.peek()
	switch {
	case f.nested > 100: // nobody's configuration
		f.scan(f.tokens[f.at:], true)
		f.at = len(f.tokens)
	case t.op(";"), t.op("}"):
		f.at++
	case t.op("{"):
		f.at++
		for f.more() && !f.acceptOp("}") {
			f.statement(m)
		}
	case t.word("if", "elseif"):
		f.ifStatement(m)
	case t.word("while", "for", "foreach", "switch", "declare"):
		f.loop(m)
	case t.word("return", "exit", "die", "__halt_compiler"):
		f.simple(m)
		if m == run {
			f.at = len(f.tokens)
		}
	default:
		f.simple(m)
	}
}

// body is a branch: one statement, or with the colon form everything up to one
// of the closing words, which stay unread.
func (f *phpFile) body(m mode, closers ...string) (colon bool) {
	if !f.acceptOp(":") {
		f.statement(m)
		return false
	}
	for f.more() && !f.peek().word(closers...) {
		f.statement(m)
	}
	return true
}

func (f *phpFile) ifStatement(m mode) {
	f.at++
	condition := f.parenthesis()
	v := unknowable
	if m == run {
		v = f.eval(condition)
		f.scan(condition, true) // it may include or define something itself
	}
	colon := f.body(m.under(v), "elseif", "else", "endif")
	rest := m.under(v.not())
	switch {
	case f.peek().word("elseif"):
		f.statement(rest)
		return // with its endif
	case f.accept("else"):
		f.body(rest, "endif")
	}
	if colon {
		f.accept("endif")
	}
}

// loop reads a statement whose body runs any number of times.
func (f *phpFile) loop(m mode) {
	keyword := f.peek()
	f.at++
	f.parenthesis()
	if m == run && !keyword.word("declare") {
		m = maybe
	}
	closer := "end" + strings.ToLower(keyword.text)
	if f.body(m, closer) {
		f.accept(closer)
	}
}

// parenthesis reads a parenthesised group and returns what is in it.
func (f *phpFile) parenthesis() []token {
	if !f.peek().op("(") {
		return nil
	}
	n := group(f.tokens[f.at:])
	inner := f.tokens[f.at+1 : f.at+n]
	f.at += n
	if len(inner) > 0 && inner[len(inner)-1].op(")") {
		inner = inner[:len(inner)-1]
	}
	return inner
}

// group is the length of the bracketed group that tokens begin with.
func group(tokens []token) int {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.op("("), t.op("["), t.op("{"):
			depth++
		case t.op(")"), t.op("]"), t.op("}"):
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(tokens)
}

// wrapped tells that s is one parenthesised group, closed.
func wrapped(s []token) bool {
	return len(s) > 1 && s[0].op("(") && s[len(s)-1].op(")") && group(s) == len(s)
}

// simple reads a statement that ends with a semicolon or, as functions and
// classes do, with its braces.
func (f *phpFile) simple(m mode) {
	start := f.at
	for f.more() && !f.peek().op(";") && !(f.peek().op("}") && f.at > start) {
		braces := f.peek().op("{")
		if braces || f.peek().op("(") || f.peek().op("[") {
			f.at += group(f.tokens[f.at:])
		} else {
			f.at++
		}
		if braces {
			break
		}
	}
	statement := f.tokens[start:f.at]
	f.acceptOp(";")
	switch m {
	case run:
		f.execute(statement)
	case maybe:
		f.scan(statement, !declares(statement))
	}
}

// declares tells functions and classes, whose bodies run when called.
func declares(statement []token) bool {
	return len(statement) > 1 && statement[0].word("function", "class", "abstract", "final", "readonly", "interface", "trait", "enum") && !statement[1].op("(")
}
