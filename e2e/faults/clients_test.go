package faults

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// killed is why nobody knows of a call whose process was killed.
const killed = "killed"

// call is one operation that a client is to make, for PHP as JSON.
type call struct {
	ID        int    `json:"id"` // of a worker's call
	Do        string `json:"do"`
	Post      int    `json:"post"`
	Key       string `json:"key"`
	Value     string `json:"value"`
	KillAfter int    `json:"kill_after"` // µs
}

// said is what PHP says of it.
type said struct {
	ID      int      `json:"id"`
	Done    bool     `json:"done"`
	Refused bool     `json:"refused"`
	Killed  bool     `json:"killed"`
	Seen    []string `json:"seen"`
	Whole   bool     `json:"whole"`
	Began   int64    `json:"began"` // CLOCK_MONOTONIC before an update, where that is not its first step
	At      int64    `json:"at"`    // CLOCK_MONOTONIC between an update and its reading back
	Again   bool     `json:"again"` // it was read back
	Ack     string   `json:"ack"`   // sql: WordPress wrote the row itself
	Error   string   `json:"error"`
}

// php makes calls through WordPress; an error means that nobody knows.
type php interface {
	do(call) (said, error)
}

// worker is a long-lived PHP process, each of whose operations is a request.
type worker struct {
	in   io.WriteCloser
	out  *bufio.Reader
	last int
	t    testing.TB
}

func newWorker(t testing.TB, b *containers.BadLines, complaints io.Writer, sidecar string) *worker {
	t.Helper()
	command := []string{"php", "/e2e/faults/php/worker.php"}
	if sidecar != "" {
		command = append(command, sidecar)
	}
	in, out := b.Pipe(t, "wordpress", complaints, command...)
	w := &worker{t: t, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	if line, err := w.out.ReadString('\n'); line != "ready\n" {
		t.Fatalf("a PHP worker said %q instead of ready: %v", line, err)
	}
	return w
}

func (w *worker) do(c call) (s said, err error) {
	w.last++
	c.ID = w.last
	text, err := json.Marshal(c)
	if err != nil {
		return s, err
	}
	if _, err := w.in.Write(append(text, '\n')); err != nil {
		return s, err
	}
	line, err := w.out.ReadBytes('\n')
	if err != nil {
		return s, fmt.Errorf("the worker is gone: %w", err)
	}
	if err := json.Unmarshal(line, &s); err != nil || s.ID != c.ID {
		w.t.Errorf("a PHP worker answers %q to call %d: no history can be made of that", line, c.ID)
	}
	return s, nil
}

// web makes calls by requests to the web server.
type web struct {
	base   string
	client *http.Client
}

func newWeb(b *containers.BadLines) *web {
	return &web{b.WordPress, &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}}
}

func (w *web) do(c call) (s said, err error) {
	steps, err := json.Marshal([][]any{{"faults_op", c.Do, c.Post, c.Key, c.Value}})
	if err != nil {
		return s, err
	}
	request, err := http.NewRequest("POST", w.base+"/", strings.NewReader(url.Values{"clinic_steps": {string(steps)}}.Encode()))
	if err != nil {
		return s, err
	}
	request.Host = "localhost"
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := w.client.Do(request)
	if err != nil {
		return s, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return s, err
	}
	var results []struct{ Value said }
	if err := json.Unmarshal(text, &results); err != nil || len(results) != 1 {
		return s, fmt.Errorf("WordPress answers %d", response.StatusCode)
	}
	return results[0].Value, nil
}

// site is what the clients work on.
type site struct {
	*History
	clients         sync.WaitGroup
	hot, cold, born []Field      // born: without a row at first, written by the direct API alone
	late            []Field      // of posts that get their slugs one after the other
	doomed          []int        // posts that will be deleted
	next            atomic.Int64 // of these
	values          atomic.Int64
	spare           int         // a post whose fields nobody checks
	quiet, still    atomic.Bool // WordPress rests; the direct API's clients do
	stop, killing   atomic.Bool // killing: PHP processes die in the middle of what they do
}

func (s *site) value(who string) string { return fmt.Sprintf("%s.%d", who, s.values.Add(1)) }

// field chooses one to work on: mostly a hot one.
func (s *site) field(dice *rand.Rand) Field {
	switch n := dice.IntN(100); {
	case n < 60:
		return s.hot[dice.IntN(len(s.hot))]
	case n < 95 || len(s.doomed) == 0:
		return s.cold[dice.IntN(len(s.cold))]
	}
	// One that is deleted now or was a moment ago, or will be next.
	at := int(s.next.Load()) + dice.IntN(4) - 2
	return Field{s.doomed[max(0, min(at, len(s.doomed)-1))], "notes"}
}

// throughWordPress writes and reads until the campaign stops.
func (s *site) throughWordPress(who string, dice *rand.Rand, p php) {
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for !s.stop.Load() {
		if <-pace.C; s.quiet.Load() {
			continue
		}
		f, kind, kill := s.field(dice), dice.IntN(100), dice.IntN(60_000)+1
		if dice.IntN(3) == 0 {
			kill = dice.IntN(900_000) + 1 // in the take-over, whose first process waits for the lease
		}
		if dice.IntN(10) == 0 && kind < 40 {
			rare := slices.Concat(s.born, s.late)
			f = rare[dice.IntN(len(rare))]
		}
		if kind < 40 {
			s.read(who, f, p)
			continue
		}
		if dice.IntN(20) == 0 {
			f = Field{s.late[dice.IntN(len(s.late))].Post, "room"}
		}
		c := call{Do: "update", Post: f.Post, Key: f.Key, Value: s.value(who)}
		if s.killing.Load() && kind < 70 {
			c.KillAfter = kill
		}
		s.update(who, f, c, p)
	}
}

func (s *site) read(who string, f Field, p php) {
	o := Op{Who: who, Kind: Read, Field: f, Call: s.Now(), Outcome: OK}
	got, err := p.do(call{Do: "read", Post: f.Post, Key: f.Key})
	o.Return, o.Whole = s.Now(), got.Whole
	if err != nil || !got.Done {
		return // nothing was seen
	}
	o.Value = strings.Join(got.Seen, "+")
	s.Note(o)
}

func (s *site) update(who string, f Field, c call, p php) {
	o := Op{Who: who, Kind: Write, Field: f, Value: c.Value, Call: s.Now(), Outcome: Unknown}
	got, err := p.do(c)
	o.Return = s.Now()
	switch {
	case err != nil:
		o.Why = err.Error()
	case got.Refused:
		o.Outcome, o.Why = Refused, got.Error
	case got.Done:
		o.Outcome, o.Ack = OK, got.Ack
		if got.Began > 0 {
			o.Call = s.At(got.Began)
		}
		between := s.At(got.At)
		if got.Again {
			s.Note(Op{
				Who: who, Kind: Read, Field: f, Value: strings.Join(got.Seen, "+"), Call: between + 1, Return: o.Return,
				Outcome: OK, Own: true, Began: o.Call,
			})
		}
		o.Return = between
	case got.Killed:
		o.Why = killed
	default:
		o.Why = "false " + got.Error
	}
	s.Note(o)
}
