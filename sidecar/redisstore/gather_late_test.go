package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
)

// TestALateWriteIsNeverSent: one whose time is over while those before it are
// still under way leaves the queue, and says that nothing was written.
func TestALateWriteIsNeverSent(t *testing.T) {
	deaf := &run{Client: redis.NewClient(&redis.Options{MaxRetries: -1, DialTimeout: 3 * time.Second, Dialer: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, there) }() // hears everything, answers nothing
		return here, nil
	}})}
	t.Cleanup(func() { _ = deaf.Close() })
	s := Open(Options{Redis: &redis.Options{}, Types: appointment.Types{{Name: "visit", Pattern: "visit:{id}"}}})
	one := func() *passenger {
		return &passenger{writes: []appointment.Write{{Post: appointment.Post{Blog: 1, ID: 7, Type: "visit"}, Fields: []appointment.Field{{Key: "status", Value: "late"}}}}}
	}
	g := &gather{}
	under, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		if err := g.take(under, s, deaf, one()); !errors.Is(err, appointment.ErrUnknownOutcome) {
			t.Errorf("under way: %v, want an unknown outcome", err)
		}
	})
	state := func() (flying bool, waiting int) {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.flying, len(g.waiting)
	}
	reaches := func(flying bool, waiting int) {
		t.Helper()
		containers.Eventually(t, 20*time.Second, func(context.Context) error {
			if f, w := state(); f != flying || w != waiting {
				return fmt.Errorf("under way: %t, waiting: %d; want %t and %d", f, w, flying, waiting)
			}
			return nil
		})
	}
	reaches(true, 0)
	late, cancelLate := context.WithCancel(t.Context())
	group.Go(func() {
		if err := g.take(late, s, deaf, one()); !errors.Is(err, appointment.ErrDeadline) {
			t.Errorf("waiting: %v, want the deadline", err)
		}
	})
	reaches(true, 1)
	cancelLate()
	reaches(true, 0)
	cancel()
	group.Wait()
	reaches(false, 0)
}
