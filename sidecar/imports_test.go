package main

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const ours = "hospital-appointments-redis/"

// arrows is the import map: each room, and the rooms of ours that it imports.
// Every room may use appointment, the domain; only main knows them all.
var arrows = map[string][]string{
	"sidecar": {
		"sidecar/appointment", "sidecar/cli", "sidecar/config", "sidecar/httpapi", "sidecar/notify", "sidecar/ownership",
		"sidecar/postmeta", "sidecar/redisstore", "sidecar/syncer", "sidecar/verify",
	},
	"sidecar/appointment": {},
	"sidecar/cli":         {"sidecar/appointment"},
	"sidecar/config":      {"sidecar/appointment"},
	"sidecar/httpapi":     {"sidecar/appointment"},
	"sidecar/notify":      {"sidecar/appointment"},
	"sidecar/ownership":   {"sidecar/appointment"},
	"sidecar/postmeta":    {"sidecar/appointment"},
	"sidecar/redisstore":  {"sidecar/appointment"},
	"sidecar/syncer":      {"sidecar/appointment"},
	"sidecar/verify":      {"sidecar/appointment"},
	"e2e":                 {"sidecar/appointment", "e2e/containers"},
	"e2e/bench":           {"sidecar/appointment", "e2e/containers"},
	"e2e/bench/empty":     {},
	"e2e/containers":      {},
	"e2e/demo":            {"sidecar/appointment"},
	"e2e/differential":    {"e2e/containers"},
	"e2e/faults":          {"e2e/containers"},
	"e2e/model":           {},
	"docker":              {},
}

// exclusive: who else's packages belong to which rooms, by the beginning of
// their paths. The first that fits counts. What is named by nobody is unknown.
var exclusive = []struct {
	path  string
	rooms []string
}{
	{"github.com/labstack/echo/", []string{"sidecar/httpapi", "e2e/bench/empty"}},
	{"github.com/redis/go-redis/", []string{"sidecar/redisstore", "sidecar/config", "e2e/containers"}},
	{"github.com/go-sql-driver/mysql", []string{"sidecar", "sidecar/postmeta", "sidecar/ownership", "sidecar/config", "e2e/containers"}},
	{"github.com/caarlos0/env/", []string{"sidecar/config"}},
	{"github.com/prometheus/client_golang/", []string{"sidecar", "sidecar/httpapi"}},
	{"github.com/santhosh-tekuri/jsonschema/", nil},
	{"go.yaml.in/yaml/", nil},
	{"github.com/anishathalye/porcupine", []string{"e2e/faults"}},
	{"github.com/ory/dockertest/", []string{"e2e/containers"}},
	{"golang.org/x/sys/", []string{"sidecar/httpapi", "sidecar/ownership", "e2e/faults"}},
	{"golang.org/x/sync/", []string{"sidecar", "e2e", "e2e/bench", "e2e/demo"}},
}

type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// packages asks the go command for every package of the module.
func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "../...")
	output, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p pkg
		if err := decoder.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// misplaced says in words what is wrong with one import; "" when nothing is.
func misplaced(room, path string) string {
	if rest, ok := strings.CutPrefix(path, ours); ok {
		if !slices.Contains(arrows[room], rest) {
			return room + " imports " + rest + ": no such arrow in the import map"
		}
		return ""
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for _, each := range exclusive {
		if strings.HasPrefix(path, each.path) {
			if !slices.Contains(each.rooms, room) {
				return room + " imports " + path + ": that lives in " + strings.Join(each.rooms, ", ")
			}
			return ""
		}
	}
	return room + " imports " + path + ": nobody's in the import map"
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, ours)
		t.Run(room, func(t *testing.T) {
			if _, known := arrows[room]; !known {
				t.Fatalf("%s is no room of the import map", room)
			}
			for _, path := range p.Imports {
				if wrong := misplaced(room, path); wrong != "" {
					t.Error(wrong)
				}
			}
			for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
				if strings.HasPrefix(path, "github.com/ory/dockertest/") && room != "e2e/containers" {
					t.Errorf("the tests of %s import %s: that lives in e2e/containers", room, path)
				}
			}
		})
	}
}

func TestTheImportMap(t *testing.T) {
	for name, c := range map[string]struct{ room, path, want string }{
		"refuses an arrow between two rooms":            {"sidecar/httpapi", ours + "sidecar/redisstore", "no such arrow"},
		"refuses an arrow back to main's wiring":        {"sidecar/appointment", ours + "sidecar/config", "no such arrow"},
		"refuses a package in a room that is not its":   {"sidecar/syncer", "github.com/redis/go-redis/v9", "lives in sidecar/redisstore"},
		"refuses Echo outside of httpapi":               {"sidecar", "github.com/labstack/echo/v4", "lives in sidecar/httpapi"},
		"refuses a package that nobody has named":       {"sidecar/httpapi", "github.com/somebody/util", "nobody's"},
		"takes the standard library and the domain":     {"sidecar/httpapi", "net/http", ""},
		"takes appointment in any room of the sidecar":  {"sidecar/cli", ours + "sidecar/appointment", ""},
		"refuses dockertest in anything but containers": {"e2e", "github.com/ory/dockertest/v3", "lives in e2e/containers"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := misplaced(c.room, c.path); !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
				t.Errorf("%q; want %q", got, c.want)
			}
		})
	}
}
