// Package cli is the command line of the sidecar: a client of its API, for
// people and, with --json, for programs. It knows the API and nothing else;
// what it needs of the configuration it is given.
//
// Exit codes: 0 all right, 1 a problem, 2 wrong usage. With --json a problem is
// an object {"error": ...} on standard output. What comes from the API is never
// sent to a terminal raw: control characters are shown, not obeyed.
package cli
