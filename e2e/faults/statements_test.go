package faults

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What the code's expressions stand for in a statement, by how they end; all
// others are values.
var stands = []struct{ what, text string }{
	{".State()", "wp_hospital_sync_state"}, {".Fence()", "wp_hospital_sync_fence"}, {".Native()", "wp_hospital_native_write"},
	{".Notices()", "wp_hospital_sync_notice"}, {".Postmeta()", "wp_postmeta"}, {".Posts()", "wp_posts"}, {".Options()", "wp_options"},
	{"into", "INSERT INTO wp_postmeta"}, {"bear", "INSERT INTO wp_postmeta"}, {".insert", "INSERT IGNORE INTO "},
	{"dialect.nowait", ""}, {".update", " FOR UPDATE"}, {"how", " FOR UPDATE"}, {"dialect.share", " LOCK IN SHARE MODE"},
}

var (
	number = regexp.MustCompile(`\b\d+\b`)
	// changes is what changes or locks anything.
	changes = regexp.MustCompile(`(INSERT|INSERT IGNORE|REPLACE) INTO wp_|UPDATE wp_\w+ +SET|DELETE FROM wp_|CREATE TABLE|ALTER TABLE|DROP TABLE|(WHERE|ORDER BY) .*(FOR UPDATE|SHARE)`)
)

// written is an expression of the code as the statement, or the part of one,
// that it makes: each value is a question mark.
func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return written(e.X) + written(e.Y)
	case *ast.ParenExpr:
		return written(e.X)
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	}
	name := ""
	switch e := e.(type) {
	case *ast.CallExpr:
		if of, ok := e.Fun.(*ast.SelectorExpr); ok {
			name = "." + of.Sel.Name + "()"
		}
	case *ast.SelectorExpr:
		name = "." + e.Sel.Name
		if of, ok := e.X.(*ast.SelectorExpr); ok {
			name = of.Sel.Name + name
		}
	case *ast.Ident:
		name = e.Name
	}
	for _, each := range stands {
		if strings.HasSuffix(name, each.what) {
			return each.text
		}
	}
	return "?"
}

// spoken are the statements, and parts of some, that the sidecar's code has.
func spoken(t *testing.T) map[string]token.Position {
	t.Helper()
	all, set := map[string]token.Position{}, token.NewFileSet()
	err := filepath.WalkDir("../../sidecar", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			e, ok := node.(ast.Expr)
			if sum, is := node.(*ast.BinaryExpr); is && sum.Op != token.ADD {
				return true
			}
			_, literal := node.(*ast.BasicLit)
			if _, is := node.(*ast.BinaryExpr); ok && (is || literal) {
				all[number.ReplaceAllString(written(e), "?")] = set.Position(node.Pos())
				return literal // the whole sum is one
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPointsFollow: each statement by which a sidecar changes or locks anything
// has a crash point, and so has each script; and each point is still in the code.
func TestPointsFollow(t *testing.T) {
	all := spoken(t)
	said := func(text string) (of string) {
		text = number.ReplaceAllString(text, "?")
		for each := range all {
			if strings.Contains(each, text) {
				return each
			}
		}
		return ""
	}
	for _, p := range statements {
		for _, text := range []string{p.text, p.behind} {
			if text != "" && text[0] != commit[0] && said(text) == "" {
				t.Errorf("%s: no statement has %q any more", p.name, text)
			}
		}
	}
	for each, at := range all {
		if !changes.MatchString(each) {
			continue
		}
		found := false
		for _, p := range statements {
			text := number.ReplaceAllString(p.text, "?")
			found = found || strings.Contains(each, text) || strings.Contains(text, each)
		}
		if !found {
			t.Errorf("%s: no crash point is at %q", at, each)
		}
	}
	names := map[string]bool{}
	for _, p := range points(t) {
		name, isScript := strings.CutSuffix(p.name, ".lua")
		if names[name] = true; isScript {
			if _, listed := scripts[name]; !listed {
				t.Errorf("%s: say by what a sidecar is brought to send it", p.name)
			}
		}
	}
	for name := range scripts {
		if !names[name] {
			t.Errorf("there is no script %s any more", name)
		}
	}
	plugin := pluginText(t)
	for _, p := range takeOver {
		for _, text := range []string{p.text, p.behind} {
			if text = strings.TrimPrefix(text, "\x03"); !strings.Contains(plugin, text) {
				t.Errorf("%s: the plugin does not say %q any more", p.name, text)
			}
		}
	}
}

// pluginText is the plugin's code, with its tables named.
func pluginText(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../../wp-plugin/hospital-appointments-redis/includes/*.php")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	text := regexp.MustCompile(`' \. Site::table\( '(\w+)' \)`).ReplaceAllString(all.String(), "wp_hospital_$1")
	return strings.ReplaceAll(text, "$wpdb->postmeta", "wp_postmeta")
}
