package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// safe shows what a terminal would obey: control characters, bytes that are no
// text, and the invisible marks that turn writing around.
func safe(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			out.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			out.WriteString(quoted[1 : len(quoted)-1])
		}
		i += n
	}
	return out.String()
}

// printf prints for people. Each argument that is text is made safe.
func (c *command) printf(format string, args ...any) {
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = safe(s)
		}
	}
	fmt.Fprintf(c.stdout, format, args...)
}

// printJSON prints for programs, in a form that a terminal survives too: what
// is not printable stands as \u escapes, which in JSON mean the same.
func (c *command) printJSON(value any) error {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("encode output: %w", err)
	}
	var out strings.Builder
	for _, r := range encoded.String() {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	_, err := fmt.Fprint(c.stdout, out.String())
	return err
}

// problem reports an error the way that was asked for.
func (c *command) problem(err error) {
	if !c.json {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			fmt.Fprintln(c.stderr, "hospital-sidecar:", safe(line))
		}
		return
	}
	shown, ok := err.(*apiError)
	if !ok { // or several in one: their text says more than the first's code
		shown = &apiError{Code: "cli", Message: err.Error()}
	}
	if err := c.printJSON(map[string]any{"error": shown}); err != nil {
		fmt.Fprintln(c.stderr, "hospital-sidecar:", safe(err.Error()))
	}
}

// octets are bytes as the API writes them: a string, or {"b64": ...} for what
// is not UTF-8.
type octets string

// UnmarshalJSON reads either form.
func (o *octets) UnmarshalJSON(b []byte) error {
	var wrapped struct {
		B64 []byte `json:"b64"`
	}
	if bytes.HasPrefix(b, []byte("{")) {
		err := json.Unmarshal(b, &wrapped)
		*o = octets(wrapped.B64)
		return err
	}
	return json.Unmarshal(b, (*string)(o))
}

// MarshalJSON writes the form that the bytes need.
func (o octets) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(o)) {
		return json.Marshal(string(o))
	}
	return json.Marshal(map[string]string{"b64": base64.StdEncoding.EncodeToString([]byte(o))})
}
