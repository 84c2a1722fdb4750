package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// truth is what can be known of a condition without running PHP.
type truth int

const (
	unknowable truth = iota
	yes
	no
)

func (v truth) not() truth {
	switch v {
	case yes:
		return no
	case no:
		return yes
	}
	return unknowable
}

// eval evaluates a condition: defined(), file_exists() and its kin, true,
// false, not, and, or.
func (f *phpFile) eval(s []token) truth {
	if len(s) == 0 || len(s) > 200 || topLevel(s, "xor", "?") >= 0 || topLevel(s, "", "??") >= 0 {
		return unknowable
	}
	// Loosest first, as PHP binds them.
	for _, each := range []struct {
		word, op string
		decides  truth
	}{{"or", "", yes}, {"and", "", no}, {"", "||", yes}, {"", "&&", no}} {
		if i := topLevel(s, each.word, each.op); i >= 0 {
			left, right := f.eval(s[:i]), f.eval(s[i+1:])
			switch {
			case left == each.decides || right == each.decides:
				return each.decides
			case left == unknowable || right == unknowable:
				return unknowable
			}
			return each.decides.not()
		}
	}
	switch {
	case s[0].op("!"):
		return f.eval(s[1:]).not()
	case wrapped(s):
		return f.eval(s[1 : len(s)-1])
	case len(s) == 1 && s[0].word("true"):
		return yes
	case len(s) == 1 && s[0].word("false"):
		return no
	case len(s) > 3 && wrapped(s[1:]):
		return f.call(s[0], s[2:len(s)-1])
	}
	return unknowable
}

func (f *phpFile) call(function token, arguments []token) truth {
	switch {
	case function.word("defined") && len(arguments) == 1 && arguments[0].kind == str:
		return f.defined(arguments[0].text)
	case function.word("file_exists", "is_file", "is_readable"):
		path, used := f.pathOf(arguments)
		if used == 0 || used < len(arguments) || !filepath.IsAbs(path) {
			return unknowable
		}
		_, err := os.Stat(path)
		switch {
		case err == nil:
			return yes
		case errors.Is(err, fs.ErrNotExist):
			return no
		}
	}
	return unknowable
}

// topLevel finds the first such word or operator outside brackets, or -1.
func topLevel(s []token, word, op string) int {
	depth := 0
	for i, t := range s {
		switch {
		case t.op("("), t.op("["), t.op("{"):
			depth++
		case t.op(")"), t.op("]"), t.op("}"):
			depth--
		case depth == 0 && (word != "" && t.word(word) || op != "" && t.op(op)):
			return i
		}
	}
	return -1
}

func comma(s []token) int { return topLevel(s, "", ",") }

// scan looks through what cannot be understood, and marks what it might define
// as unknowable. follow: includes in it might run as well.
func (f *phpFile) scan(s []token, follow bool) {
	for i, t := range s {
		rest := s[i:]
		member := i > 0 && (s[i-1].op("::") || s[i-1].op("->") || s[i-1].op("?->") || s[i-1].word("function"))
		switch {
		case t.word("define") && !member && len(rest) > 3 && rest[1].op("("):
			if rest[2].kind == str && rest[3].op(",") {
				f.unsure(rest[2].text, t)
			} else {
				f.warn(f.where(t), "cannot follow define(): the name is not a literal")
			}
		case t.word("eval") && !member && len(rest) > 1 && rest[1].op("("):
			f.warn(f.where(t), "cannot follow eval()")
		case !follow: // the rest is about what runs where it stands
		case t.kind == dollar && t.text == "$table_prefix" && len(rest) > 1 && (rest[1].op("=") || rest[1].op(".=") || rest[1].op("??=")):
			f.unsure("$table_prefix", t)
		case t.kind == dollar && t.text == "$GLOBALS" && len(rest) > 4 && rest[2].text == "table_prefix" && rest[4].op("="):
			f.unsure("$table_prefix", t)
		case t.word("include", "include_once", "require", "require_once") && !member && len(rest) > 1:
			f.follow(rest, maybe)
		}
	}
}

func (f *phpFile) unsure(name string, at token) {
	f.define(name, constant{where: f.where(at), why: "code that may or may not run", maybe: true})
}
