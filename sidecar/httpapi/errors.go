package httpapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"hospital-appointments-redis/sidecar/appointment"
)

// Whether a request that failed may have written.
const (
	doneNo      = "no"      // it did not, and never will
	doneUnknown = "unknown" // it may have, or may still
)

// code is one row of the error table.
type code struct {
	name    string
	status  int
	done    string
	message string // for errors that bring no message of their own
	errs    []error
}

// The codes that handlers give themselves.
const (
	badJSON          = "bad_json"
	badRequest       = "bad_request"
	badValue         = "bad_value"
	bodyTooLarge     = "body_too_large"
	internal         = "internal"
	methodNotAllowed = "method_not_allowed"
	notFound         = "not_found"
	tooManyOps       = "too_many_ops"
	unauthorized     = "unauthorized"
	unknownType      = "unknown_type"
	valueTooLarge    = "value_too_large"
)

// codes is the whole of it: error to code, status and done. The first row that
// an error belongs to counts; what belongs to none is internal.
var codes = []code{
	{badJSON, 400, doneNo, "the body is not JSON", nil},
	{badRequest, 400, doneNo, "the id is neither a post id nor a slug", []error{appointment.ErrBadID}},
	{unauthorized, 401, doneNo, "the token is missing or wrong", nil},
	{notFound, 404, doneNo, "no such route", nil},
	{"unknown_post", 404, doneNo, "no such appointment", []error{appointment.ErrUnknownPost}},
	{"unknown_dead_letter", 404, doneNo, "no such dead letter", []error{appointment.ErrUnknownDeadLetter}},
	{"other_dead_letter", 409, doneNo, "that dead letter has made way for one of another write: look again", []error{appointment.ErrOtherDeadLetter}},
	{"nothing_to_write", 409, doneNo, "that dead letter has no value to write: give it one, or discard it", []error{appointment.ErrNothingToWrite}},
	{"foreign_keys", 409, doneNo, "the post's keys in Redis hold what no sidecar has put there: it waits until they are removed", []error{appointment.ErrForeignKeys}},
	{methodNotAllowed, 405, doneNo, "this route does not take that method", nil},
	{"native", 409, doneNo, "the site is in native mode: core writes", []error{appointment.ErrNative}},
	{"not_held", 409, doneNo, "the site is not held in native mode", []error{appointment.ErrNotHeld}},
	{"other_site", 409, doneNo, "this Redis belongs to another site", []error{appointment.ErrOtherSite}},
	{"newer_keys", 409, doneNo, "the keys in this Redis are a newer sidecar's", []error{appointment.ErrNewerKeys}},
	{bodyTooLarge, 413, doneNo, "the body is too large", nil},
	{valueTooLarge, 413, doneNo, "the value is too large", nil},
	{tooManyOps, 413, doneNo, "too many operations in one call", nil},
	{badValue, 422, doneNo, "not a value", nil},
	{unknownType, 422, doneNo, "this post type is not offloaded", nil},
	{"redis_unavailable", 503, doneUnknown, "Redis did not answer in time", []error{appointment.ErrUnknownOutcome}},
	{"redis_unavailable", 503, doneNo, "Redis is not available", []error{appointment.ErrRedisAway, appointment.ErrOtherRedis}},
	{"mysql_unavailable", 503, doneUnknown, "MySQL did not say whether it has committed", []error{appointment.ErrUnknownCommit}},
	{"mysql_unavailable", 503, doneNo, "MySQL is not available", []error{appointment.ErrMySQLAway}},
	{"post_locked", 503, doneNo, "somebody else's transaction holds the post's rows", []error{appointment.ErrPostLocked}},
	{"redis_full", 507, doneNo, "Redis is out of memory", []error{appointment.ErrRedisFull}},
	{"backlog_full", 507, doneNo, "too many writes wait for MySQL", []error{appointment.ErrBacklog}},
	{"deadline", 504, doneNo, "the deadline passed before anything was written", []error{appointment.ErrDeadline}},
	{"deadline", 504, doneUnknown, "the deadline passed", []error{context.DeadlineExceeded, context.Canceled}},
	{internal, 500, doneUnknown, "internal error; the sidecar's log has it", nil},
}

// failure is an error found in the request itself.
type failure struct {
	code    string
	field   string // which part, such as ops[0].post
	message string
}

func (f *failure) Error() string { return f.code + ": " + f.field + ": " + f.message }

// fail makes a failure; an empty message means the one of the table.
func fail(code, field, message string) error {
	return &failure{code: code, field: field, message: message}
}

// within puts the name of the enclosing part before a failure's field.
func within(outer string, err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return err
	}
	field := outer
	switch {
	case f.field == "":
	case f.field[0] == '[':
		field += f.field
	default:
		field += "." + f.field
	}
	return &failure{code: f.code, field: field, message: f.message}
}

// explain finds an error's row, and the message and field to answer with.
func explain(err error) (row code, message, field string) {
	var f *failure
	if errors.As(err, &f) {
		row = rowNamed(f.code)
		message, field = f.message, f.field
	} else {
		row = rowOf(err)
	}
	if message == "" {
		message = row.message
	}
	return row, message, field
}

func rowOf(err error) code {
	if echoed := (*echo.HTTPError)(nil); errors.As(err, &echoed) {
		return ofEcho(echoed.Code)
	}
	for _, row := range codes {
		for _, each := range row.errs {
			if errors.Is(err, each) {
				return row
			}
		}
	}
	return rowNamed(internal)
}

// ofEcho maps the errors that Echo's router makes.
func ofEcho(status int) code {
	switch status {
	case http.StatusNotFound:
		return rowNamed(notFound)
	case http.StatusMethodNotAllowed:
		return rowNamed(methodNotAllowed)
	case http.StatusRequestEntityTooLarge:
		return rowNamed(bodyTooLarge)
	}
	return rowNamed(internal)
}

func rowNamed(name string) code {
	for _, row := range codes {
		if row.name == name {
			return row
		}
	}
	return codes[len(codes)-1]
}
