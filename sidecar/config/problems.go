package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// parseProblems turns the errors of env, which name Go fields, into ones that
// name the variable and what it wants.
func (in *input) parseProblems(err error) []Problem {
	var all env.AggregateError
	if err == nil {
		return nil
	}
	if !errors.As(err, &all) {
		return []Problem{{Variable: "configuration", Err: err}}
	}
	var problems []Problem
	for _, err := range all.Errors {
		var parse env.ParseError
		var empty env.EmptyVarError
		switch {
		case errors.As(err, &parse):
			problems = append(problems, in.parseProblem(parse))
		case errors.As(err, &empty):
			if !in.noWP { // else its absence is a consequence
				problems = append(problems, Problem{Variable: empty.Key, Err: in.missing(empty.Key)})
			}
		default:
			problems = append(problems, Problem{Variable: "configuration", Err: err})
		}
	}
	return problems
}

func (in *input) parseProblem(parse env.ParseError) Problem {
	list := settings()
	each := list[slices.IndexFunc(list, func(s setting) bool { return s.field == parse.Name })]
	want := map[reflect.Type]string{
		reflect.TypeFor[bool]():          "true or false",
		reflect.TypeFor[int]():           "a whole number",
		reflect.TypeFor[time.Duration](): "a duration such as 250ms or 10s",
		reflect.TypeFor[Size]():          "a size such as 16MiB",
		reflect.TypeFor[slog.Level]():    "debug, info, warn or error",
	}[parse.Type]
	return Problem{Variable: each.name, Err: fmt.Errorf("%q (%s) is not %s", in.values[each.name], in.sources[each.name], want)}
}

// missing says where a required setting could come from.
func (in *input) missing(variable string) error {
	list := settings()
	each := list[slices.IndexFunc(list, func(s setting) bool { return s.name == variable })]
	constant := each.wp[len(each.wp)-1]
	path := in.values["HOSPITAL_WP_CONFIG"]
	if path == "" {
		return fmt.Errorf("not set; set it, or HOSPITAL_WP_CONFIG to a wp-config.php that defines %s", constant)
	}
	err := fmt.Errorf("not set, and %s does not define %s", path, constant)
	if len(in.warnings) > 0 {
		err = fmt.Errorf("%w (%s)", err, strings.Join(in.warnings, "; "))
	}
	return err
}

// unknown lists the HOSPITAL_ variables that are no setting: a slip of the pen
// shows in Dump. Not an error, for others (Kubernetes' service links) use the
// prefix too.
func unknown(environment map[string]string) []string {
	known := map[string]bool{
		// These the plugin reads and the sidecar has no use for.
		"HOSPITAL_SIDECAR_CONNECT_TIMEOUT_MS": true,
		"HOSPITAL_EXCLUDED_META_KEYS":         true,
	}
	for _, each := range settings() {
		known[each.name] = true
		known[each.name+"_FILE"] = each.secret
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(environment)), func(name string) bool { return known[name] })
}
