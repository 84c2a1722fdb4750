package verify_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/verify"
)

// wrongs are the things that can be wrong, each as somebody or something leaves
// it, and what is to be found.
var wrongs = []struct {
	name   string
	make   func(b *bench)
	want   string
	mended bool // by --repair alone; else a sync or a person does the rest
	later  bool // by --repair and the sync that follows
}{
	{"unsynced fields without a place", func(b *bench) {
		b.set(1, "new")
		b.raw.ZRem(b.t.Context(), "appointments:dirty", "1")
	}, "no_place 1 !", true, false},
	{"a place without unsynced fields", func(b *bench) {
		b.raw.ZAdd(b.t.Context(), "appointments:dirty", redis.Z{Member: "2", Score: 1e15})
	}, "empty_place 2 !", false, true},
	{"a claim of nothing", func(b *bench) {
		b.raw.HSet(b.t.Context(), "appointments:claims", "3", "9")
	}, "stale_claim 3 !", true, false},
	{"a place that no post can have", func(b *bench) {
		b.raw.ZAdd(b.t.Context(), "appointments:dirty", redis.Z{Member: "no post", Score: 1})
	}, "bad_place no post !", true, false},
	{"a mark that no sidecar made", func(b *bench) {
		b.set(1, "new")
		b.raw.HSet(b.t.Context(), "appointment:1:dirty", "status", "yes")
	}, "no_version 1 status!", false, true},
	{"a mark of a version that MySQL has", func(b *bench) {
		b.set(1, "new")
		b.exec("INSERT INTO wp_hospital_sync_fence (blog_id, post_id, epoch, stamp, version_epoch, version_counter) VALUES (1, 1, 2, 900, 2, 800)")
	}, "already_synced 1 status!", false, true},
	{"a mark of an epoch that has not come", func(b *bench) {
		b.set(1, "new")
		b.raw.HSet(b.t.Context(), "appointment:1:dirty", "status", "3-7@1")
	}, "epoch_ahead 1 status", false, false},
	{"fields of a post that is gone", func(b *bench) {
		b.set(77, "new")
	}, "post_gone 77 status!", false, true},
	{"copies of a post that is gone", func(b *bench) {
		b.raw.HSet(b.t.Context(), "appointment:77", "status", "x")
	}, "copy_of_nothing 77 !", true, false},
	{"several rows under a key that Redis has once", func(b *bench) {
		b.set(1, "new")
		b.exec("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (1, 'status', 'again')")
	}, "duplicate_rows 1 status", false, false},
	{"a copy that differs from its row", func(b *bench) {
		b.raw.HSet(b.t.Context(), "appointment:4", "status", "a lie")
	}, "stale_copy 4 status!", true, false},
	{"a copy without a row", func(b *bench) {
		b.raw.HSet(b.t.Context(), "appointment:4", "room", "12")
	}, "stale_copy 4 room!", true, false},
	{"a dead letter of a post that is gone", func(b *bench) {
		b.raw.HSet(b.t.Context(), "appointments:dead", "77:notes", `{"version":"2-1","type":"hospital_appointment"}`)
	}, "letter_post_gone 77 notes", false, false},
	{"a mark whose value was lost", func(b *bench) {
		b.set(1, "new")
		b.raw.Del(b.t.Context(), "appointment:1")
	}, "value_lost 1 status!", false, true},
	{"a dead letter that is none", func(b *bench) {
		b.raw.HSet(b.t.Context(), "appointments:dead", "7:notes", "no JSON")
	}, "letter_unreadable 7 notes", false, false},
	{"native-write rows in offload", func(b *bench) {
		b.exec("INSERT INTO wp_hospital_native_write VALUES (1, 1, 'status', 2)")
	}, "native_left  ", false, false},
	{"a floor above the site row", func(b *bench) {
		b.raw.HSet(b.t.Context(), "appointments:floor", "epoch", 9)
	}, "epoch_ahead  ", false, false},
	{"another Redis than the site row's", func(b *bench) {
		b.site.RedisID = "another:one"
	}, "other_redis  ", false, false},
}

func TestVerify(t *testing.T) {
	for _, c := range wrongs {
		t.Run("finds "+c.name, func(t *testing.T) {
			b := open(t)
			c.make(b)
			if got := b.verify("", false); !slices.Equal(got, []string{strings.TrimSuffix(c.want, "!")}) {
				t.Fatalf("found %q; want %q", got, c.want)
			}
			if got := b.verify("", true); !slices.Equal(got, []string{c.want}) {
				t.Fatalf("repaired %q; want %q", got, c.want)
			}
			got := b.verify("", false)
			switch {
			case c.mended && len(got) > 0:
				t.Errorf("still %q", got)
			case !c.mended && !slices.Equal(got, []string{strings.TrimSuffix(c.want, "!")}):
				t.Errorf("now %q: what needs a sync or a person was changed", got)
			}
			if !c.later {
				return
			}
			name := strings.Fields(c.want)[1]
			if due, err := b.store.Due(t.Context(), []uint64{1}, 10); err != nil || !slices.Equal(due[1], []string{name}) {
				t.Errorf("due: %q, %v; want %s at once", due[1], err, name)
			}
		})
	}
	t.Run("finds nothing wrong with what is as it should be", func(t *testing.T) {
		b := open(t)
		b.set(1, "new")
		b.raw.HSet(t.Context(), "appointment:2", "status", "x", appointment.LastUpdated, "1")
		b.raw.HSet(t.Context(), "doctor:10:availability", "status", "x")
		result, err := b.Verify(t.Context(), 1, "", true)
		if err != nil || len(result.Findings) > 0 || result.Posts != 3 || result.Fields != 3 {
			t.Errorf("%+v, %v", result, err)
		}
	})
	t.Run("tells nothing that is right again at the second look", func(t *testing.T) {
		b := open(t)
		b.raw.HSet(t.Context(), "appointment:4", "status", "y")
		b.Rows = healing{b.Rows, func() { b.exec("UPDATE wp_postmeta SET meta_value = 'y' WHERE post_id = 4") }}
		if got := b.verify("", false); len(got) > 0 {
			t.Errorf("found %q", got)
		}
	})
	t.Run("looks at the posts of one type only, if asked", func(t *testing.T) {
		b := open(t)
		b.raw.HSet(t.Context(), "appointment:4", "status", "a lie")
		b.raw.HSet(t.Context(), "doctor:10:availability", "status", "a lie")
		if got := b.verify("hospital_doctor", false); !slices.Equal(got, []string{"stale_copy 10 status"}) {
			t.Errorf("found %q", got)
		}
	})
	t.Run("puts no value into its sentences", func(t *testing.T) {
		b := open(t)
		b.raw.HSet(t.Context(), "appointment:4", "status", "patient-is-ill")
		result, err := b.Verify(t.Context(), 1, "", false)
		if err != nil || len(result.Findings) != 1 || strings.Contains(result.Findings[0].Message, "ill") {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

// healing changes MySQL after the first look at it.
type healing struct {
	verify.Rows
	heal func()
}

func (h healing) Facts(ctx context.Context, blog uint64, ids []uint64) (map[uint64]appointment.Facts, error) {
	defer h.heal()
	return h.Rows.Facts(ctx, blog, ids)
}

// TestVerifyForeignKeys: what a person has to find is found, and all the rest.
func TestVerifyForeignKeys(t *testing.T) {
	b := open(t)
	b.raw.Set(t.Context(), "appointment:7", "somebody's", 0)
	b.raw.Set(t.Context(), "appointment:8:dirty", "somebody's", 0)
	b.raw.HSet(t.Context(), "appointment:9", "status", "other")
	want := []string{"foreign_keys 7 ", "foreign_keys 8 ", "stale_copy 9 status!"}
	if got := b.verify("", true); !slices.Equal(got, want) {
		t.Errorf("found %q; want %q", got, want)
	}
}
