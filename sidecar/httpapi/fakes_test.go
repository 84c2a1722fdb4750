package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hospital-appointments-redis/sidecar/appointment"
)

// fakes are the rooms behind the API, scripted. Every call that could change
// something is noted, so that a test can say that none came.
type fakes struct {
	writes   []appointment.Write // that the owner was given
	deadline int64
	asked    []string // every other call that may change something
	lookups  int      // of Resolve

	result     func([]appointment.Write) (appointment.WriteResult, error)
	err        error // of every call that asks Redis or the site row
	updated    bool  // of SetStatus
	deleted    bool  // of Delete
	barrier    func(context.Context)
	barrierErr error
	unseen     int     // writes to a slug that could not be looked up
	retryErr   []error // of the next calls of Retry
	flushed    bool    // of a write that asks for it
	committed  bool    // of SetStatus: by MySQL, without Redis
	view       appointment.DirtyView
	report     appointment.SyncReport
	copied     map[string]string
	at         time.Time
	members    []string
	letters    []appointment.DeadLetter

	posts     []appointment.Post // in MySQL, with their slugs
	rows      map[string]string
	native    appointment.Native
	mysqlErr  error
	beforeRow func() // runs when the rows are read

	missing  []string
	verified appointment.Verification
	token    string
	tokens   error
}

// newFakes knows the posts 123 (slug appt_12345) and the doctor 7.
func newFakes() *fakes {
	return &fakes{
		updated: true, deleted: true, token: "golden",
		report: appointment.SyncReport{Synced: 3, Generation: 4},
		posts: []appointment.Post{
			{Blog: 1, ID: 123, Slug: "appt_12345", Type: "hospital_appointment"},
			{Blog: 1, ID: 7, Slug: "dr-house", Type: "hospital_doctor"},
		},
		rows: map[string]string{"status": "pending", "room": "4"},
	}
}

// server makes the API over the fakes, with small limits.
func (f *fakes) server(t testing.TB) *Server {
	t.Helper()
	limits := DefaultLimits()
	limits.Body, limits.Value, limits.Ops, limits.Posts = 4096, 64, 4, 5
	return f.serverWith(t, limits, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

func (f *fakes) serverWith(t testing.TB, limits Limits, logger *slog.Logger) *Server {
	t.Helper()
	types, err := appointment.ParseTypes(appointment.DefaultTypes)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Deps{
		Owner: f, Syncer: f, Rows: fakeRows{f}, Redis: f, DeadLetters: f,
		Stats: func(context.Context) (any, error) { return map[string]int{"dirty_posts": 2}, f.err },
		Verify: func(_ context.Context, blog uint64, postType string, repair bool) (appointment.Verification, error) {
			f.note("Verify %d %q repair=%v", blog, postType, repair)
			return f.verified, f.err
		},
		Ready:  func(context.Context) []string { return f.missing },
		Token:  func(context.Context) (string, error) { return f.token, f.tokens },
		Types:  types,
		Logger: logger, Registry: prometheus.NewRegistry(),
		Limits: limits, Version: "1.0.0", DefaultAck: appointment.Memory,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (f *fakes) note(format string, args ...any) {
	f.asked = append(f.asked, fmt.Sprintf(format, args...))
}

// untouched fails the test if anything was asked that could change something.
func (f *fakes) untouched(t testing.TB) {
	t.Helper()
	if len(f.writes) > 0 || len(f.asked) > 0 {
		t.Errorf("side effects: writes %+v, calls %v; want none", f.writes, f.asked)
	}
}

func (f *fakes) Write(_ context.Context, writes []appointment.Write, deadline int64) (appointment.WriteResult, error) {
	f.flushes(writes[0])
	f.writes, f.deadline = append(f.writes, writes...), deadline
	if f.result != nil {
		return f.result(writes)
	}
	if f.err != nil {
		return appointment.WriteResult{}, f.err
	}
	return allUpdated(writes), nil
}

// flushes answers a wish to be on disk, and counts slugs that nobody looked up.
func (f *fakes) flushes(w appointment.Write) {
	if w.Unseen {
		f.unseen++
	}
	if w.Flush != nil {
		w.Flush.Done = f.flushed
	}
}

// allUpdated is the answer to writes that changed everything.
func allUpdated(writes []appointment.Write) appointment.WriteResult {
	result := appointment.WriteResult{Epoch: 7}
	for _, w := range writes {
		result.Outcomes = append(result.Outcomes, slices.Repeat([]appointment.Outcome{appointment.Updated}, len(w.Fields)))
	}
	return result
}

func (f *fakes) SetStatus(_ context.Context, w appointment.Write, status string, known bool) (appointment.WriteResult, error) {
	f.note("SetStatus %s %s %q direct=%v known=%v", w.Post.Type, w.Post.Member(), status, w.Direct, known)
	f.flushes(w)
	if f.err != nil || !f.updated {
		return appointment.WriteResult{}, f.err
	}
	w.Fields = []appointment.Field{{Key: "status"}}
	result := allUpdated([]appointment.Write{w})
	result.Committed = f.committed
	return result, nil
}

func (f *fakes) Delete(_ context.Context, w appointment.Write) (bool, error) {
	f.note("Delete %s %s direct=%v", w.Post.Type, w.Post.Member(), w.Direct)
	f.flushes(w)
	return f.deleted, f.err
}

func (f *fakes) Mark(_ context.Context, p appointment.Post) error {
	f.note("Mark %s %s", p.Type, p.Member())
	return f.err
}

func (f *fakes) Dirty(context.Context, uint64, []appointment.Post) (appointment.DirtyView, error) {
	return f.view, f.err
}

func (f *fakes) Forget(_ context.Context, blog uint64, posts []appointment.Post) (int, error) {
	f.note("Forget %d %s", blog, membersOf(posts))
	return len(posts), f.err
}

func (f *fakes) Barrier(ctx context.Context, blog uint64, posts []appointment.Post, drop []string) (appointment.SyncReport, error) {
	f.note("Barrier %d %s drop=%v", blog, membersOf(posts), drop)
	if f.barrier != nil {
		f.barrier(ctx)
	}
	return f.report, errors.Join(f.err, f.barrierErr)
}

func (f *fakes) Sync(_ context.Context, blog uint64) (appointment.SyncReport, error) {
	f.note("Sync %d", blog)
	return f.report, f.err
}

func (f *fakes) Retire(_ context.Context, blog uint64, discard bool) (appointment.SyncReport, error) {
	f.note("Retire %d discard=%t", blog, discard)
	return f.report, f.err
}

func (f *fakes) Copy(context.Context, appointment.Post) (map[string]string, time.Time, error) {
	return maps.Clone(f.copied), f.at, f.err
}

func (f *fakes) Members(context.Context, uint64, int64) ([]string, error) { return f.members, f.err }

func (f *fakes) DeadLetters(context.Context, uint64) ([]appointment.DeadLetter, error) {
	return f.letters, f.err
}

func (f *fakes) DeadLetter(_ context.Context, p appointment.Post, key string) (appointment.DeadLetter, error) {
	for _, each := range f.letters {
		if each.Post.Member() == p.Member() && each.Key == key {
			return each, f.err
		}
	}
	return appointment.DeadLetter{}, appointment.ErrUnknownDeadLetter
}

func (f *fakes) Retry(_ context.Context, w appointment.Write, of appointment.Post, key string) error {
	f.note("Retry %s %s %s to %s", of.Type, of.Member(), key, w.Post.Member())
	f.flushes(w)
	if len(f.retryErr) > 0 {
		err := f.retryErr[0]
		f.retryErr = f.retryErr[1:]
		return err
	}
	return f.err
}

func (f *fakes) Edit(_ context.Context, l appointment.DeadLetter, value string) error {
	f.note("Edit %s %s %s %q", l.Post.Type, l.Post.Member(), l.Key, value)
	return f.err
}

func (f *fakes) Discard(_ context.Context, l appointment.DeadLetter) error {
	f.note("Discard %s %s %s", l.Post.Type, l.Post.Member(), l.Key)
	return f.err
}

// membersOf writes posts as type:member; nil is "all".
func membersOf(posts []appointment.Post) string {
	if posts == nil {
		return "all"
	}
	var names []string
	for _, p := range posts {
		names = append(names, p.Type+":"+p.Member())
	}
	return strings.Join(names, ",")
}
