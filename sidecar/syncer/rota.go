package syncer

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// blogsAbreast is how many blogs are synced at once: one whose table somebody
// alters, or that has a long way to go, leaves room for others, and all of them
// leave connections to MySQL for those who do not sync.
const blogsAbreast = 4

// outageMax is the longest pause between two looks while Redis or MySQL is
// away: what is dirty should be home soon after they are back.
const outageMax = 2 * time.Second

// rest is how long a blog that failed is left alone, so that one whose tables
// are gone holds up no other.
type rest struct {
	pause time.Duration
	until time.Time
}

// everyBlog rests when Redis did not even say what is due.
const everyBlog = 0

// rota is which blogs are being synced, and which rest.
type rota struct {
	seats chan struct{} // taken for a batch or two; who waits for one gets it in turn

	mu      sync.Mutex
	busy    map[uint64]bool
	resting map[uint64]rest
	failed  []error // since the last look
}

func newRota() *rota {
	return &rota{seats: make(chan struct{}, blogsAbreast), busy: map[uint64]bool{}, resting: map[uint64]rest{}}
}

// free returns those of the blogs that are not being synced and do not rest.
func (r *rota) free(blogs []uint64) []uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if now.Before(r.resting[everyBlog].until) {
		return nil
	}
	return slices.DeleteFunc(blogs, func(blog uint64) bool { return r.busy[blog] || now.Before(r.resting[blog].until) })
}

func (r *rota) begin(blog uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy[blog] = true
}

// end sends a blog to rest, for longer each time, or wakes it. That the mode
// has changed is no failure.
func (r *rota) end(blog uint64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, blog)
	if err == nil || errors.Is(err, appointment.ErrNative) {
		delete(r.resting, blog)
		return
	}
	pause := min(max(2*r.resting[blog].pause, 100*time.Millisecond), outageMax)
	r.resting[blog] = rest{pause, time.Now().Add(pause)}
	if blog != everyBlog {
		err = fmt.Errorf("blog %d: %w", blog, err)
	}
	r.failed = append(r.failed, err)
}

// failures returns what went wrong since it was last asked.
func (r *rota) failures() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	failed := r.failed
	r.failed = nil
	return failed
}
