// Package httpapi is the sidecar's HTTP API, version 1. Echo lives here and
// nowhere else.
//
// A request goes one way: the route table, then call.go (request id, token,
// blog, deadline, body), then a handler, which decodes strictly, asks an
// interface declared in deps.go, and appends its reply; then call.go again
// (error to code, status and done; log; metrics).
//
// The contract of an answer: whatever goes wrong, the body is one JSON object
// with a stable code, and `done` says whether the request may have written:
// "no" is a promise that it did not and never will, on which the plugin lets
// WordPress core write at once. Nothing is asked of the interfaces before the
// whole request has been read and found good, so bad input has no side effect.
//
// Values are bytes: a JSON string when they are valid UTF-8, else
// {"b64":"..."}. They appear in replies and never in logs or metrics.
package httpapi
