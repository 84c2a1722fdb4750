package httpapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answer is what a test looks at of a reply.
type answer struct {
	status int
	body   map[string]any
	header http.Header
	Error  struct{ Code, Field, Message string }
	Done   string
}

// ask sends one request with the right token.
func ask(t testing.TB, s http.Handler, method, path, body string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer golden")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return send(t, s, r)
}

func send(t testing.TB, s http.Handler, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	a := answer{status: w.Code, header: w.Result().Header}
	if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
		t.Fatalf("%s %s: not JSON: %q", r.Method, r.URL, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

const anAppointment, aDoctor = "/v1/appointments/123", "/v1/doctors/7/availability"

// theOp is a request to write with one operation: the members given, after
// those of a good one.
func theOp(members string) string {
	return `{"ops":[{"post":123,"type":"hospital_appointment","key":"status",` + members + `}]}`
}

func aKey(key string) string {
	return `{"ops":[{"post":123,"type":"hospital_appointment","value":"x","key":` + key + `}]}`
}

func aPost(id string) string {
	return `{"ops":[{"type":"hospital_appointment","key":"status","value":"x","post":` + id + `}]}`
}

type bad struct {
	name, method, path, body string
	code, field              string
}

func badBodies() []bad {
	long := strings.Repeat("é", 256)
	return []bad{
		{"no body", "POST", "/v1/write", ``, badJSON, ""},
		{"no JSON", "POST", "/v1/write", `ops`, badJSON, ""},
		{"a bare word", "PUT", anAppointment, `{"fields":{"status":confirmed}}`, badJSON, "fields.status"},
		{"a misspelt word", "PUT", anAppointment, `{"fields":{"status":tru}}`, badJSON, "fields.status"},
		{"a number cut short", "PUT", anAppointment, `{"fields":{"status":1.}}`, badJSON, "fields.status"},
		{"an array", "POST", "/v1/write", `[]`, badRequest, ""},
		{"half an object", "POST", "/v1/write", `{"ops":[`, badJSON, "ops[0]"},
		{"half a string", "POST", "/v1/write", strings.TrimSuffix(theOp(`"value":"x`), `}]}`), badJSON, "ops[0].value"},
		{"invalid UTF-8", "POST", "/v1/write", theOp("\"value\":\"\xff\""), badJSON, ""},
		{"an encoded surrogate", "POST", "/v1/write", theOp("\"value\":\"\xed\xa0\x80\""), badJSON, ""},
		{"a lone high surrogate", "POST", "/v1/write", theOp(`"value":"\ud83dx"`), badJSON, "ops[0].value"},
		{"a lone low surrogate", "POST", "/v1/write", theOp(`"value":"\ude00"`), badJSON, "ops[0].value"},
		{"two high surrogates", "POST", "/v1/write", theOp(`"value":"\ud83d\ud83d"`), badJSON, "ops[0].value"},
		{"a bad escape", "POST", "/v1/write", theOp(`"value":"\x"`), badJSON, "ops[0].value"},
		{"a raw newline", "POST", "/v1/write", theOp("\"value\":\"\n\""), badJSON, "ops[0].value"},
		{"an unknown field", "POST", "/v1/write", theOp(`"value":"x","meta_id":3`), badJSON, "ops[0]"},
		{"an unknown field outside", "POST", "/v1/write", `{"ops":[],"force":true}`, badJSON, ""},
		{"trailing data", "POST", "/v1/write", theOp(`"value":"x"`) + `{}`, badJSON, ""},
		{"a trailing comma", "POST", "/v1/write", theOp(`"value":"x",`), badJSON, "ops[0]"},
		{"a member twice", "POST", "/v1/write", theOp(`"value":"x","value":"y"`), badJSON, "ops[0].value"},
		{"a field twice", "PUT", anAppointment, `{"fields":{"status":"a","status":"b"}}`, badJSON, "fields.status"},
		{"a type twice", "POST", "/v1/dirty", `{"posts":{"hospital_doctor":[7],"hospital_doctor":[8]}}`, badJSON, "posts.hospital_doctor"},
		{"a leading zero", "PUT", anAppointment, `{"fields":{"status":05}}`, badJSON, "fields.status"},

		{"no ops", "POST", "/v1/write", `{}`, badRequest, "ops"},
		{"empty ops", "POST", "/v1/write", `{"ops":[]}`, badRequest, "ops"},
		{"no value", "POST", "/v1/write", theOp(`"row":"x"`), badRequest, "ops[0].value"},
		{"no post", "POST", "/v1/write", `{"ops":[{"type":"hospital_doctor","key":"room","value":"x"}]}`, badRequest, "ops[0].post"},
		{"a value and delete", "POST", "/v1/write", theOp(`"value":"x","delete":true`), badRequest, "ops[0].value"},
		{"a slug", "POST", "/v1/write", aPost(`"appt_12345"`), badRequest, "ops[0].post"},
		{"post 0", "POST", "/v1/write", aPost(`0`), badRequest, "ops[0].post"},
		{"post -1", "POST", "/v1/write", aPost(`-1`), badRequest, "ops[0].post"},
		{"post 1.5", "POST", "/v1/write", aPost(`1.5`), badRequest, "ops[0].post"},
		{"post null", "POST", "/v1/write", aPost(`null`), badRequest, "ops[0].post"},
		{"a post of 65 bits", "POST", "/v1/write", aPost(`18446744073709551616`), badRequest, "ops[0].post"},
		{"an unknown type", "POST", "/v1/write", `{"ops":[{"post":1,"type":"page","key":"a","value":"x"}]}`, unknownType, "ops[0].type"},
		{"a null value", "POST", "/v1/write", theOp(`"value":null`), badValue, "ops[0].value"},
		{"a null row", "POST", "/v1/write", theOp(`"value":"x","row":null`), badValue, "ops[0].row"},
		{"a number as bytes", "POST", "/v1/write", theOp(`"value":5`), badValue, "ops[0].value"},
		{"an array value", "POST", "/v1/write", theOp(`"value":["x"]`), badValue, "ops[0].value"},
		{"an object value", "POST", "/v1/write", theOp(`"value":{"x":"y"}`), badValue, "ops[0].value"},
		{"an empty object value", "POST", "/v1/write", theOp(`"value":{}`), badValue, "ops[0].value"},
		{"bad base64", "POST", "/v1/write", theOp(`"value":{"b64":"x"}`), badValue, "ops[0].value"},
		{"an empty key", "POST", "/v1/write", aKey(`""`), badValue, "ops[0].key"},
		{"a reserved key", "POST", "/v1/write", aKey(`"last_updated_redis"`), badValue, "ops[0].key"},
		{"a key of 256 characters", "POST", "/v1/write", aKey(`"` + long + `"`), badValue, "ops[0].key"},
		{"a number as key", "POST", "/v1/write", aKey(`5`), badRequest, "ops[0].key"},
		{"a value too large", "POST", "/v1/write", theOp(`"value":"` + strings.Repeat("x", 65) + `"`), valueTooLarge, "ops[0].value"},
		{"a row too large", "POST", "/v1/write", theOp(`"value":"x","row":"` + strings.Repeat("x", 65) + `"`), valueTooLarge, "ops[0].row"},
		{"too many ops", "POST", "/v1/write", `{"ops":[` + strings.Repeat(`{"post":1,"type":"hospital_doctor","key":"a","value":"x"},`, 4) + `0]}`, tooManyOps, "ops"},
		{"a body too large", "POST", "/v1/write", strings.Repeat(" ", 4097), bodyTooLarge, ""},
		{"a ttl below 0", "POST", "/v1/write", `{"ttl":-1}`, badRequest, "ttl"},
		{"a ttl of text", "PUT", anAppointment, `{"ttl":"60"}`, badRequest, "ttl"},
		{"a ttl of half a second", "PUT", anAppointment, `{"ttl":0.5}`, badRequest, "ttl"},
		{"a ttl over ten years", "PATCH", anAppointment + "/fields/room", `{"value":"4","ttl":315360001}`, badRequest, "ttl"},
	}
}

func badCalls() []bad {
	long := strings.Repeat("%C3%A9", 256)
	good := `{"fields":{"status":"x"}}`
	return []bad{
		{"an unknown post", "PUT", "/v1/appointments/999", good, "unknown_post", ""},
		{"a doctor as appointment", "PUT", "/v1/appointments/7", good, "unknown_post", ""},
		{"an unknown post's field", "PATCH", "/v1/appointments/999/fields/room", `{"value":"4"}`, "unknown_post", ""},
		{"deleting an unknown post", "DELETE", "/v1/appointments/999", ``, "unknown_post", ""},
		{"marking an unknown post", "POST", "/v1/appointments/999/dirty", ``, "unknown_post", ""},
		{"a doctor's unknown slug", "PUT", "/v1/doctors/dr-who/availability", good, "unknown_post", ""},
		{"a number too large", "PUT", anAppointment, `{"fields":{"status":` + strings.Repeat("1", 65) + `}}`, valueTooLarge, "fields.status"},
		{"no id", "PUT", "/v1/appointments/", good, notFound, ""},
		{"a bad id", "PUT", "/v1/appointments/a%20b", good, badRequest, "id"},
		{"a slash in an id", "PUT", "/v1/appointments/a%2Fb", good, badRequest, "id"},
		{"an id with a leading zero", "PUT", "/v1/appointments/0123", good, badRequest, "id"},
		{"no fields", "PUT", anAppointment, `{}`, badRequest, "fields"},
		{"empty fields", "PUT", anAppointment, `{"fields":{}}`, badRequest, "fields"},
		{"fields as an array", "PUT", anAppointment, `{"fields":["x"]}`, badRequest, "fields"},
		{"too many fields", "PUT", anAppointment, `{"fields":{"a":1,"b":2,"c":3,"d":4,"e":5}}`, tooManyOps, "fields"},
		{"a null field", "PUT", anAppointment, `{"fields":{"status":null}}`, badValue, "fields.status"},
		{"an array field", "PUT", aDoctor, `{"fields":{"room":[1]}}`, badValue, "fields.room"},
		{"an object field", "PUT", aDoctor, `{"fields":{"room":{"a":"b"}}}`, badValue, "fields.room"},
		{"bytes without raw", "PUT", anAppointment, `{"fields":{"status":{"b64":"eA=="}}}`, badValue, "fields.status"},
		{"a reserved field", "PUT", anAppointment, `{"fields":{"last_updated_redis":"1"}}`, badValue, "fields.last_updated_redis"},
		{"an empty field name", "PUT", anAppointment, `{"fields":{"":"1"}}`, badValue, "fields"},
		{"a reserved key in the path", "PATCH", anAppointment + "/fields/last_updated_redis", `{"value":"1"}`, badValue, "key"},
		{"a key too long in the path", "PATCH", anAppointment + "/fields/" + long, `{"value":"1"}`, badValue, "key"},
		{"a key that is not UTF-8", "PATCH", anAppointment + "/fields/%ff", `{"value":"1"}`, badValue, "key"},
		{"a field without a value", "PATCH", anAppointment + "/fields/room", `{}`, badRequest, "value"},
		{"bytes without raw in one field", "PATCH", anAppointment + "/fields/room", `{"value":{"b64":"eA=="}}`, badValue, "value"},
		{"a status of null", "POST", anAppointment + "/status", `{"status":null}`, badValue, "status"},
		{"no status", "POST", anAppointment + "/status", `{}`, badRequest, "status"},
		{"raw as text", "POST", anAppointment + "/status", `{"status":"x","raw":"yes"}`, badRequest, "raw"},
		{"blog 0", "POST", "/v1/sync?blog=0", `{}`, badRequest, "blog"},
		{"blog one", "POST", "/v1/sync?blog=one", `{}`, badRequest, "blog"},
		{"no blog", "POST", "/v1/sync?blog=", `{}`, badRequest, "blog"},
		{"two blogs", "POST", "/v1/sync?blog=1&blog=2", `{}`, badRequest, "blog"},
		{"a query that is none", "POST", "/v1/sync?blog=1;2", `{}`, badRequest, ""},
		{"a barrier for nothing", "POST", "/v1/barrier", `{}`, badRequest, "posts"},
		{"a barrier for no posts", "POST", "/v1/barrier", `{"posts":{"hospital_doctor":[]}}`, badRequest, "posts"},
		{"a barrier for some and all", "POST", "/v1/barrier", `{"posts":{"hospital_doctor":[7]},"all":true}`, badRequest, "posts"},
		{"a barrier for an unknown type", "POST", "/v1/barrier", `{"posts":{"page":[7]}}`, unknownType, "posts.page"},
		{"a barrier for a slug", "POST", "/v1/barrier", `{"posts":{"hospital_doctor":["x"]}}`, badRequest, "posts.hospital_doctor[0]"},
		{"too many posts", "POST", "/v1/barrier", `{"posts":{"hospital_doctor":[1,2,3,4,5,6]}}`, tooManyOps, "posts.hospital_doctor"},
		{"forgetting nothing", "POST", "/v1/forget", `{"posts":{}}`, badRequest, "posts"},
		{"posts as PHP's empty array", "POST", "/v1/forget", `{"posts":[]}`, badRequest, "posts"},
		{"retire with what is no word", "POST", "/v1/retire", `{"discard":"yes"}`, badRequest, "discard"},
		{"retire with another argument", "POST", "/v1/retire", `{"all":true}`, badJSON, ""},
		{"sync with an argument", "POST", "/v1/sync", `{"all":true}`, badJSON, ""},
		{"discarding without a reason", "DELETE", "/v1/dead-letters/123/notes", `{}`, badRequest, "reason"},
		{"discarding for a blank reason", "DELETE", "/v1/dead-letters/123/notes", `{"reason":" "}`, badRequest, "reason"},
		{"a dead letter of nobody", "DELETE", "/v1/dead-letters/a%20b/notes", `{"reason":"x"}`, "unknown_dead_letter", ""},
		{"an unknown dead letter", "DELETE", "/v1/dead-letters/123/other", `{"reason":"x"}`, "unknown_dead_letter", ""},
		{"discarding one that has made way for another", "DELETE", "/v1/dead-letters/123/notes", `{"reason":"x","version":"1-1"}`, "other_dead_letter", ""},
		{"editing one that has made way for another", "PATCH", "/v1/dead-letters/123/notes", `{"version":"1-1","value":"x"}`, "other_dead_letter", ""},
		{"a version that is no text", "DELETE", "/v1/dead-letters/123/notes", `{"reason":"x","version":1}`, badRequest, "version"},
		{"a page that is too long", "GET", "/v1/dead-letters?limit=1001", ``, badRequest, "limit"},
		{"an unknown route", "POST", "/v1/writes", `{}`, notFound, ""},
		{"a wrong method", "PUT", "/v1/write", `{}`, methodNotAllowed, ""},
		{"asking for the options", "OPTIONS", "/v1/write", ``, methodNotAllowed, ""},
	}
}

func TestBadInputIsNamedAndHasNoSideEffect(t *testing.T) {
	for _, each := range append(badBodies(), badCalls()...) {
		t.Run(each.name, func(t *testing.T) {
			f := newFakes()
			f.letters = deadLetters()
			a := ask(t, f.server(t), each.method, each.path, each.body)
			if a.Error.Code != each.code || a.Error.Field != each.field || a.status != rowNamed(each.code).status {
				t.Errorf("%d %+v, want %s at %q", a.status, a.Error, each.code, each.field)
			}
			if a.Done != doneNo || a.Error.Message == "" || a.body["request_id"] == "" {
				t.Errorf("reply %v, want done no, a message and a request id", a.body)
			}
			f.untouched(t)
		})
	}
}

func TestABodyOfUnknownLengthIsLimitedToo(t *testing.T) {
	f := newFakes()
	r := httptest.NewRequest("POST", "/v1/write", strings.NewReader(strings.Repeat(" ", 5000)))
	r.Header.Set("Authorization", "Bearer golden")
	r.ContentLength = -1
	if a := send(t, f.server(t), r); a.Error.Code != bodyTooLarge {
		t.Errorf("got %v", a.body)
	}
	f.untouched(t)
}

func TestABodyOfUnknownLengthIsRead(t *testing.T) {
	f := newFakes()
	r := httptest.NewRequest("POST", "/v1/write", strings.NewReader(theOp(`"value":"x"`)))
	r.Header.Set("Authorization", "Bearer golden")
	r.ContentLength = -1
	if a := send(t, f.server(t), r); a.status != 200 || len(f.writes) != 1 {
		t.Errorf("got %v, writes %v", a.body, f.writes)
	}
}

func TestABodyThatEndsEarlyIsNotWritten(t *testing.T) {
	f := newFakes()
	body := theOp(`"value":"x"`)
	r := httptest.NewRequest("POST", "/v1/write", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer golden")
	r.ContentLength = int64(len(body)) + 1
	if a := send(t, f.server(t), r); a.Error.Code != badRequest || a.Done != doneNo {
		t.Errorf("got %v", a.body)
	}
	f.untouched(t)
}
