package httpapi

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// description is openapi.yaml, as JSON would have it, and its schemas.
type description struct {
	t       *testing.T
	root    map[string]any
	schemas *jsonschema.Compiler
}

const descriptionURL = "openapi.json"

func described(t *testing.T) description {
	t.Helper()
	var plain any
	if err := yaml.Unmarshal(openapi, &plain); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	d := description{t: t, root: root.(map[string]any), schemas: jsonschema.NewCompiler()}
	d.schemas.DefaultDraft(jsonschema.Draft2020) // OpenAPI 3.1's schemas are JSON Schema 2020-12
	d.schemas.AssertFormat()
	if err := d.schemas.AddResource(descriptionURL, root); err != nil {
		t.Fatal(err)
	}
	return d
}

// at follows names, and any $ref that it meets, from a part of the file.
func (d description) at(part any, names ...string) any {
	for _, name := range append([]string{""}, names...) {
		if name != "" {
			of, _ := part.(map[string]any)
			part = of[name]
		}
		of, _ := part.(map[string]any)
		if ref, ok := of["$ref"].(string); ok {
			part = d.at(d.root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
		}
	}
	return part
}

// operations are the operations of the file by "METHOD /path".
func (d description) operations() map[string]map[string]any {
	all := map[string]map[string]any{}
	for path, methods := range d.at(d.root, "paths").(map[string]any) {
		for method, operation := range methods.(map[string]any) {
			all[strings.ToUpper(method)+" "+path] = operation.(map[string]any)
		}
	}
	return all
}

// schema names the schema of a request's body, or of a reply's.
func (d description) schema(body any) *jsonschema.Schema {
	d.t.Helper()
	content, _ := d.at(body, "content", "application/json").(map[string]any)
	of, _ := content["schema"].(map[string]any)
	ref, ok := of["$ref"].(string)
	if !ok {
		d.t.Fatalf("no schema by name in %v", body)
	}
	schema, err := d.schemas.Compile(descriptionURL + ref)
	if err != nil {
		d.t.Fatal(err)
	}
	return schema
}

func (d description) reply(operation map[string]any, status string) *jsonschema.Schema {
	responses := operation["responses"].(map[string]any)
	if of, ok := responses[status]; ok {
		return d.schema(d.at(of))
	}
	return d.schema(d.at(responses["default"]))
}

var echoParam = regexp.MustCompile(`:(\w+)`)

// routed are the routes of the running API by "METHOD /path", as OpenAPI writes
// paths.
func routed(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, r := range newFakes().server(t).echo.Routes() {
		if r.Method != "OPTIONS" {
			all[r.Method+" "+echoParam.ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	return all
}

func asList(v any) []any { list, _ := v.([]any); return list }

func statusText(status int) string { b, _ := json.Marshal(status); return string(b) }

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}
