package bench

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

const (
	readmeFile = "../../README.md"
	results    = "results" // beside this file
	fromReadme = "e2e/bench/" + results
)

// TestReadme holds README's section to the figures of the last published run,
// and to none where there are none. `make bench-readme` writes it.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	report, err := Read(results)
	if errors.Is(err, fs.ErrNotExist) {
		if _, there := section(readme); there || *update {
			t.Errorf("there are no figures in %s", results)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want, err := WithSection(readme, report.Markdown(fromReadme), "## More\n")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(readmeFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != readme {
		t.Error("README's performance section is not what the figures say: make bench-readme")
	}
	for _, c := range report.Charts {
		drawn, err := os.ReadFile(results + "/" + c.File())
		if err != nil || string(drawn) != string(c.SVG()) {
			t.Errorf("%s is not what the figures say: %v", c.File(), err)
		}
	}
}

func TestWithSection(t *testing.T) {
	made, err := WithSection("intro\n## More\nend\n", "one\n", "## More\n")
	if err != nil || made != "intro\n## Performance\n\n<!-- bench -->\none\n<!-- /bench -->\n\n## More\nend\n" {
		t.Errorf("made %q, %v", made, err)
	}
	again, err := WithSection(made, "two\n", "## More\n")
	if err != nil || again != strings.Replace(made, "one", "two", 1) {
		t.Errorf("replaced %q, %v", again, err)
	}
	if _, err := WithSection("intro\n", "one\n", "## More\n"); err == nil {
		t.Error("no error without the heading")
	}
}
