package notify

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Waiting is where notices wait: Redis, and for what was written without it,
// MySQL.
type Waiting interface {
	NoticeCounts(ctx context.Context, blogs []uint64) (map[uint64]int64, error)
	// Notices takes the turn to tell WordPress. None: there is nothing to tell,
	// or another sidecar has the turn.
	Notices(ctx context.Context, lease appointment.Lease, sender string, turn time.Duration, n int) ([]appointment.Notice, time.Time, error)
	// Notified ends the turn and removes what was confirmed.
	Notified(ctx context.Context, lease appointment.Lease, sender string, confirmed []appointment.Notice) error
}

// Owner knows the blogs, and which Redis the site rows name.
type Owner interface {
	Ticket(ctx context.Context, blog uint64) (appointment.Lease, error)
	Blogs() []uint64
}

// Options of a Notifier.
type Options struct {
	Home       func(ctx context.Context, blog uint64) (*url.URL, error) // the address that a blog knows itself by
	Connect    *url.URL                                                 // where WordPress is reached instead: scheme, host and port; nil: at Home
	Token      func(ctx context.Context) (string, error)                // the key of the signatures
	Clock      string                                                   // that Waiting tells the time by, where it is not Redis': two need not agree
	Every      time.Duration                                            // between two looks
	BackoffMax time.Duration                                            // the longest pause after a failure
	Timeout    time.Duration                                            // of one call; the plugins that listen are part of it
	Logger     *slog.Logger
}

const (
	largest  = 500 // notices in one call
	parallel = 8   // blogs told at the same time
)

// Notifier is safe for concurrent use.
type Notifier struct {
	Options
	Told, Failed atomic.Uint64 // notices confirmed and calls that were not, since start

	notices Waiting
	owner   Owner
	sender  string // this sidecar, among others
	client  *http.Client

	mu    sync.Mutex
	blogs map[uint64]*telling
}

// telling is how it goes with one blog.
type telling struct {
	busy   bool
	most   int           // notices in the next call
	pause  time.Duration // after the last failure; 0: it went well
	next   time.Time     // not before
	since  time.Time     // of the first of the failures
	reason string        // of the last
}

// New wires a Notifier; it does nothing until Run.
func New(notices Waiting, owner Owner, options Options) *Notifier {
	return &Notifier{
		Options: options, notices: notices, owner: owner, sender: rand.Text(),
		client: client(options.Connect, options.Timeout), blogs: map[uint64]*telling{},
	}
}

// Run tells WordPress until ctx ends. What is not told then waits on.
func (n *Notifier) Run(ctx context.Context) error {
	var under sync.WaitGroup
	defer under.Wait()
	tick := time.NewTicker(n.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, blog := range n.due(ctx) {
			under.Go(func() { n.tell(ctx, blog) })
		}
	}
}

// due returns the blogs that have notices and are not paused, and marks them
// busy. What is away has none: others say so already.
func (n *Notifier) due(ctx context.Context) []uint64 {
	blogs := n.owner.Blogs()
	counts, err := n.notices.NoticeCounts(ctx, blogs)
	if err != nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	busy := 0
	for _, t := range n.blogs {
		if t.busy {
			busy++
		}
	}
	var due []uint64
	for _, blog := range blogs {
		t := n.blogs[blog]
		switch {
		case counts[blog] == 0 && t != nil && !t.busy:
			delete(n.blogs, blog) // told, or another sidecar did
		case counts[blog] == 0 || busy+len(due) >= parallel:
		case t == nil:
			n.blogs[blog] = &telling{busy: true, most: largest}
			due = append(due, blog)
		case !t.busy && !time.Now().Before(t.next):
			t.busy = true
			due = append(due, blog)
		}
	}
	return due
}

// tell makes one call to one blog. After a failure the pause doubles, and the
// next call is half as large: so what one listener cannot bear is found, and
// holds up the rest no longer.
func (n *Notifier) tell(ctx context.Context, blog uint64) {
	n.mu.Lock()
	t := n.blogs[blog]
	most := t.most
	n.mu.Unlock()
	told, err := n.once(ctx, blog, most)

	n.mu.Lock()
	defer n.mu.Unlock()
	t.busy = false
	if told {
		*t = telling{most: min(2*most, largest)}
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	n.Failed.Add(1)
	if t.pause == 0 {
		t.since = time.Now()
	}
	t.most = max(1, most/2)
	t.pause = min(max(2*t.pause, n.Every), n.BackoffMax)
	t.next = time.Now().Add(t.pause)
	t.reason = err.Error()
	n.Logger.Warn("WordPress was not told of a sync", "blog", blog, "error", err, "pause_ms", t.pause.Milliseconds())
}

// once tells a blog of some of its notices. false: it was another sidecar's
// turn, or there is an error.
func (n *Notifier) once(ctx context.Context, blog uint64, most int) (bool, error) {
	ticket, err := n.owner.Ticket(ctx, blog)
	if err != nil {
		return false, err
	}
	notices, now, err := n.notices.Notices(ctx, ticket, n.sender, n.Timeout+time.Second, most)
	if err != nil || len(notices) == 0 {
		return false, err
	}
	err = n.send(ctx, blog, message(blog, ticket.Token, n.Clock, now, notices))
	confirmed := notices
	if err != nil {
		confirmed = nil
	}
	// Also when ctx is over: what WordPress has confirmed it need not hear twice.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if noted := n.notices.Notified(after, ticket, n.sender, confirmed); err == nil {
		err = noted
	}
	n.Told.Add(uint64(len(confirmed)))
	return err == nil, err
}

// Failing tells for how long a blog has not let itself be told, and why; 0: it
// does.
func (n *Notifier) Failing(blog uint64) (time.Duration, string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t := n.blogs[blog]; t != nil && t.pause > 0 {
		return time.Since(t.since), t.reason
	}
	return 0, ""
}
