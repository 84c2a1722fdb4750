package config

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// execute does what PHP certainly does with a simple statement.
func (f *phpFile) execute(s []token) {
	for len(s) > 0 && s[0].op("@") {
		s = s[1:]
	}
	// defined('X') or define('X', ...), and the like.
	for _, each := range []struct {
		word, op string
		when     truth
	}{{"or", "||", no}, {"and", "&&", yes}} {
		if i := topLevel(s, each.word, each.op); i > 0 {
			switch v := f.eval(s[:i]); v {
			case each.when:
				f.execute(s[i+1:])
			case unknowable:
				if s[0].word("define", "include", "include_once", "require", "require_once") {
					f.execute(s[:i]) // define(...) or die
					s = s[i:]
				}
				f.scan(s, true)
			}
			return
		}
	}
	switch {
	case len(s) < 2:
	case s[0].word("define") && wrapped(s[1:]) && len(s) > 5 && s[2].kind == str && s[3].op(","):
		value := s[4 : len(s)-1]
		if i := comma(value); i >= 0 { // the third argument, which nobody uses
			value = value[:i]
		}
		f.define(s[2].text, f.constant(s[2], value))
	case s[0].word("const"):
		f.constants(s[1:])
	case s[0].kind == dollar && s[0].text == "$table_prefix" && s[1].op("="):
		f.define("$table_prefix", f.constant(s[0], s[2:]))
	case s[0].word("include", "include_once", "require", "require_once"):
		f.follow(s, run)
	default:
		f.scan(s, !declares(s))
	}
}

// constants reads the list of a const statement.
func (f *phpFile) constants(s []token) {
	for len(s) > 2 && s[0].kind == word && s[1].op("=") {
		value := s[2:]
		i := comma(value)
		if i >= 0 {
			value = value[:i]
		}
		f.define(s[0].text, f.constant(s[0], value))
		if i < 0 {
			return
		}
		s = s[2+i+1:]
	}
}

// constant evaluates the value given to a name.
func (f *phpFile) constant(name token, value []token) constant {
	text, ok := literal(value)
	if !ok {
		return constant{where: f.where(name), why: describe(value)}
	}
	return constant{where: f.where(name), value: text}
}

// literal evaluates a literal the way it would be written in the environment.
func literal(s []token) (string, bool) {
	sign := ""
	if len(s) == 2 && s[0].op("-") && s[1].kind == numeral {
		sign, s = "-", s[1:]
	}
	if len(s) != 1 {
		return "", false
	}
	switch t := s[0]; {
	case t.kind == str:
		return t.text, true
	case t.kind == numeral:
		n, err := strconv.ParseInt(t.text, 0, 64)
		return sign + strconv.FormatInt(n, 10), err == nil
	case t.word("true"):
		return "true", true
	case t.word("false"):
		return "false", true
	case t.word("null"):
		return "", true
	}
	return "", false
}

// describe says in words why an expression is no literal.
func describe(s []token) string {
	for i, t := range s {
		switch {
		case t.op("?"), t.op("??"):
			return "a condition"
		case t.kind == word && i+1 < len(s) && s[i+1].op("("):
			return "a call of " + t.text + "()"
		case t.op("."):
			return "a concatenation"
		case t.kind == template:
			return "a string that PHP fills in"
		case t.kind == dollar:
			return "the variable " + t.text
		case t.kind == word && len(s) == 1:
			return "the constant " + t.text
		}
	}
	return "an expression"
}

// follow reads the include that s begins with.
func (f *phpFile) follow(s []token, m mode) {
	path, used := f.pathOf(s[1:])
	if strings.HasSuffix(path, "/wp-settings.php") {
		return // WordPress itself
	}
	if used > 0 && (used == len(s)-1 || m == maybe) {
		if !filepath.IsAbs(path) {
			path = filepath.Join(f.dir(), path) // the last place PHP looks
		}
		f.include(s[0], path, f.where(s[0]), m)
		return
	}
	if len(s) > 3 && s[1].word("ABSPATH") || len(s) > 4 && s[2].word("ABSPATH") {
		if i := slices.IndexFunc(s, func(t token) bool { return t.kind == str }); i >= 0 && strings.HasSuffix(s[i].text, "wp-settings.php") {
			return
		}
	}
	f.warn(f.where(s[0]), "cannot follow the include: its path is not a literal")
}

// pathOf evaluates the path that s begins with: literals, __DIR__ and
// dirname(), concatenated. used is 0 if it is anything else.
func (f *phpFile) pathOf(s []token) (path string, used int) {
	for used < len(s) {
		t, n := s[used], 1
		switch {
		case t.kind == str:
			path += t.text
		case t.word("__DIR__"):
			path += f.dir()
		case t.word("__FILE__"):
			path += f.path
		case t.op("("), t.word("dirname") && used+1 < len(s) && s[used+1].op("("):
			at := used
			if t.kind == word {
				at++
			}
			inner, size, ok := f.argument(s[at:], t.kind == word)
			if !ok {
				return "", 0
			}
			path, n = path+inner, at-used+size
		default:
			return "", 0
		}
		if used += n; used == len(s) || !s[used].op(".") {
			return path, used
		}
		used++
	}
	return "", 0
}

// argument evaluates a parenthesised path, or the arguments of dirname().
func (f *phpFile) argument(s []token, dirname bool) (path string, size int, ok bool) {
	s = s[:min(len(s), 100)] // longer is no path
	size = group(s)
	if size < 3 || !wrapped(s[:size]) {
		return "", 0, false
	}
	inner := s[1 : size-1]
	levels := 0
	if dirname {
		levels = 1
		if n := len(inner); n > 2 && inner[n-2].op(",") && inner[n-1].kind == numeral {
			levels, _ = strconv.Atoi(inner[n-1].text)
			inner = inner[:n-2]
		}
	}
	path, used := f.pathOf(inner)
	for range min(levels, 100) {
		path = filepath.Dir(path)
	}
	return path, size, used == len(inner) && used > 0
}
