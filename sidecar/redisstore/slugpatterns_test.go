package redisstore_test

import (
	"slices"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestASlugUnderTwoPatterns: its type's pattern was changed while it waited.
func TestASlugUnderTwoPatterns(t *testing.T) {
	begin := func(t *testing.T) bench {
		b := open(t).other(t, "hospital_appointment=appointment:{id}")
		b.unseen(t, "status", "x")
		b = b.other(t, "hospital_appointment=doctor:{id}:availability")
		b.unseen(t, "room", "12")
		return b
	}
	t.Run("moves as one", func(t *testing.T) {
		b := begin(t)
		if err := b.Move(t.Context(), b.lease, b.claim(t, slug), post(7)); err != nil {
			t.Fatal(err)
		}
		wantValues(t, b.values(t, "doctor:7:availability"), map[string]string{"status": "x", "room": "12"})
		b.wantUnseen(t)
		if members, err := b.Members(t.Context(), 1, -1); err != nil || !slices.Equal(members, []string{"7"}) {
			t.Errorf("Members = %v, %v", members, err)
		}
	})
	t.Run("keeps its place for what came under the other since", func(t *testing.T) {
		b := begin(t)
		r := b.claim(t, slug)
		r.Fields = slices.DeleteFunc(r.Fields, func(f appointment.Dirty) bool { return f.Key == "status" })
		if err := b.Move(t.Context(), b.lease, r, post(7)); err != nil {
			t.Fatal(err)
		}
		b.wantUnseen(t, slug.Slug)
		score := b.raw.ZScore(t.Context(), "appointments:dirty", slug.Slug).Val()
		if now := b.raw.Time(t.Context()).Val(); time.UnixMilli(int64(score)).After(now) {
			t.Errorf("it is due at %v, now is %v", time.UnixMilli(int64(score)), now)
		}
	})
	t.Run("has no post under either", func(t *testing.T) {
		b := begin(t)
		if ours, err := b.Absent(t.Context(), b.lease, b.claim(t, slug)); err != nil || !ours {
			t.Fatalf("Absent = %v, %v", ours, err)
		}
		for _, f := range b.claim(t, slug).Fields {
			if f.Unverified {
				t.Errorf("%+v", f)
			}
		}
		b.wantUnseen(t)
	})
	t.Run("has none though the other holds what is nobody's here", func(t *testing.T) {
		b := open(t).other(t, "hospital_appointment=appointment:{id}")
		b.set(t, post(1), "status", "x")
		b = b.other(t, "hospital_appointment=doctor:{id}:availability")
		b.unseen(t, "room", "12")
		b.foreign(t, "appointment:"+slug.Slug+":dirty")
		if ours, err := b.Absent(t.Context(), b.lease, b.claim(t, slug)); err != nil || !ours {
			t.Errorf("Absent = %v, %v", ours, err)
		}
		b.wantUnseen(t)
	})
	t.Run("is still to be looked up where something came under one of them since", func(t *testing.T) {
		b := begin(t)
		r := b.claim(t, slug)
		b.other(t, "hospital_appointment=appointment:{id}").unseen(t, "status", "newer")
		if ours, err := b.Absent(t.Context(), b.lease, r); err != nil || !ours {
			t.Fatalf("Absent = %v, %v", ours, err)
		}
		b.wantUnseen(t, slug.Slug)
	})
}
