package main

import (
	"runtime/debug"
	"slices"
	"strings"
)

// A sidecar's heap is a few MiB of which little outlives its request: with Go's
// default it would be swept many times a second under load. So garbage
// may grow to four times what is in use, until that is much.
const (
	garbage = 400       // per cent of what is in use
	much    = 128 << 20 // bytes
)

// collectLess says so to Go, unless the environment does by Go's own variables.
func collectLess(environ []string) {
	given := func(name string) bool {
		return slices.ContainsFunc(environ, func(each string) bool { return strings.HasPrefix(each, name+"=") })
	}
	if !given("GOGC") {
		debug.SetGCPercent(garbage)
	}
	if !given("GOMEMLIMIT") {
		debug.SetMemoryLimit(much)
	}
}
