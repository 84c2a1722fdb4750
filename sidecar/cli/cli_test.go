package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

// golden is a file of e2e/golden: the truth about the wire.
type golden struct {
	Request struct {
		Method, Path string
		Headers      map[string]string
		Body         json.RawMessage
	}
	Response struct {
		Status int
		Body   json.RawMessage
	}
}

func readGolden(t testing.TB, name string) golden {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../e2e/golden", name+".json"))
	var g golden
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// answers makes a handler of golden files, asked in this order. It holds the
// requests to them, save for paging and the blog.
func answers(t testing.TB, names ...string) http.HandlerFunc {
	var next int
	t.Cleanup(func() {
		if next != len(names) {
			t.Errorf("%d of %d requests came", next, len(names))
		}
	})
	return func(w http.ResponseWriter, r *http.Request) {
		if next >= len(names) {
			t.Errorf("one request too many: %s %s", r.Method, r.URL)
			return
		}
		g := readGolden(t, names[next])
		next++
		path, _, _ := strings.Cut(g.Request.Path, "?")
		if r.Method != g.Request.Method || r.URL.EscapedPath() != path {
			t.Errorf("got %s %s, want %s %s", r.Method, r.URL.EscapedPath(), g.Request.Method, path)
		}
		if want := g.Request.Headers["Authorization"]; r.Header.Get("Authorization") != want {
			t.Errorf("%s: got Authorization %q, want %q", path, r.Header.Get("Authorization"), want)
		}
		var got, want any
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &got)
		_ = json.Unmarshal(g.Request.Body, &want)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got body %s, want %s", path, body, g.Request.Body)
		}
		w.WriteHeader(g.Response.Status)
		_, _ = w.Write(g.Response.Body)
	}
}

// says makes a handler that gives each path one answer.
func says(status int, bodies map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodies[r.URL.EscapedPath()]
		if !ok {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

type result struct {
	code        int
	out, errOut string
}

// runAgainst runs a command line against a handler.
func runAgainst(t testing.TB, handler http.Handler, line ...string) result {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	return runAt(t, "tcp", server.Listener.Addr().String(), line...)
}

func runAt(t testing.TB, network, address string, line ...string) result {
	t.Helper()
	token := func(context.Context) (string, error) { return "golden", nil }
	setup := Setup{
		Version: "1.2.3",
		Client: func() (*Client, error) {
			return &Client{Network: network, Address: address, Token: token, Actor: "ada"}, nil
		},
		Config: func(w io.Writer, asJSON bool) error {
			_, err := io.WriteString(w, map[bool]string{true: `{"settings":[]}`, false: "HOSPITAL_X  1\n"}[asJSON])
			return err
		},
	}
	return runWith(t, setup, line...)
}

func runWith(t testing.TB, setup Setup, line ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	code := Run(t.Context(), line, setup, &out, &errOut)
	for _, r := range out.String() + errOut.String() {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			t.Errorf("%v sends %q to the terminal", line, r)
		}
	}
	return result{code, out.String(), errOut.String()}
}

// want checks code and outputs; an output is wanted whole if it ends with a
// newline, else as a part.
func (r result) want(t testing.TB, code int, out, errOut string) {
	t.Helper()
	match := func(got, want string) bool {
		if want == "" || strings.HasSuffix(want, "\n") {
			return got == want
		}
		return strings.Contains(got, want)
	}
	if r.code != code || !match(r.out, out) || !match(r.errOut, errOut) {
		t.Errorf("got exit %d\n%s\n%s\nwant exit %d\n%s\n%s", r.code, r.out, r.errOut, code, out, errOut)
	}
}

func TestUsage(t *testing.T) {
	for _, line := range [][]string{
		{}, {"fly"}, {"status", "now"}, {"status", "--no-such-flag"}, {"flush", "--timeout", "soon"}, {"flush", "--blog", "0"},
		{"dead"}, {"dead", "bury"}, {"dead", "show", "123"}, {"dead", "show", "1", "2", "3"}, {"dead", "retry"}, {"dead", "retry", "1", "k", "--all"},
		{"dead", "discard", "1", "k"}, {"dead", "discard", "1", "k", "--reason", " "}, {"version", "2"}, {"config", "x"}, {"\x1b[2J"},
	} {
		t.Run(strings.Join(line, " ")+" is wrong usage", func(t *testing.T) {
			runAt(t, "tcp", "127.0.0.1:1", line...).want(t, 2, "", "hospital-sidecar status")
		})
	}
	for _, line := range [][]string{{"help"}, {"--help"}, {"status", "-h"}, {"dead", "--help"}, {"dead", "list", "--help"}} {
		t.Run(strings.Join(line, " ")+" prints help", func(t *testing.T) {
			runAt(t, "tcp", "127.0.0.1:1", line...).want(t, 0, help, "")
		})
	}
}

func TestVersionAndConfig(t *testing.T) {
	for line, want := range map[string]string{
		"version": "hospital-sidecar 1.2.3\n", "version --json": "{\n  \"version\": \"1.2.3\"\n}\n",
		"config": "HOSPITAL_X  1\n", "config --json": `{"settings":[]}`,
	} {
		t.Run(line, func(t *testing.T) {
			runAt(t, "tcp", "127.0.0.1:1", strings.Fields(line)...).want(t, 0, want, "")
		})
	}
	t.Run("config prints what it can along with the problems", func(t *testing.T) {
		setup := Setup{Config: func(w io.Writer, _ bool) error {
			_, err := io.WriteString(w, "HOSPITAL_X  1\n")
			return errors.Join(err, errors.New("HOSPITAL_Y: no"), errors.New("HOSPITAL_Z: no"))
		}}
		runWith(t, setup, "config").want(t, 1, "HOSPITAL_X  1\n", "hospital-sidecar: HOSPITAL_Y: no\nhospital-sidecar: HOSPITAL_Z: no\n")
	})
}

func TestProblems(t *testing.T) {
	t.Run("a configuration that gives no client is one", func(t *testing.T) {
		setup := Setup{Client: func() (*Client, error) { return nil, errors.New("HOSPITAL_LISTEN: no") }}
		for _, line := range [][]string{{"status"}, {"flush"}, {"dead", "list"}, {"dead", "show", "1", "k"}, {"dead", "retry", "1", "k"}, {"dead", "discard", "1", "k", "--reason", "r"}} {
			runWith(t, setup, line...).want(t, 1, "", "hospital-sidecar: HOSPITAL_LISTEN: no\n")
		}
	})
	t.Run("no sidecar is one, and names the address", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		_ = listener.Close()
		runAt(t, "tcp", address, "dead", "list").want(t, 1, "", "no sidecar answers at "+address)
		runAt(t, "tcp", address, "status", "--json").want(t, 1, "no sidecar answers at "+address, "")
	})
	t.Run("a token that cannot be had is one", func(t *testing.T) {
		setup := Setup{Client: func() (*Client, error) {
			return &Client{Network: "tcp", Address: "127.0.0.1:1", Token: func(context.Context) (string, error) { return "", errors.New("MySQL is away") }}, nil
		}}
		runWith(t, setup, "flush").want(t, 1, "", "hospital-sidecar: get the API's token: MySQL is away\n")
	})
	t.Run("a refusal is one, with its code and request id", func(t *testing.T) {
		refusal := string(readGolden(t, "error_unauthorized").Response.Body)
		handler := says(401, map[string]string{"/v1/dead-letters": refusal})
		runAgainst(t, handler, "dead", "list").want(t, 1, "", "hospital-sidecar: the token is missing or wrong (unauthorized, request golden)\n")
		runAgainst(t, handler, "dead", "list", "--json").want(t, 1, `"code": "unauthorized"`, "")
	})
	t.Run("an answer in another language is one", func(t *testing.T) {
		handler := says(200, map[string]string{"/v1/sync": "<html>", "/readyz": "<html>"})
		runAgainst(t, handler, "flush").want(t, 1, "", "does not speak this sidecar's API")
		runAgainst(t, handler, "status").want(t, 1, "", "does not speak this sidecar's API")
	})
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(answers(t, "readyz"))
	server.Listener = listener
	server.Start()
	defer server.Close()
	runAt(t, "unix", path, "status", "--ready").want(t, 0, "ready\n", "")
}
