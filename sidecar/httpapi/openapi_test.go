package httpapi

import (
	"bytes"
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheDescriptionNamesEveryRouteAndNoOther(t *testing.T) {
	operations, routes := described(t).operations(), routed(t)
	for route := range routes {
		if operations[route] == nil {
			t.Errorf("%s is not in openapi.yaml", route)
		}
	}
	for operation := range operations {
		if !routes[operation] {
			t.Errorf("openapi.yaml has %s, which is no route", operation)
		}
	}
	w := httptest.NewRecorder()
	newFakes().server(t).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.yaml", nil))
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), openapi) {
		t.Errorf("GET /openapi.yaml: %d", w.Code)
	}
}

func TestTheDescriptionHoldsTogether(t *testing.T) {
	d := described(t)
	seen := map[string]string{}
	for name, operation := range d.operations() {
		id, _ := operation["operationId"].(string)
		if id == "" || seen[id] != "" {
			t.Errorf("%s: operationId %q, also of %q", name, id, seen[id])
		}
		seen[id] = name
		var inPath []string
		for _, each := range asList(operation["parameters"]) {
			p, _ := d.at(each).(map[string]any)
			if p == nil || p["schema"] == nil {
				t.Errorf("%s: parameter %v is nowhere", name, each)
			} else if p["in"] == "path" {
				inPath = append(inPath, "{"+p["name"].(string)+"}")
			}
		}
		want := regexp.MustCompile(`\{\w+\}`).FindAllString(name, -1)
		if slices.Sort(inPath); !slices.Equal(slices.Sorted(slices.Values(want)), inPath) {
			t.Errorf("%s: its path parameters are %v", name, inPath)
		}
	}
	var open []string
	for _, r := range newFakes().server(t).routes() {
		name := r.method + " " + echoParam.ReplaceAllString(r.path, "{$1}")
		if security, given := d.operations()[name]["security"]; given != r.open {
			t.Errorf("%s: security %v; open is %v", name, security, r.open)
		}
		if r.open {
			open = append(open, name)
		}
	}
	if len(open) != 2 {
		t.Errorf("open routes: %v", open)
	}
	for name := range d.at(d.root, "components", "schemas").(map[string]any) {
		if _, err := d.schemas.Compile(descriptionURL + "#/components/schemas/" + name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
}

func TestTheDescriptionNamesEveryErrorCode(t *testing.T) {
	d := described(t)
	var named, have []string
	for _, each := range d.at(d.root, "components", "schemas", "Error", "properties", "error", "properties", "code", "enum").([]any) {
		named = append(named, each.(string))
	}
	for _, row := range codes {
		have = append(have, row.name)
	}
	if a, b := slices.Compact(slices.Sorted(slices.Values(named))), slices.Compact(slices.Sorted(slices.Values(have))); !slices.Equal(a, b) {
		t.Errorf("openapi.yaml has the codes %v; the API %v", a, b)
	}
}

// exchange finds a golden request's operation; nil for a route that is none.
func (d description) exchange(g golden) map[string]any {
	s := newFakes().server(d.t)
	path, _, _ := strings.Cut(g.Request.Path, "?")
	c := s.echo.NewContext(g.request(), nil)
	s.echo.Router().Find(g.Request.Method, path, c)
	return d.operations()[g.Request.Method+" "+echoParam.ReplaceAllString(c.Path(), "{$1}")]
}

func TestEveryGoldenExchangeIsAsDescribed(t *testing.T) {
	d := described(t)
	undescribed := 0
	for _, g := range goldenFiles(t) {
		operation := d.exchange(g)
		if operation == nil {
			undescribed++ // a route or a method that is not there
			continue
		}
		t.Run(g.Name, func(t *testing.T) {
			d := description{t: t, root: d.root, schemas: d.schemas}
			reply := d.reply(operation, statusText(g.Response.Status))
			if err := reply.Validate(decoded(t, g.Response.Body)); err != nil {
				t.Errorf("the reply: %v", err)
			}
			if g.Response.Status == 200 {
				d.requested(g, operation)
			}
			surprise := decoded(t, g.Response.Body).(map[string]any)
			surprise["surprise"] = true
			if reply.Validate(surprise) == nil {
				t.Error("a reply with a member that nobody described is valid: the schema checks nothing")
			}
			delete(surprise, "surprise")
			delete(surprise, "request_id")
			if reply.Validate(surprise) == nil {
				t.Error("a reply without request_id is valid")
			}
		})
	}
	if undescribed > 2 {
		t.Errorf("%d golden exchanges have no operation", undescribed)
	}
}

// requested holds a request that was taken to its description: body, query,
// headers of ours.
func (d description) requested(g golden, operation map[string]any) {
	t := d.t
	if g.Request.Body != nil {
		if err := d.schema(d.at(operation["requestBody"])).Validate(decoded(t, g.Request.Body)); err != nil {
			t.Errorf("the request: %v", err)
		}
	} else if required, _ := d.at(operation["requestBody"], "required").(bool); required {
		t.Error("the API takes the call without a body")
	}
	names := map[string]bool{}
	for _, each := range asList(operation["parameters"]) {
		names[d.at(each, "name").(string)] = true
	}
	given := slices.Collect(maps.Keys(g.Request.Headers))
	for name := range g.request().URL.Query() {
		given = append(given, name)
	}
	for _, name := range given {
		if name != "Authorization" && name != "Content-Type" && !names[name] {
			t.Errorf("the parameter %s is not described", name)
		}
	}
}
