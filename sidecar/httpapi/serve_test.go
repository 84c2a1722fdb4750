package httpapi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// overTCP and overSocket are the two ways in.
func overTCP(t *testing.T) (net.Listener, *http.Client) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l, &http.Client{Transport: dials("tcp", l.Addr().String())}
}

func overSocket(t *testing.T) (net.Listener, *http.Client) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	return l, &http.Client{Transport: dials("unix", path)}
}

func dials(network, address string) *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
}

// slow is an owner that answers when it is let go.
type slow struct {
	*fakes
	begun, release chan struct{}
}

func (o slow) Write(ctx context.Context, w []appointment.Write, _ int64) (appointment.WriteResult, error) {
	close(o.begun)
	select {
	case <-o.release:
		return allUpdated(w), nil
	case <-ctx.Done():
		return appointment.WriteResult{}, ctx.Err()
	}
}

// long is a syncer that takes its time.
type long struct {
	Syncer
	time.Duration
}

func (l long) Sync(ctx context.Context, blog uint64) (appointment.SyncReport, error) {
	<-time.After(l.Duration)
	return l.Syncer.Sync(ctx, blog)
}

// underWay starts a server with one write under way, and returns how to stop
// it, what Serve returns, and the status of the write, 0 if it got none.
func underWay(t *testing.T, l net.Listener, client *http.Client, owner slow, limits Limits) (stop func(), served chan error, status chan int) {
	s := owner.serverWith(t, limits, slog.New(slog.NewTextHandler(io.Discard, nil)))
	s.Owner = owner
	ctx, stop := context.WithCancel(t.Context())
	served, status = make(chan error, 1), make(chan int, 1)
	go func() { served <- s.Serve(ctx, l) }()
	go func() {
		r, _ := http.NewRequest("POST", "http://sidecar/v1/write", strings.NewReader(theOp(`"value":"x"`)))
		r.Header.Set("Authorization", "Bearer golden")
		reply, err := client.Do(r)
		if err != nil {
			status <- 0
			return
		}
		_ = reply.Body.Close()
		status <- reply.StatusCode
	}()
	<-owner.begun
	return stop, served, status
}

func TestServe(t *testing.T) {
	for name, listen := range map[string]func(*testing.T) (net.Listener, *http.Client){"tcp": overTCP, "unix socket": overSocket} {
		t.Run(name+" lets requests under way finish", func(t *testing.T) {
			l, client := listen(t)
			owner := slow{newFakes(), make(chan struct{}), make(chan struct{})}
			stop, served, status := underWay(t, l, client, owner, DefaultLimits())
			stop()
			close(owner.release)
			if got := <-status; got != 200 {
				t.Errorf("the write got %d", got)
			}
			if err := <-served; err != nil {
				t.Errorf("Serve returned %v", err)
			}
			if _, err := client.Get("http://sidecar/livez"); err == nil {
				t.Error("it still answers")
			}
		})
	}
	t.Run("gives up on those that take too long", func(t *testing.T) {
		l, client := overTCP(t)
		limits := DefaultLimits()
		limits.Shutdown = 20 * time.Millisecond
		stop, served, status := underWay(t, l, client, slow{newFakes(), make(chan struct{}), make(chan struct{})}, limits)
		stop()
		if err := <-served; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Serve returned %v", err)
		}
		if got := <-status; got != 0 {
			t.Errorf("the write got %d", got)
		}
	})
	t.Run("lets a sync take longer than an answer may", func(t *testing.T) {
		l, client := overTCP(t)
		limits := DefaultLimits()
		limits.Write = 500 * time.Millisecond
		s := newFakes().serverWith(t, limits, slog.New(slog.DiscardHandler))
		s.Syncer = long{s.Syncer, 2 * limits.Write}
		go func() { _ = s.Serve(t.Context(), l) }()
		r, _ := http.NewRequest("POST", "http://sidecar/v1/sync", http.NoBody)
		r.Header.Set("Authorization", "Bearer golden")
		reply, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = reply.Body.Close()
		if reply.StatusCode != 200 {
			t.Errorf("the sync got %d", reply.StatusCode)
		}
	})
	t.Run("returns when the listener fails", func(t *testing.T) {
		l, _ := overTCP(t)
		_ = l.Close()
		if err := newFakes().server(t).Serve(t.Context(), l); err == nil {
			t.Error("want an error")
		}
	})
}
