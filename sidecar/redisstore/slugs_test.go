package redisstore_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

var slug = appointment.Post{Blog: 1, Slug: "appt_12345"}

func TestMove(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "end", "older, from before it had the slug")
	b.set(t, slug, "status", "confirmed", "room", "1", "notes", "older than a dead letter", "end", "newer", "start", "newer than a dead letter")
	b.set(t, post(7), "room", "2")
	b.raw.HSet(t.Context(), "appointments:dead", "7:notes", `{"version":"2-99"}`, "7:start", `{"version":"1-99"}`)
	if err := b.Move(t.Context(), b.lease, appointment.Reading{Post: slug}, post(7)); err != nil {
		t.Fatal(err)
	}
	wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "confirmed", "room": "2", "end": "newer", "start": "newer than a dead letter"})
	if left := b.hash(t, "appointments:dead"); len(left) != 1 || left["7:notes"] == "" {
		t.Errorf("the dead letters are %v", left)
	}
	for _, field := range b.claim(t, post(7)).Fields {
		if field.BySlug != (field.Key != "room") || field.Unverified != (field.Key == "end") {
			t.Errorf("%s: %+v", field.Key, field)
		}
	}
	b.wantFields(t, 4, "two moved, one over another, and one was there")
	if n := b.raw.Exists(t.Context(), "appointment:appt_12345", "appointment:appt_12345:dirty").Val(); n != 0 {
		t.Errorf("%d keys of the slug left", n)
	}
	if members, err := b.Members(t.Context(), 1, -1); err != nil || !slices.Equal(members, []string{"7"}) {
		t.Errorf("Members = %v, %v", members, err)
	}
}

// unseen writes to the slug while nobody can look it up.
func (b bench) unseen(t *testing.T, key, value string) {
	t.Helper()
	w := appointment.Write{Post: slug, Lease: b.lease, Unseen: true, Fields: []appointment.Field{{Key: key, Value: value}}}
	if _, err := b.Write(t.Context(), []appointment.Write{w}); err != nil {
		t.Fatal(err)
	}
}

func (b bench) wantUnseen(t *testing.T, want ...string) {
	t.Helper()
	look, err := b.Waiting(t.Context(), b.lease, nil)
	if err != nil || !slices.Equal(look.Unseen, want) {
		t.Errorf("unseen: %v, %v, want %v", look.Unseen, err, want)
	}
}

func TestMoveOfWhatCameWithoutMySQL(t *testing.T) {
	b := open(t)
	b.set(t, post(7), "room", "older")
	for _, key := range []string{"room", "status", "notes", "end", "start"} {
		b.unseen(t, key, "by the slug")
	}
	b.wantUnseen(t, "appt_12345")
	if view, err := b.Dirty(t.Context(), 1, b.lease.Token, nil); err != nil || !view.Unseen {
		t.Errorf("Dirty = %+v, %v", view, err)
	}
	b.set(t, post(7), "status", "newer")
	b.raw.HSet(t.Context(), "appointments:dead", "7:notes", `{"version":"2-999"}`, "7:end", `{"version":"1-999"}`, "7:start", "no letter of ours")
	was := b.hash(t, "appointment:appt_12345:dirty")
	if err := b.Move(t.Context(), b.lease, appointment.Reading{Post: slug}, post(7)); err != nil {
		t.Fatal(err)
	}
	wantValues(t, b.values(t, "appointment:7"), map[string]string{"room": "by the slug", "status": "newer", "end": "by the slug", "start": "by the slug"})
	is := b.hash(t, "appointment:7:dirty")
	for _, key := range []string{"room", "end", "start"} {
		if is[key] != was[key]+"s" || !strings.HasSuffix(is[key], "us") {
			t.Errorf("the mark of %s is %q, and was %q", key, is[key], was[key])
		}
	}
	if left := b.hash(t, "appointments:dead"); len(left) != 2 || left["7:notes"] == "" || left["7:start"] == "" {
		t.Errorf("the dead letters are %v", left)
	}
	b.wantFields(t, 4, "three moved, two of them new")
	b.wantUnseen(t)
}

// TestMoveOfTwoSlugsToOnePost: MySQL takes spellings for one, and a post's slug
// changes. The later write stays, whichever slug is moved first.
func TestMoveOfTwoSlugsToOnePost(t *testing.T) {
	for _, first := range []string{"older", "newer"} {
		t.Run(first+" first", func(t *testing.T) {
			b := open(t)
			slugs := map[string]appointment.Post{}
			for i, name := range []string{"older", "newer"} {
				slugs[name] = appointment.Post{Blog: 1, Slug: "appt_" + name, Type: "hospital_appointment"}
				b.set(t, slugs[name], "status", name)
				b.raw.HSet(t.Context(), "appointment:appt_"+name+":dirty", "status", fmt.Sprintf("2-%d@%d", 10+i, 1000+i))
			}
			second := map[string]string{"older": "newer", "newer": "older"}[first]
			for _, name := range []string{first, second} {
				if err := b.Move(t.Context(), b.lease, appointment.Reading{Post: slugs[name]}, post(7)); err != nil {
					t.Fatal(err)
				}
			}
			wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "newer"})
			if f := b.claim(t, post(7)).Fields[0]; !f.BySlug || f.Unverified || f.At.UnixMilli() != 1001 {
				t.Errorf("%+v", f)
			}
			b.wantFields(t, 1, "moved twice")
		})
	}
}

func TestWhatCameByASlugIsNotWhatAWriteIsHeldAgainst(t *testing.T) {
	b := open(t)
	b.set(t, slug, "status", "confirmed")
	if err := b.Move(t.Context(), b.lease, appointment.Reading{Post: slug}, post(7)); err != nil {
		t.Fatal(err)
	}
	w := appointment.Write{Post: post(7), Lease: b.lease, Fields: []appointment.Field{{Key: "status", Value: "confirmed"}}}
	for _, want := range []appointment.Outcome{appointment.Updated, appointment.Unchanged} { // readers saw the row, which may be another
		if outcomes, err := b.Write(t.Context(), []appointment.Write{w}); err != nil || outcomes[0][0] != want {
			t.Errorf("Write = %v, %v, want %s", outcomes, err, want)
		}
	}
	if f := b.claim(t, post(7)).Fields[0]; f.BySlug {
		t.Errorf("%+v", f)
	}
}

func TestMoveFromUnderAnotherPattern(t *testing.T) {
	b := open(t)
	other := appointment.Post{Blog: 1, Slug: "dr-house", Type: "hospital_doctor"} // as where appointments are not the first type
	b.set(t, other, "status", "x")
	r := b.claim(t, other)
	if err := b.Move(t.Context(), b.lease, r, post(7)); err != nil {
		t.Fatal(err)
	}
	wantValues(t, b.values(t, "appointment:7"), map[string]string{"status": "x"})
	if n := b.raw.Exists(t.Context(), "doctor:dr-house:availability", "doctor:dr-house:availability:dirty").Val(); n != 0 {
		t.Errorf("%d keys of the slug left", n)
	}
}

func TestAbsent(t *testing.T) {
	b := open(t)
	b.unseen(t, "room", "1")
	b.unseen(t, "status", "x")
	r := b.claim(t, slug)
	b.unseen(t, "status", "y")
	t.Run("what was read came before the post, and what was written since is to be looked up", func(t *testing.T) {
		if ours, err := b.Absent(t.Context(), b.lease, r); err != nil || !ours {
			t.Fatal(ours, err)
		}
		b.wantUnseen(t, "appt_12345")
		for _, field := range b.claim(t, slug).Fields {
			if field.Unverified != (field.Key == "status") {
				t.Errorf("%s: %+v", field.Key, field)
			}
		}
	})
	t.Run("a claim that is over notes nothing", func(t *testing.T) {
		if ours, err := b.Absent(t.Context(), b.lease, r); err != nil || ours {
			t.Fatal(ours, err)
		}
		b.wantUnseen(t, "appt_12345")
	})
	t.Run("all of it came before", func(t *testing.T) {
		if ours, err := b.Absent(t.Context(), b.lease, b.claim(t, slug)); err != nil || !ours {
			t.Fatal(ours, err)
		}
		b.wantUnseen(t)
	})
	t.Run("a slug that is clean by other ways is looked up no more", func(t *testing.T) {
		b.unseen(t, "room", "1")
		b.raw.Del(t.Context(), "appointment:appt_12345:dirty")
		if readings, err := b.Claim(t.Context(), b.lease, []appointment.Post{slug}, true); err != nil || len(readings) != 0 {
			t.Fatalf("Claim = %v, %v; want nothing", readings, err)
		}
		b.wantUnseen(t)
	})
	for name, write := range map[string]func(appointment.Write) error{
		"a status": func(w appointment.Write) error { _, err := b.SetStatus(t.Context(), w, "x", true); return err },
		"a delete": func(w appointment.Write) error { _, err := b.Delete(t.Context(), w); return err },
	} {
		t.Run(name+" is to be looked up too", func(t *testing.T) {
			b.set(t, slug, "room", "1")
			if err := write(appointment.Write{Post: slug, Lease: b.lease, Unseen: true}); err != nil {
				t.Fatal(err)
			}
			b.wantUnseen(t, "appt_12345")
			if ours, err := b.Absent(t.Context(), b.lease, b.claim(t, slug)); err != nil || !ours {
				t.Fatal(ours, err)
			}
		})
	}
}
