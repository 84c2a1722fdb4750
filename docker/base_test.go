// Package docker_test holds the build scripts to what they say, without Docker:
// a program of that name in a PATH of its own plays it.
package docker_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakes are programs by name: what a shell script of that name does.
type fakes map[string]string

// base runs base.sh with only these programs and a few harmless real ones, and
// returns what it said and what it asked of docker.
func base(t *testing.T, programs fakes, environ ...string) (output string, asked []string, err error) {
	t.Helper()
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "asked")
	for _, real := range []string{"bash", "timeout", "sleep", "mktemp", "rm", "tail", "sed", "head", "cat"} {
		path, err := exec.LookPath(real)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, real)); err != nil {
			t.Fatal(err)
		}
	}
	for name, does := range programs {
		script := "#!" + filepath.Join(bin, "bash") + "\n"
		if name == "docker" {
			script += `echo "$*" >>"` + log + "\"\n"
		}
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script+does+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), filepath.Join(bin, "bash"), "base.sh", "trixie")
	command.Env = append([]string{"PATH=" + bin, "TMPDIR=" + t.TempDir()}, environ...)
	out, err := command.CombinedOutput()
	text, readErr := os.ReadFile(log)
	if readErr != nil {
		t.Fatalf("docker was not asked: %v\n%s", readErr, out)
	}
	return string(out), strings.Split(strings.TrimSpace(string(text)), "\n"), err
}

const (
	tag      = "hospital-appointments/base:trixie"
	noImage  = `if [ "$1" = image ]; then exit 1; fi` + "\n"
	noPull   = noImage + `if [ "$1" = pull ]; then exit 1; fi`
	inspect  = "image inspect " + tag
	pull     = "pull -q debian:trixie-slim"
	isRoot   = "echo 0"
	isNobody = "echo 1000"
)

func TestBase(t *testing.T) {
	for name, c := range map[string]struct {
		programs fakes
		environ  []string
		asked    []string
		said     string
		fails    bool
	}{
		"leaves an image that is there alone": {
			programs: fakes{"docker": "exit 0"}, asked: []string{inspect},
		},
		"takes the official image where a registry answers": {
			programs: fakes{"docker": noImage}, asked: []string{inspect, pull, "tag debian:trixie-slim " + tag},
			said: "base:trixie is the official debian:trixie-slim",
		},
		"needs a Debian where none answers": {
			programs: fakes{"docker": noPull}, asked: []string{inspect, pull}, fails: true,
			said: "needs a Debian machine, or a registry that has debian:trixie-slim",
		},
		"does not wait for a registry that is silent": {
			programs: fakes{"docker": noImage + `if [ "$1" = pull ]; then exec sleep 600; fi`}, environ: []string{"PULL_TIMEOUT=0.2"},
			asked: []string{inspect, pull}, said: "no registry answers", fails: true,
		},
		"needs root to make one": {
			programs: fakes{"docker": noPull, "apt-get": "exit 0", "id": isNobody},
			asked:    []string{inspect, pull}, said: "please run this as root: sudo base.sh trixie", fails: true,
		},
		"says what is missing when debootstrap cannot be installed": {
			programs: fakes{"docker": noPull, "apt-get": `[ "$1" = update ] || [ "$1" = indextargets ]`, "id": isRoot},
			asked:    []string{inspect, pull}, said: "please install the package debootstrap", fails: true,
		},
		"asks for a mirror where this machine's apt has none": {
			programs: fakes{"docker": noPull, "apt-get": "exit 0", "id": isRoot, "debootstrap": "exit 0"},
			asked:    []string{inspect, pull}, said: "set MIRROR to a Debian mirror", fails: true,
		},
		"makes one from the mirror that apt knows, and says why that failed": {
			programs: fakes{
				"docker": noPull, "id": isRoot, "apt-config": "exit 0", "debootstrap": `echo "E: no such suite at $5"; exit 1`,
				"apt-get": `echo "Debian|Debian|http://mirror.test/debian/"`,
			},
			asked: []string{inspect, pull}, said: "E: no such suite at http://mirror.test/debian/", fails: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			out, asked, err := base(t, c.programs, c.environ...)
			if (err != nil) != c.fails || !strings.Contains(out, c.said) {
				t.Errorf("%v, said %q; want %q", err, out, c.said)
			}
			if strings.Join(asked, "\n") != strings.Join(c.asked, "\n") {
				t.Errorf("asked docker for %q; want %q", asked, c.asked)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("took %s", took)
			}
		})
	}
}
