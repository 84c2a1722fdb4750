package faults

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Field is one key of one post.
type Field struct {
	Post int
	Key  string
}

func (f Field) String() string { return fmt.Sprintf("%s of post %d", f.Key, f.Post) }

// Outcome of a call, as its caller knows it.
type Outcome string

const (
	OK      Outcome = "ok"
	Refused Outcome = "refused"
	Unknown Outcome = "unknown"
)

// Kind of an operation.
type Kind string

const (
	Write Kind = "write"
	Read  Kind = "read"
	// Loss is a fault that may take away what was acknowledged: what of the field
	// was acknowledged after Since need not be there afterwards.
	Loss Kind = "loss"
	// Emptied is a dead letter that was in Redis when a fault took it away.
	Emptied Kind = "emptied"
)

// Op is one call of one client. Times count from the campaign's begin.
type Op struct {
	Who string
	Kind
	Field
	Value        string // written or seen; "" is no row at all
	Call, Return time.Duration
	Outcome
	Whole      bool          // of a read: under a lease, so it saw all there is
	Own        bool          // of a read: by the process that wrote the field just now, which as in core need not look again
	Began      time.Duration // of such a read: when that write began
	Waits      bool          // accepted by a slug without a post, as far as the sidecar could see, and said so: it is seen later
	Unverified bool          // accepted while MySQL was away, and said so
	Ack        string        // level, where the client is told or can tell
	Since      time.Duration // of a loss
	Spares     bool          // of a loss: what was acknowledged as flushed to the disk
	BySlug     bool          // of a dead letter: it was the slug's
	Why        string        // what came instead of an acknowledgement; a dead letter's code
}

// reserved: it was taken with reserve.
func (o Op) reserved() bool { return o.Unverified || o.Waits }

func (o Op) String() string {
	extra := ""
	switch {
	case o.Own:
		extra = " (its own)"
	case o.Kind == Read && !o.Whole:
		extra = " (blind)"
	case o.Kind == Loss:
		extra = fmt.Sprintf(" of what was acknowledged since %s", ms(o.Since))
		if o.Spares {
			extra += ", but not as fsynced"
		}
	case o.Waits:
		extra = " (waits for its post)"
	case o.Unverified:
		extra = " (unverified)"
	}
	return fmt.Sprintf("%10s %10s  %-8s %-5s %-22q %s%s %s %s", ms(o.Call), ms(o.Return), o.Who, o.Kind, o.Value, o.Outcome, extra, o.Ack, o.Why)
}

func ms(d time.Duration) string {
	if d == never {
		return "-"
	}
	return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
}

// never is when what may still happen has happened at the latest.
const never = time.Duration(1<<63 - 1)

// History is what all clients noted.
type History struct {
	mu    sync.Mutex
	began int64 // CLOCK_MONOTONIC, which PHP's hrtime() reads too
	ops   []Op
}

// NewHistory begins now.
func NewHistory() *History { return &History{began: monotonic()} }

// Now is the time since the campaign's begin.
func (h *History) Now() time.Duration { return h.At(monotonic()) }

// At is a time of CLOCK_MONOTONIC.
func (h *History) At(ns int64) time.Duration { return time.Duration(ns - h.began) }

func monotonic() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err) // there is none: nothing can be measured
	}
	return now.Nano()
}

// Note adds an operation that is over.
func (h *History) Note(o Op) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, o)
}

// Save writes all operations down, for who has to find out later what happened.
func (h *History) Save(name string) error {
	var b strings.Builder
	for _, o := range h.Ops() {
		fmt.Fprintf(&b, "%-24s %s\n", o.Field, o)
	}
	return os.WriteFile(name, []byte(b.String()), 0o644)
}

// Ops are all operations, by the time of their call.
func (h *History) Ops() []Op {
	h.mu.Lock()
	defer h.mu.Unlock()
	ops := slices.Clone(h.ops)
	slices.SortStableFunc(ops, func(a, b Op) int { return int(a.Call - b.Call) })
	return ops
}
