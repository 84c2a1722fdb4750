package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// noted is a Redis that holds one blog's notices, in order.
type noted struct {
	mu      sync.Mutex
	notices []appointment.Notice
	other   bool // another sidecar has the turn
}

func (r *noted) NoticeCounts(_ context.Context, blogs []uint64) (map[uint64]int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return map[uint64]int64{blogs[0]: int64(len(r.notices))}, nil
}

func (r *noted) Notices(_ context.Context, _ appointment.Lease, _ string, _ time.Duration, n int) ([]appointment.Notice, time.Time, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.other {
		return nil, time.Time{}, nil
	}
	return slices.Clone(r.notices[:min(n, len(r.notices))]), time.UnixMilli(1700000000123), nil
}

func (r *noted) Notified(_ context.Context, _ appointment.Lease, _ string, confirmed []appointment.Notice) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notices = slices.DeleteFunc(r.notices, func(n appointment.Notice) bool { return slices.Contains(confirmed, n) })
	return nil
}

func (r *noted) left() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.notices)
}

// two is the owner of blog 2 alone.
type two struct{}

func (two) Ticket(_ context.Context, blog uint64) (appointment.Lease, error) {
	return appointment.Lease{Blog: blog, Epoch: 2, Token: "run:token"}, nil
}
func (two) Blogs() []uint64 { return []uint64{2} }

// take is what the plugin answers.
func take(w http.ResponseWriter, body []byte) {
	var c call
	_ = json.Unmarshal(body, &c)
	fmt.Fprintf(w, `{"taken":%q}`, c.Nonce)
}

// bench is a Notifier with its WordPress, which knows itself as home.
func bench(t *testing.T, home string, answer http.HandlerFunc, notices ...appointment.Notice) (*Notifier, *noted) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	connect, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if home == "" {
		home, connect = server.URL, nil
	}
	redis := &noted{notices: notices}
	return New(redis, two{}, Options{
		Home:    func(context.Context, uint64) (*url.URL, error) { return url.Parse(home) },
		Connect: connect, Token: func(context.Context) (string, error) { return "secret", nil },
		Every: time.Millisecond, BackoffMax: 20 * time.Millisecond, Timeout: 5 * time.Second, Logger: slog.New(slog.DiscardHandler),
	}), redis
}

// onceMore makes one call, as Run would.
func (n *Notifier) onceMore(t *testing.T) {
	t.Helper()
	n.mu.Lock()
	for _, each := range n.blogs {
		each.next = time.Time{}
	}
	n.mu.Unlock()
	for _, blog := range n.due(t.Context()) {
		n.tell(t.Context(), blog)
	}
}

var status = appointment.Notice{Post: 7, Key: "status", Mark: "2-1@1d"}

func TestTell(t *testing.T) {
	t.Run("names each post with its keys, signed, to the blog's own address", func(t *testing.T) {
		var got *http.Request
		var body []byte
		n, redis := bench(t, "", func(w http.ResponseWriter, r *http.Request) {
			got = r
			body, _ = io.ReadAll(r.Body)
			take(w, body)
		}, status, appointment.Notice{Post: 3, Key: "a", Mark: "m"}, appointment.Notice{Post: 7, Key: "room", Mark: "m"})
		n.onceMore(t)
		if want := `"posts":[{"id":3,"keys":["a"]},{"id":7,"keys":["room","status"]}]}`; !strings.HasSuffix(string(body), want) || !strings.HasPrefix(string(body), `{"blog":2,"redis":"`) {
			t.Errorf("body %s; want … %s", body, want)
		}
		if got.URL.String() != "/?rest_route=%2Fhospital-appointments-redis%2Fv1%2Fsynced" || got.Method != "POST" || got.Header.Get("X-Hospital-Signature") != sign("secret", body) {
			t.Errorf("%s %s %v", got.Method, got.URL, got.Header)
		}
		if redis.left() != 0 || n.Told.Load() != 3 || n.Failed.Load() != 0 {
			t.Errorf("%d left, %d told, %d failed", redis.left(), n.Told.Load(), n.Failed.Load())
		}
	})
	t.Run("reaches it elsewhere under its own name", func(t *testing.T) {
		var got *http.Request
		n, redis := bench(t, "https://clinic.example/two/", func(w http.ResponseWriter, r *http.Request) {
			got = r
			body, _ := io.ReadAll(r.Body)
			take(w, body)
		}, status)
		n.onceMore(t)
		if redis.left() != 0 || got.Host != "clinic.example" || got.URL.Path != "/two/" || got.Header.Get("X-Forwarded-Proto") != "https" {
			t.Errorf("%d left; host %q, %s, %v", redis.left(), got.Host, got.URL, got.Header)
		}
	})
	t.Run("leaves the turn to another sidecar", func(t *testing.T) {
		n, redis := bench(t, "", func(http.ResponseWriter, *http.Request) { t.Error("called") }, status)
		redis.other = true
		n.onceMore(t)
		if redis.left() != 1 || n.Failed.Load() != 0 {
			t.Errorf("%d left, %d failed", redis.left(), n.Failed.Load())
		}
	})
}

func TestNotConfirmed(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   string
	}{
		"a page before the site": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>patience") }, "not as the plugin would"},
		"another's confirmation": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"taken":"another"}`) }, "not as the plugin would"},
		"a login":                {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "who?", http.StatusUnauthorized) }, "401"},
		"WordPress' refusal": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"code":"rest_no_route","message":"secret of a patient"}`)
		}, `404 Not Found ("rest_no_route")`},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				t.Error("it was followed")
			}
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, `redirects to "/elsewhere"`},
	} {
		t.Run(name, func(t *testing.T) {
			n, redis := bench(t, "", c.answer, status)
			n.onceMore(t)
			took, why := n.Failing(2)
			if redis.left() != 1 || took <= 0 || !strings.Contains(why, c.want) || strings.Contains(why, "patient") {
				t.Errorf("%d left, failing for %v: %s", redis.left(), took, why)
			}
		})
	}
}

func TestRetry(t *testing.T) {
	t.Run("goes around what a listener cannot bear, and ends when it can", func(t *testing.T) {
		var bad sync.Map
		bad.Store("is", true)
		n, redis := bench(t, "", func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if _, is := bad.Load("is"); is && strings.Contains(string(body), `"poison"`) {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			take(w, body)
		}, status, appointment.Notice{Post: 8, Key: "room", Mark: "m"}, appointment.Notice{Post: 9, Key: "poison", Mark: "m"})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		wait(t, func() error {
			if left := redis.left(); left != 1 {
				return fmt.Errorf("%d left", left)
			}
			return nil
		})
		bad.Delete("is")
		wait(t, func() error {
			if took, why := n.Failing(2); redis.left() != 0 || took != 0 {
				return fmt.Errorf("%d left, failing for %v: %s", redis.left(), took, why)
			}
			return nil
		})
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Run("waits longer after each failure, up to the longest pause", func(t *testing.T) {
		n, _ := bench(t, "", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, status)
		var pauses []time.Duration
		for range 7 {
			n.onceMore(t)
			pauses = append(pauses, n.blogs[2].pause/time.Millisecond)
		}
		if want := []time.Duration{1, 2, 4, 8, 16, 20, 20}; !slices.Equal(pauses, want) || n.Failed.Load() != 7 {
			t.Errorf("pauses %d, %d failed; want %d", pauses, n.Failed.Load(), want)
		}
		if len(n.due(t.Context())) != 0 {
			t.Error("due in its pause")
		}
	})
}

// wait waits, with the patience that a busy machine needs.
func wait(t *testing.T, check func() error) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for err := check(); err != nil; err = check() {
		select {
		case <-late:
			t.Fatal(err)
		case <-tick.C:
		}
	}
}
