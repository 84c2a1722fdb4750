package httpapi

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// The expected answers are those of is_serialized( $data, false ) of
// WordPress, cases from its own test of maybe_serialize() among them.
func TestLooksSerializedAgreesWithWordPress(t *testing.T) {
	for data, want := range map[string]bool{
		"N;": true, " N; ": true, "N": false, "n;": false, "": false, "a": false,
		"b:1;": true, "b:1": false, "i:5;": true, "i:-5;": true, "i:5;junk": true, "d:0.1E+3;": true, "i:x;": false, "i:;": false,
		`s:4:"test";`: true, `s:4:test;`: false, `s::"test";`: false, `s:4:"test"`: false, `s:4:"te}t"`: true,
		`a:0:{}`: true, "a:0:{}\n\t\x00\x0b": true, `a:0:{`: false, `a:}`: false, `a:1}`: false, `a:12:}`: true,
		`O:8:"stdClass":0:{}`: true, `E:7:"Foo:Bar";`: true, `C:3:"Foo":0:{}`: false, `o:8:"stdClass":0:{}`: false,
		"a string": false, "garbage:a:0:garbage;": false, "status: x; y": false, "i;:5": false, "x:1;": false,
	} {
		if got := looksSerialized(data); got != want {
			t.Errorf("looksSerialized(%q) = %v, want %v", data, got, want)
		}
	}
}

func TestBytesSurviveTheWire(t *testing.T) {
	for _, value := range []string{"", "plain", "\x00\x1f\"\\/\n\r\t\b\f", "é😀\u2028", "\xff\xfe", "caf\xe9", "\xed\xa0\x80", "<>&"} {
		encoded := appendBytes(nil, value)
		if !json.Valid(encoded) {
			t.Errorf("%q: %s is not JSON", value, encoded)
		}
		in := newScanner(string(encoded))
		in.peek()
		if got := in.bytes(); got != value || in.end() != nil {
			t.Errorf("%q came back as %q, %v", value, got, in.err)
		}
	}
}

// FuzzString holds the strings to encoding/json, where that is strict enough.
func FuzzString(f *testing.F) {
	for _, seed := range []string{`"a"`, `"\u00e9\ud83d\ude00"`, `"\ud800"`, `"\"`, "\"\x01\"", `"\/\b\f\n\r\t\"\\"`, `"a" `, `"\u12"`, `"\uD83D\u0041"`, `{"b64":"eA=="}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if src == "" || src[0] != '"' {
			return
		}
		in := newScanner(src)
		got := in.bytes()
		err := in.end()
		var want string
		theirs := json.Unmarshal([]byte(src), &want)
		switch {
		case err == nil && theirs != nil:
			t.Errorf("%q: taken, but encoding/json says %v", src, theirs)
		case err == nil && got != want:
			t.Errorf("%q: %q, want %q", src, got, want)
		case err != nil && theirs == nil && utf8.ValidString(src) && !bytes.Contains([]byte(want), []byte("\ufffd")):
			t.Errorf("%q: refused: %v", src, err)
		}
	})
}

// FuzzWrite holds the decoder of a body to encoding/json: what it takes is JSON.
func FuzzWrite(f *testing.F) {
	for _, each := range badBodies() {
		f.Add(each.body)
	}
	f.Add(theOp(`"value":"x","row":"y"`))
	f.Add(` {"ttl" : 5 , "ops" : [ {"post":1,"type":"hospital_doctor","key":"a","delete":true} ] } `)
	fakes := newFakes()
	s := fakes.server(f)
	f.Fuzz(func(t *testing.T, body string) {
		ops, _, err := s.decodeWrite(&call{body: body, blog: 1})
		if err == nil && (!json.Valid([]byte(body)) || len(ops) == 0) {
			t.Errorf("took %q", body)
		}
	})
}
