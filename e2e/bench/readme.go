package bench

import (
	"errors"
	"strings"
)

// The section of README is between these lines.
const (
	sectionBegin = "<!-- bench -->\n"
	sectionEnd   = "<!-- /bench -->\n"
)

// section returns what stands between the marks, and whether they are there.
func section(readme string) (text string, there bool) {
	_, rest, begins := strings.Cut(readme, sectionBegin)
	text, _, ends := strings.Cut(rest, sectionEnd)
	return text, begins && ends
}

// WithSection returns README with this text between the marks; where there are
// none, with a section of its own before the one of the heading.
func WithSection(readme, text, before string) (string, error) {
	if old, there := section(readme); there {
		return strings.Replace(readme, sectionBegin+old+sectionEnd, sectionBegin+text+sectionEnd, 1), nil
	}
	head, tail, ok := strings.Cut(readme, before)
	if !ok {
		return "", errors.New("README has no heading " + strings.TrimSpace(before))
	}
	return head + "## Performance\n\n" + sectionBegin + text + sectionEnd + "\n" + before + tail, nil
}
