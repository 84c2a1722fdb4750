package appointment

import (
	"fmt"
	"regexp"
	"strings"
)

// Types says which post types are offloaded and under which Redis key each
// lives, in the order configured. "{id}" in a pattern stands for the post.
type Types []Type

// Type is one offloaded post type.
type Type struct {
	Name    string // post_type, e.g. "hospital_appointment"
	Pattern string // e.g. "appointment:{id}"
}

// DefaultTypes are the post types the plugin registers by itself.
const DefaultTypes = "hospital_appointment=appointment:{id},hospital_doctor=doctor:{id}:availability"

var typeNames = regexp.MustCompile(`^[a-z0-9_-]{1,20}$`)
var patterns = regexp.MustCompile(`^[a-z][a-z0-9_-]*:\{id\}(:[a-z0-9_-]+)*$`)

// ParseTypes reads "type=pattern,type=pattern"; a type without a pattern is an
// appointment. The error names the part that is wrong.
func ParseTypes(s string) (Types, error) {
	var types Types
	for part := range strings.SplitSeq(s, ",") {
		name, pattern, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found {
			pattern = "appointment:{id}"
		}
		switch {
		case !typeNames.MatchString(name):
			return nil, fmt.Errorf("post type %q: want 1 to 20 of a-z, 0-9, _ and -", name)
		case !patterns.MatchString(pattern):
			return nil, fmt.Errorf("key pattern %q of post type %q: want a form like appointment:{id}", pattern, name)
		case strings.HasPrefix(pattern, "appointments:"), strings.HasPrefix(pattern, "site:"), strings.HasSuffix(pattern, ":dirty"):
			return nil, fmt.Errorf("key pattern %q of post type %q: the name is taken by the sidecar's own keys", pattern, name)
		}
		if _, ok := types.Pattern(name); ok {
			return nil, fmt.Errorf("post type %q: named twice", name)
		}
		types = append(types, Type{Name: name, Pattern: pattern})
	}
	return types, nil
}

// Pattern returns the key pattern of a post type.
func (t Types) Pattern(name string) (string, bool) {
	for _, each := range t {
		if each.Name == name {
			return each.Pattern, true
		}
	}
	return "", false
}

// Kind returns the post types whose pattern begins with kind + ":", such as
// "appointment" or "doctor".
func (t Types) Kind(kind string) []string {
	var names []string
	for _, each := range t {
		if strings.HasPrefix(each.Pattern, kind+":") {
			names = append(names, each.Name)
		}
	}
	return names
}

// Names returns the offloaded post types, in the order configured.
func (t Types) Names() []string {
	names := make([]string, len(t))
	for i, each := range t {
		names[i] = each.Name
	}
	return names
}
