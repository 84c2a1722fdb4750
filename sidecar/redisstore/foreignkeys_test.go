package redisstore_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestForeignKeys: what meets a key that somebody else has put a string into
// leaves no mark of a value that is nowhere.
func TestForeignKeys(t *testing.T) {
	b := open(t)
	b.dead(t, post(7), "notes", "bad")
	b.set(t, post(8), "status", "x")
	if err := b.raw.Set(t.Context(), "appointment:7", "somebody's", 0).Err(); err != nil {
		t.Fatal(err)
	}
	w := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "notes", Value: "better"}}}
	if err := b.Retry(t.Context(), w, post(7), "notes"); !errors.Is(err, appointment.ErrForeignKeys) {
		t.Errorf("Retry: %v", err)
	}
	if _, err := b.Write(t.Context(), []appointment.Write{w}); !errors.Is(err, appointment.ErrForeignKeys) {
		t.Errorf("Write: %v", err)
	}
	if _, err := b.SetStatus(t.Context(), w, "x", true); !errors.Is(err, appointment.ErrForeignKeys) {
		t.Errorf("SetStatus: %v", err)
	}
	if _, err := b.Delete(t.Context(), w); !errors.Is(err, appointment.ErrForeignKeys) {
		t.Errorf("Delete: %v", err)
	}
	other := appointment.Write{Post: post(8), Lease: b.lease, Fields: []appointment.Field{{Key: "status", Value: "y"}}}
	if _, err := b.Write(t.Context(), []appointment.Write{w, other}); !errors.Is(err, appointment.ErrUnknownOutcome) {
		t.Errorf("Write of two, of which one was written: %v", err)
	}
	if marks := b.hash(t, "appointment:7:dirty"); len(marks) != 0 {
		t.Errorf("marks %v", marks)
	}
	b.wantFields(t, 1, "of the other post")
	if _, err := b.DeadLetter(t.Context(), post(7), "notes"); err != nil {
		t.Errorf("the letter: %v", err)
	}
}

// TestForeignKeysAreClaimed: what they held is lost, and what is in their place
// stays.
func TestForeignKeysAreClaimed(t *testing.T) {
	for name, c := range map[string]struct {
		keys   []string
		noted  bool // a dead letter says so already
		want   string
		copies map[string]string // at the end; what was left out is none
	}{
		"the post's hash":              {keys: []string{"appointment:7"}, want: "gone(deleted) status(lost)"},
		"the dirty hash":               {keys: []string{"appointment:7:dirty"}, want: "*(lost) room=1 status=x", copies: map[string]string{}},
		"that, as is known":            {keys: []string{"appointment:7:dirty"}, noted: true, want: "room=1 status=x", copies: map[string]string{}},
		"both":                         {keys: []string{"appointment:7", "appointment:7:dirty"}, want: "*(lost)"},
		"both, as is known":            {keys: []string{"appointment:7", "appointment:7:dirty"}, noted: true},
		"another kind of post's hash":  {keys: []string{"doctor:7:availability"}, want: "gone(deleted) status=x", copies: map[string]string{"room": "1"}},
		"another kind of post's marks": {keys: []string{"doctor:7:availability:dirty"}, want: "*(lost) gone(deleted) status=x", copies: map[string]string{"room": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			b.set(t, post(7), "room", "1")
			b.ack(t, b.claim(t, post(7)))
			b.set(t, post(7), "status", "x")
			remove := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "gone", Delete: true}}}
			if _, err := b.Write(t.Context(), []appointment.Write{remove}); err != nil {
				t.Fatal(err)
			}
			b.raw.HSet(t.Context(), "appointments:floor", "plain", 1000) // a mark without a value may be an older sidecar's tombstone
			b.foreign(t, c.keys...)
			if c.noted {
				b.raw.HSet(t.Context(), "appointments:dead", "7:*", "{}")
			}
			claimed, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7)}, true)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range claimed {
				var letters []appointment.DeadLetter
				var settled []appointment.Settled
				for _, f := range r.Fields {
					switch {
					case f.Lost:
						got = append(got, f.Key+"(lost)")
					case f.Deleted:
						got = append(got, f.Key+"(deleted)")
					default:
						got = append(got, f.Key+"="+f.Value)
					}
					if f.Lost || f.Mark == "" {
						letters = append(letters, r.NoVersion(f))
					} else {
						settled = append(settled, appointment.Settled{Dirty: f, LeftOut: true})
					}
				}
				if ours, err := b.Bury(t.Context(), b.lease, r, letters); err != nil || !ours {
					t.Errorf("Bury: %v, %v", ours, err)
				}
				if acked, err := b.Ack(t.Context(), b.lease, claimed, [][]appointment.Settled{settled}); err != nil || !acked[0] {
					t.Errorf("Ack: %v, %v", acked, err)
				}
			}
			if slices.Sort(got); strings.Join(got, " ") != c.want {
				t.Errorf("claimed %q; want %q", got, c.want)
			}
			if again, err := b.Claim(t.Context(), b.lease, []appointment.Post{post(7)}, true); err != nil || len(again) != 0 || b.dirtyCount(t) != 0 {
				t.Errorf("claimed again: %+v, %v", again, err)
			}
			for _, key := range c.keys {
				if value := b.raw.Get(t.Context(), key).Val(); value != "somebody's" {
					t.Errorf("%s holds %q", key, value)
				}
			}
			if c.copies != nil {
				wantValues(t, b.values(t, "appointment:7"), c.copies)
			}
		})
	}
}

// foreign puts strings where the hashes of post 7 would be.
func (b bench) foreign(t *testing.T, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if err := b.raw.Set(t.Context(), key, "somebody's", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestForeignKeysHoldUpNoOther: what is done for many posts at once is done for
// the others.
func TestForeignKeysHoldUpNoOther(t *testing.T) {
	t.Run("copies are dropped", func(t *testing.T) {
		b := open(t)
		b.foreign(t, "appointment:7")
		b.raw.HSet(t.Context(), "appointment:8", "status", "a copy")
		if err := b.Drop(t.Context(), 1, nil, nil); err != nil {
			t.Errorf("Drop of all: %v", err)
		}
		if err := b.Drop(t.Context(), 1, []appointment.Post{post(7), post(8)}, []string{"status"}); err != nil {
			t.Errorf("Drop: %v", err)
		}
		wantValues(t, b.hash(t, "appointment:8"), nil)
	})
	t.Run("lost places are found again", func(t *testing.T) {
		b := open(t)
		b.foreign(t, "appointment:7:dirty")
		b.set(t, post(8), "status", "x")
		b.raw.Del(t.Context(), "appointments:dirty")
		if found, err := b.Reconcile(t.Context(), b.lease); err != nil || found.PutBack != 1 {
			t.Errorf("Reconcile = %+v, %v", found, err)
		}
	})
	t.Run("they are read", func(t *testing.T) {
		b := open(t)
		b.set(t, post(7), "status", "x")
		b.set(t, post(8), "status", "x")
		b.foreign(t, "appointment:7")
		view, err := b.Dirty(t.Context(), 1, b.lease.Token, []appointment.Post{post(7), post(8)})
		if err != nil || len(view.Posts["8"]) != 1 {
			t.Errorf("Dirty = %+v, %v", view.Posts, err)
		}
	})
	t.Run("what was scored before the clock stepped back is due while others are", func(t *testing.T) {
		b := open(t)
		b.raw.ZAdd(t.Context(), "appointments:dirty", redis.Z{Score: 1, Member: "7"}, redis.Z{Score: 1e15, Member: "8"})
		due, err := b.Due(t.Context(), []uint64{1}, 10)
		if err != nil || !slices.Equal(due[1], []string{"7", "8"}) {
			t.Errorf("due %v, %v", due, err)
		}
	})
}
