package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Problem is one thing that is wrong with one variable.
type Problem struct {
	Variable string
	Err      error
}

// Error begins with the variable.
func (p Problem) Error() string { return p.Variable + ": " + p.Err.Error() }

// Unwrap returns the cause.
func (p Problem) Unwrap() error { return p.Err }

// Load reads the configuration from an environment (os.Environ()) and from the
// wp-config.php that it may name. An empty variable counts as not set. The
// error joins one Problem for everything that is wrong; the Config is then
// still good for Dump, and for nothing else.
func Load(environ []string) (Config, error) {
	c, problems := load(environ)
	return c, join(problems)
}

// LoadClient is Load for somebody who only calls the API: it reports just the
// problems that stand in the way of that (address and token).
func LoadClient(environ []string) (Config, error) {
	c, problems := load(environ)
	return c, join(slices.DeleteFunc(problems, func(p Problem) bool {
		switch p.Variable {
		case "HOSPITAL_WP_CONFIG", "HOSPITAL_SIDECAR_ADDRESS", "HOSPITAL_LISTEN", "HOSPITAL_ALLOW_REMOTE", "HOSPITAL_TOKEN":
			return false
		}
		return true
	}))
}

func load(environ []string) (Config, []Problem) {
	in := gather(environ)
	c := Config{sources: in.sources, Warnings: in.warnings, ignored: in.ignored}
	err := env.ParseWithOptions(&c, env.Options{Environment: in.values})
	problems := append(in.problems, in.parseProblems(err)...)
	problems = append(problems, c.checkRanges()...)
	problems = append(problems, c.resolve()...)

	order := map[string]int{}
	for i, each := range settings() {
		order[each.name] = i
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(order[a.Variable], order[b.Variable]) })
	// The first problem of a variable is the cause of its others.
	return c, slices.CompactFunc(problems, func(a, b Problem) bool { return a.Variable == b.Variable })
}

func join(problems []Problem) error {
	var errs []error
	for _, problem := range problems {
		errs = append(errs, problem)
	}
	return errors.Join(errs...)
}

// input is what the sources say, before anything is parsed.
type input struct {
	values   map[string]string // variable -> value
	sources  map[string]string // variable -> where from
	warnings []string
	ignored  []string
	problems []Problem
	noWP     bool // wp-config.php was named and could not be read
}

func (in *input) problem(variable, format string, args ...any) {
	in.problems = append(in.problems, Problem{Variable: variable, Err: fmt.Errorf(format, args...)})
}

// gather lays the environment over wp-config.php.
func gather(environ []string) *input {
	in := &input{values: map[string]string{}, sources: map[string]string{}}
	environment := map[string]string{}
	for _, pair := range environ {
		if name, value, _ := strings.Cut(pair, "="); value != "" && strings.HasPrefix(name, "HOSPITAL_") {
			environment[name] = value
		}
	}
	var php wpConfig
	if path := environment["HOSPITAL_WP_CONFIG"]; path != "" {
		var err error
		if php, err = readWPConfig(path); err != nil {
			in.problem("HOSPITAL_WP_CONFIG", "%w", err)
			in.noWP = true
		}
		in.warnings = php.warnings
	}
	for _, each := range settings() {
		if !in.fromEnvironment(each, environment) {
			in.fromWPConfig(each, php)
		}
	}
	in.oneRedis()
	in.ignored = unknown(environment)
	return in
}

// fromEnvironment takes a setting from its variable or, for a secret, from the
// file that its _FILE variable names. It reports whether either is set.
func (in *input) fromEnvironment(each setting, environment map[string]string) bool {
	value, set := environment[each.name]
	path := environment[each.name+"_FILE"]
	if !each.secret || path == "" {
		if set {
			in.values[each.name], in.sources[each.name] = value, "environment"
		}
		return set
	}
	if set {
		in.problem(each.name, "both it and %s_FILE are set: set one", each.name)
		return true
	}
	content, err := os.ReadFile(path)
	value = strings.TrimRight(string(content), "\r\n")
	switch {
	case err != nil:
		in.problem(each.name, "read %s_FILE: %w", each.name, err)
	case value == "":
		in.problem(each.name, "%s_FILE: %s is empty", each.name, path)
	default:
		in.values[each.name], in.sources[each.name] = value, "file "+path
	}
	return true
}

func (in *input) fromWPConfig(each setting, php wpConfig) {
	for _, name := range each.wp {
		found, ok := php.constants[name]
		switch {
		case !ok:
			continue
		case found.why != "":
			in.problem(each.name, "%s gives %s by %s, which only PHP can evaluate: set %s in the environment", found.where, name, found.why, each.name)
		default:
			in.values[each.name], in.sources[each.name] = found.value, found.where
		}
		return
	}
}

// oneRedis settles what names the Redis: a later source's word beats both forms
// of an earlier one, and one source may not use both.
func (in *input) oneRedis() {
	const url, host = "HOSPITAL_REDIS_URL", "HOSPITAL_REDIS_HOST"
	if in.sources[url] == "" || in.sources[host] == "" {
		return
	}
	fromWP := func(name string) bool {
		return in.sources[name] != "environment" && !strings.HasPrefix(in.sources[name], "file ")
	}
	switch {
	case fromWP(url) == fromWP(host):
		in.problem(url, "both it and %s are set: set one", host)
	case fromWP(url):
		delete(in.values, url)
		delete(in.sources, url)
	default:
		delete(in.values, host)
		delete(in.sources, host)
	}
}
