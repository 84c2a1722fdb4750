package redisstore_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/redisstore"
)

// turns counts how often something was sent after something was received: the
// round trips of all connections.
type turns struct {
	sync.Mutex
	begun []string // how each began
}

type countedConn struct {
	net.Conn
	turns   *turns
	sending bool
}

func (c *countedConn) Write(b []byte) (int, error) {
	if !c.sending {
		c.turns.Lock()
		c.turns.begun = append(c.turns.begun, string(b[:min(len(b), 60)]))
		c.turns.Unlock()
	}
	c.sending = true
	return c.Conn.Write(b)
}

func (c *countedConn) Read(b []byte) (int, error) {
	c.sending = false
	return c.Conn.Read(b)
}

// TestRoundTrips: every call is one, however many posts it is about.
func TestRoundTrips(t *testing.T) {
	b := open(t)
	counted := &turns{}
	options := &redis.Options{Addr: b.raw.Options().Addr, Username: "hospital", Password: "test", PoolSize: 1}
	options.Dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &countedConn{Conn: conn, turns: counted}, err
	}
	types, err := appointment.ParseTypes(appointment.DefaultTypes)
	if err != nil {
		t.Fatal(err)
	}
	s := redisstore.Open(redisstore.Options{Redis: options, Types: types, SyncDelay: time.Millisecond, ClaimLease: 10 * time.Second, BackoffMax: time.Second, CleanTTL: time.Hour})
	t.Cleanup(func() { _ = s.Close() })

	const many = 300
	var posts []appointment.Post
	var writes []appointment.Write
	for id := range uint64(many) {
		posts = append(posts, post(id+1))
		writes = append(writes, appointment.Write{Post: post(id + 1), Lease: b.lease, Fields: []appointment.Field{{Key: "status", Value: "confirmed"}, {Key: "room", Value: "12"}}})
	}
	// Redis learns the scripts, and the connections are made: pipelines have a pool of their own.
	warm := func() {
		if _, err := s.Write(t.Context(), writes[:2]); err != nil {
			t.Fatal(err)
		}
		readings, err := s.Claim(t.Context(), b.lease, posts[:2], true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Ack(t.Context(), b.lease, readings, make([][]appointment.Settled, 2)); err != nil {
			t.Fatal(err)
		}
		if err := s.PutBack(t.Context(), b.lease, readings, 0); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{second(s.Dirty(t.Context(), 1, b.lease.Token, posts[:2])), second(s.Due(t.Context(), []uint64{1}, 1))} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	warm()

	var readings []appointment.Reading
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"a write of one post", func() error { return second(s.Write(t.Context(), writes[:1])) }},
		{"a write of many posts", func() error { return second(s.Write(t.Context(), writes)) }},
		{"what is dirty in many posts", func() error { return second(s.Dirty(t.Context(), 1, b.lease.Token, posts)) }},
		{"what is due", func() error { return second(s.Due(t.Context(), []uint64{1}, many)) }},
		{"a claim of many posts", func() (err error) {
			readings, err = s.Claim(t.Context(), b.lease, posts, true)
			return err
		}},
		{"the acknowledgement of many posts", func() error {
			return second(s.Ack(t.Context(), b.lease, readings, make([][]appointment.Settled, len(readings))))
		}},
		{"putting many posts back", func() error { return s.PutBack(t.Context(), b.lease, readings, 0) }},
	} {
		before := len(counted.begun)
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if begun := counted.begun[before:]; len(begun) != 1 {
			t.Errorf("%s takes %d round trips, want 1: %q", step.name, len(begun), begun)
		}
	}
	if len(readings) != many {
		t.Errorf("claimed %d posts, want %d", len(readings), many)
	}
}

// second drops what a call returns beside its error.
func second[T any](_ T, err error) error { return err }
