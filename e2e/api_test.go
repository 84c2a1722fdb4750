package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// reply is the sidecar's.
type reply struct {
	request string
	status  int
	body    string
	fields  map[string]any
}

// api calls the sidecar with the token; body "" is none.
func (c clinic) api(method, path, body string) reply {
	c.t.Helper()
	return c.apiWith(method, path, body, http.Header{"Authorization": {"Bearer " + c.Token}})
}

func (c clinic) apiWith(method, path, body string, header http.Header) reply {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.API+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	maps.Copy(request.Header, header)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	r := reply{request: method + " " + path, status: response.StatusCode, body: string(text)}
	_ = json.Unmarshal(text, &r.fields)
	return r
}

// code is the error's, "" for a success.
func (r reply) code() string {
	e, _ := r.fields["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

// want fails the test unless this is the answer.
func (r reply) want(t testing.TB, status int, code string) reply {
	t.Helper()
	if r.status != status || r.code() != code {
		t.Fatalf("%s: %d %s, want %d %q", r.request, r.status, r.body, status, code)
	}
	return r
}

// field is a member of the reply that is a text.
func (r reply) field(path ...string) string {
	at := any(r.fields)
	for _, name := range path {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	switch v := at.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// calls returns how often each route was asked since the sidecar started; what
// it refused is counted apart.
func (c clinic) calls() map[string]int {
	c.t.Helper()
	counts := map[string]int{}
	lines := bufio.NewScanner(strings.NewReader(c.api("GET", "/metrics", "").body))
	for lines.Scan() {
		labels, number, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "hospital_http_requests_total{"), "} ")
		_, route, found := strings.Cut(labels, `route="`)
		if !ok || !found || !strings.HasPrefix(lines.Text(), "hospital_http_requests_total") {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			c.t.Fatalf("metrics: %q", lines.Text())
		}
		route, _, _ = strings.Cut(route, `"`)
		if !strings.Contains(labels, `code="ok"`) {
			route += " refused"
		}
		counts[route] += n
	}
	return counts
}

// asked returns what do asked of the sidecar, by route.
func (c clinic) asked(do func()) map[string]int {
	c.t.Helper()
	before := c.calls()
	do()
	after := c.calls()
	for route, n := range before {
		if after[route] -= n; after[route] == 0 {
			delete(after, route)
		}
	}
	maps.DeleteFunc(after, func(_ string, n int) bool { return n == 0 })
	return after
}
