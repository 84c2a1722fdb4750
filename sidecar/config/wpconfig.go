package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// wpConfig is what a wp-config.php says, as far as that can be known without
// running PHP.
type wpConfig struct {
	constants map[string]constant // by name; "$table_prefix" is one of them
	warnings  []string
}

// constant is one definition.
type constant struct {
	value string
	where string // file:line
	why   string // why the value cannot be known: "a call of getenv()"; else ""
	maybe bool   // whether it is defined cannot be known either
}

// readWPConfig reads a wp-config.php and what it includes: literals and plain
// includes only. It errs when the file cannot be read; what it does not
// understand it notes at the constant concerned, or as a warning.
func readWPConfig(path string) (wpConfig, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return wpConfig{}, err
	}
	r := &reader{found: wpConfig{constants: map[string]constant{}}, once: map[string]bool{}}
	if err := r.file(path, run); err != nil {
		return wpConfig{}, err
	}
	return r.found, nil
}

const (
	maxFile  = 4 << 20 // bytes of one file
	maxFiles = 200     // files in all
	maxDepth = 20      // files including each other
)

// reader carries what is known from one file to the next.
type reader struct {
	found  wpConfig
	once   map[string]bool // files read so far, for include_once
	files  int
	depth  int
	opaque bool // something that could not be followed may define anything
}

func (r *reader) file(path string, m mode) error {
	r.files++
	if r.files > maxFiles || r.depth >= maxDepth {
		return errors.New("includes too many files")
	}
	src, err := readSource(path)
	if err != nil {
		return err
	}
	// PHP's __DIR__ is that of the file a link leads to.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	r.once[path] = true
	r.depth++
	defer func() { r.depth-- }()
	f := &phpFile{reader: r, path: path, tokens: tokenize(src)}
	for f.more() {
		f.statement(m)
	}
	return nil
}

func readSource(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return "", err
	} else if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", path)
	}
	src, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if len(src) > maxFile {
		return "", fmt.Errorf("%s is larger than any wp-config.php", path)
	}
	return string(src), err
}

// include follows an include. What PHP would pass over in silence is passed
// over; what hides definitions from us is a warning.
func (r *reader) include(keyword token, path, where string, m mode) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if strings.HasSuffix(strings.ToLower(keyword.text), "_once") && r.once[path] {
		return
	}
	err := r.file(path, m)
	if err == nil || errors.Is(err, fs.ErrNotExist) && keyword.word("include", "include_once") {
		return
	}
	r.warn(where, "cannot follow the include: "+err.Error())
}

// warn notes that something could not be followed.
func (r *reader) warn(where, what string) {
	r.opaque = true
	r.found.warnings = append(r.found.warnings, where+": "+what)
}

// define notes a definition. The first of a constant counts, the last of a
// variable.
func (r *reader) define(name string, c constant) {
	old, ok := r.found.constants[name]
	if ok && !strings.HasPrefix(name, "$") {
		return
	}
	if c.maybe && ok {
		c.where = old.where + " and " + c.where
	}
	r.found.constants[name] = c
}

// defined answers PHP's defined() as far as it can.
func (r *reader) defined(name string) truth {
	c, ok := r.found.constants[name]
	switch {
	case name == "ABSPATH":
		return yes // WordPress loads us, not somebody else
	case ok && !c.maybe:
		return yes
	case !ok && !r.opaque && (strings.HasPrefix(name, "DB_") || strings.HasPrefix(name, "HOSPITAL_")):
		return no // nothing but a wp-config.php defines these
	}
	return unknowable
}
