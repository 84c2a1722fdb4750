package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that the README's promises name must be there.
func TestPromisesAreHeldByTestsThatExist(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "## Promises")
	promises, _, _ := strings.Cut(rest, "\n## ")
	var code strings.Builder
	err = filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, "Test.php") {
			return err
		}
		text, err := os.ReadFile(path)
		code.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\b(Test[A-Z]\w+|[A-Z]\w+Test)\b`).FindAllString(promises, -1)
	if len(names) < 9 {
		t.Fatalf("the promises name %d tests; want at least one each", len(names))
	}
	for _, name := range names {
		if !strings.Contains(code.String(), "func "+name+"(") && !strings.Contains(code.String(), "class "+name+" ") {
			t.Errorf("the README names %s, which is no test", name)
		}
	}
}
