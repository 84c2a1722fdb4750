package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"text/tabwriter"
)

// shown is one line of Dump.
type shown struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // masked if secret
	Source string `json:"source"`
}

func (c Config) shown() []shown {
	var list []shown
	value := reflect.ValueOf(c)
	for _, each := range settings() {
		list = append(list, shown{each.name, text(value.Field(each.index).Interface()), cmp.Or(c.sources[each.name], "default")})
	}
	return list
}

// Dump prints every setting with its effective value and where that is from,
// for people. Secrets are masked.
func (c Config) Dump() string {
	var out strings.Builder
	table := tabwriter.NewWriter(&out, 0, 8, 2, ' ', 0)
	for _, each := range c.shown() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", each.Name, printable(each.Value), printable(each.Source))
	}
	_ = table.Flush() // a strings.Builder does not fail
	for _, warning := range c.Ignored() {
		fmt.Fprintf(&out, "# %s\n", printable(warning))
	}
	for _, warning := range c.Warnings {
		fmt.Fprintf(&out, "# %s\n", printable(warning))
	}
	return out.String()
}

// Ignored lists, in words, the HOSPITAL_ variables that are no setting: perhaps
// somebody misspelled one.
func (c Config) Ignored() []string {
	var warnings []string
	for _, name := range c.ignored {
		warnings = append(warnings, name+" is not a setting of the sidecar: ignored")
	}
	return warnings
}

// DumpJSON is Dump for programs.
func (c Config) DumpJSON() ([]byte, error) {
	out, err := json.MarshalIndent(map[string]any{
		"settings": c.shown(),
		"ignored":  append([]string{}, c.ignored...),
		"warnings": append([]string{}, c.Warnings...),
	}, "", "  ")
	return append(out, '\n'), err
}

// printable quotes what would do something to a terminal.
func printable(s string) string {
	if quoted := strconv.Quote(s); strings.Contains(quoted, `\x`) || strings.Contains(quoted, `\u`) || strings.ContainsAny(s, "\a\b\f\n\r\t\v") {
		return quoted
	}
	return s
}
