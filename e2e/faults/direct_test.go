package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// direct is a client of a sidecar's API: a kiosk, or a feed.
type direct struct {
	base, token string
	client      *http.Client
	level       string // of acknowledgement that it asks for; "": the sidecar's default
}

func newDirect(base, token string) direct {
	return direct{base: base, token: token, client: &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{}}}
}

// answer is the sidecar's.
type answer struct {
	Ack        string   `json:"ack"`
	Done       string   `json:"done"`
	Unverified bool     `json:"unverified"`
	Resolved   *bool    `json:"resolved"`
	Results    []string `json:"results"`
	Left       int      `json:"left"`
	Error      struct {
		Code string `json:"code"`
	} `json:"error"`
}

// ask makes one call; the outcome is what its caller may conclude.
func (d direct) ask(method, path string, body any) (a answer, outcome Outcome, why string) {
	text, err := json.Marshal(body)
	if err != nil {
		return a, Refused, err.Error()
	}
	request, err := http.NewRequest(method, d.base+path, bytes.NewReader(text))
	if err != nil {
		return a, Refused, err.Error()
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	if d.level != "" {
		request.Header.Set("X-Hospital-Ack", d.level)
	}
	response, err := d.client.Do(request)
	var dial *net.OpError
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		return a, Refused, "not connected"
	case err != nil:
		return a, Unknown, "no answer"
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil || json.Unmarshal(all, &a) != nil {
		return a, Unknown, "half an answer"
	}
	switch {
	case response.StatusCode == http.StatusOK:
		return a, OK, ""
	case a.Done == "no":
		return a, Refused, a.Error.Code
	}
	return a, Unknown, a.Error.Code
}

// directly writes until the campaign stops.
func (s *site) directly(who string, dice *rand.Rand, d direct) {
	pace := time.NewTicker(15 * time.Millisecond)
	defer pace.Stop()
	for !s.stop.Load() {
		if <-pace.C; s.still.Load() {
			continue
		}
		if d.level = ""; everysec() && dice.IntN(10) == 0 {
			d.level = "fsynced"
		}
		switch n := dice.IntN(100); {
		case n < 30:
			s.bear(who, dice, d)
		case n < 40: // both fields of a post in one step
			f, g := s.cold[dice.IntN(len(s.cold)/2)*2], Field{}
			g = Field{f.Post, "room"}
			v := s.value(who)
			s.set(who, d, "PUT", fmt.Sprint("/v1/appointments/", f.Post), map[string]any{"fields": map[string]string{f.Key: v, g.Key: v}}, v, f, g)
		case n < 50:
			s.byName(who, dice, d)
		default:
			f, v := s.field(dice), s.value(who)
			s.set(who, d, "PATCH", fmt.Sprintf("/v1/appointments/%d/fields/%s", f.Post, f.Key), map[string]string{"value": v}, v, f)
		}
	}
}

// bear writes or deletes a field that had no row at first.
func (s *site) bear(who string, dice *rand.Rand, d direct) {
	f := s.born[dice.IntN(len(s.born))]
	if dice.IntN(100) < 25 {
		operation := map[string]any{"post": f.Post, "type": "hospital_appointment", "key": f.Key, "delete": true}
		s.set(who, d, "POST", "/v1/write", map[string]any{"ops": []any{operation}}, "", f)
		return
	}
	v := s.value(who)
	s.set(who, d, "PATCH", fmt.Sprintf("/v1/appointments/%d/fields/%s", f.Post, f.Key), map[string]string{"value": v}, v, f)
}

// byName writes to a field of a post by the post's slug, which it may not have
// yet.
func (s *site) byName(who string, dice *rand.Rand, d direct) {
	f, name := s.cold[dice.IntN(len(s.cold))], "named"
	if dice.IntN(2) == 0 {
		f, name = s.late[dice.IntN(len(s.late))], "late"
	}
	v := s.value(who)
	s.set(who, d, "PATCH", fmt.Sprintf("/v1/appointments/%s-%d/fields/%s", name, f.Post, f.Key), map[string]string{"value": v}, v, f)
}

func (s *site) set(who string, d direct, method, path string, body any, value string, fields ...Field) {
	called := s.Now()
	a, outcome, why := d.ask(method, path, body)
	for _, f := range fields {
		s.Note(Op{
			Who: who, Kind: Write, Field: f, Value: value, Call: called, Return: s.Now(),
			Outcome: outcome, Ack: a.Ack, Unverified: a.Unverified, Waits: a.Resolved != nil && !*a.Resolved, Why: why,
		})
	}
}
