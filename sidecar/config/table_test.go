package config

import (
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

var update = flag.Bool("update", false, "write the configuration table into README.md")

const (
	readme = "../../README.md"
	opened = "<!-- config -->"
	closed = "<!-- /config -->"
)

func TestReadmeHasTheConfigurationTable(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatalf("%v\nREADME.md has to hold this between %s and %s:\n%s", err, opened, closed, Table())
	}
	before, rest, ok := strings.Cut(string(text), opened)
	table, after, ok2 := strings.Cut(rest, closed)
	if !ok || !ok2 {
		t.Fatalf("README.md has no %s and %s; between them has to be:\n%s", opened, closed, Table())
	}
	if strings.TrimSpace(table) == strings.TrimSpace(Table()) {
		return
	}
	if !*update {
		t.Fatalf("the configuration table of README.md is not that of the code; `go test ./sidecar/config -update` writes it:\n%s", Table())
	}
	if err := os.WriteFile(readme, []byte(before+opened+"\n"+Table()+closed+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEverySetting(t *testing.T) {
	config := reflect.TypeFor[Config]()
	for _, each := range settings() {
		t.Run(each.name, func(t *testing.T) {
			if each.doc == "" || !strings.HasSuffix(each.doc, ".") || strings.Contains(each.doc, "|") {
				t.Error("its meaning is no sentence for a table")
			}
			if each.span == "" {
				return
			}
			low, high, err := bounds(each.span, config.Field(each.index).Type)
			if err != nil || low > high {
				t.Errorf("range %q: %v", each.span, err)
			}
		})
	}
	if c := must(t, minimum()); c.PostTypes != appointment.DefaultTypes {
		t.Errorf("default post types are %q", c.PostTypes)
	}
}
