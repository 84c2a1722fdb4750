package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// Report is one run of the bench.
type Report struct {
	Machine  string   `json:"machine"`
	Software string   `json:"software"`
	Date     string   `json:"date"`
	Command  string   `json:"command"`
	Busy     string   `json:"busy,omitempty"` // who else used the machine, if anybody
	Rounds   int      `json:"rounds"`
	Seconds  float64  `json:"seconds"`
	Figures  []Figure `json:"figures"`
	Charts   []Chart  `json:"charts"`
}

// Print writes the table for a terminal.
func (r Report) Print(w io.Writer) error {
	fmt.Fprintf(w, "\n%s\n%s\n%s, %d rounds, %.0f s\n", r.Machine, r.Software, r.Date, r.Rounds, r.Seconds)
	if r.Busy != "" {
		fmt.Fprintf(w, "NOT A QUIET MACHINE: %s\n", r.Busy)
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "question\twhat\tmedian (spread)\tmust be\t")
	r.lines(t, "%s\t%s\t%s\t%s\t%s\n")
	return t.Flush()
}

// Files are the names that Write uses.
const jsonFile = "bench.json"

// Write leaves the figures and one chart a file in dir.
func (r Report) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, jsonFile), append(text, '\n'), 0o644); err != nil {
		return err
	}
	for _, c := range r.Charts {
		if err := os.WriteFile(filepath.Join(dir, c.File()), c.SVG(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Read returns what Write left in dir.
func Read(dir string) (Report, error) {
	var r Report
	text, err := os.ReadFile(filepath.Join(dir, jsonFile))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// Markdown is README's section: the machine and how to repeat it, the charts in
// dir, and the table, folded.
func (r Report) Markdown(dir string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured %s by `%s`, medians of %d rounds with their spread, on: %s. %s.\n", r.Date, r.Command, r.Rounds, r.Machine, r.Software)
	if r.Busy != "" {
		fmt.Fprintf(&b, "\n**Not a quiet machine**: %s.\n", r.Busy)
	}
	b.WriteString("\n")
	for _, c := range r.Charts {
		fmt.Fprintf(&b, "![%s](%s/%s)\n", c.Title, dir, c.File())
	}
	b.WriteString("\n<details><summary>Every figure, beside what we ask of ourselves</summary>\n\n| question | what | measured | must be | |\n|---|---|---|---|---|\n")
	r.lines(&b, "| %s | %s | %s | %s | %s |\n")
	b.WriteString("\n</details>\n")
	return b.String()
}

// lines writes a line for each figure: question, unless it is that of the line
// before, what, value, bound and verdict.
func (r Report) lines(w io.Writer, format string) {
	question := ""
	for _, f := range r.Figures {
		name := f.Question
		if name == question {
			name = ""
		}
		question = f.Question
		verdict := f.Verdict()
		if f.Note != "" {
			verdict += "; " + f.Note
		}
		fmt.Fprintf(w, format, name, f.What, f.Value(), f.Bound(), verdict)
	}
}
