package appointment_test

import (
	"errors"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

func TestParsePost(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     appointment.Post
		err      error
	}{
		{"digits are a post id", "123", appointment.Post{Blog: 1, ID: 123}, nil},
		{"anything else is a slug", "appt_12345", appointment.Post{Blog: 1, Slug: "appt_12345"}, nil},
		{"zero is neither", "0", appointment.Post{}, appointment.ErrBadID},
		{"a padded number is neither", "0123", appointment.Post{}, appointment.ErrBadID},
		{"a number too large for MySQL is neither", "99999999999999999999", appointment.Post{}, appointment.ErrBadID},
		{"a key separator is refused", "1:dirty", appointment.Post{}, appointment.ErrBadID},
		{"nothing is neither", "", appointment.Post{}, appointment.ErrBadID},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := appointment.ParsePost(1, c.in)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("ParsePost(%q) = %+v, %v; want %+v, %v", c.in, got, err, c.want, c.err)
			}
			if err == nil && got.Member() != c.in {
				t.Errorf("Member() = %q; want %q back", got.Member(), c.in)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	t.Run("orders by epoch before counter", func(t *testing.T) {
		older, newer := appointment.Version{Epoch: 2, Counter: 900}, appointment.Version{Epoch: 3, Counter: 1}
		if older.Compare(newer) >= 0 || newer.Compare(older) <= 0 || newer.Compare(newer) != 0 {
			t.Error("a later epoch must win over any counter")
		}
	})
	t.Run("survives its own text", func(t *testing.T) {
		v := appointment.Version{Epoch: 7, Counter: 1 << 52}
		if got, err := appointment.ParseVersion(v.String()); err != nil || got != v {
			t.Errorf("ParseVersion(%q) = %v, %v", v, got, err)
		}
	})
	t.Run("refuses what is none", func(t *testing.T) {
		for _, s := range []string{"", "7", "7-", "-7", "a-b", "7-8-9"} {
			if _, err := appointment.ParseVersion(s); err == nil {
				t.Errorf("ParseVersion(%q) accepted it", s)
			}
		}
	})
}

func TestParseTypes(t *testing.T) {
	t.Run("reads the default", func(t *testing.T) {
		types, err := appointment.ParseTypes(appointment.DefaultTypes)
		if err != nil || len(types) != 2 {
			t.Fatalf("ParseTypes(default) = %v, %v", types, err)
		}
		if p, ok := types.Pattern("hospital_doctor"); !ok || p != "doctor:{id}:availability" {
			t.Errorf("Pattern(hospital_doctor) = %q, %v", p, ok)
		}
		if kind := types.Kind("appointment"); len(kind) != 1 || kind[0] != "hospital_appointment" {
			t.Errorf("Kind(appointment) = %v", kind)
		}
	})
	t.Run("takes a bare type for an appointment", func(t *testing.T) {
		types, err := appointment.ParseTypes("booking")
		if err != nil || types[0].Pattern != "appointment:{id}" {
			t.Errorf("ParseTypes(booking) = %v, %v", types, err)
		}
	})
	t.Run("refuses what would collide with the sidecar's own keys", func(t *testing.T) {
		for _, s := range []string{"", "a=appointments:{id}", "a=site:{id}", "a=x:{id}:dirty", "a=x", "a,a", "Booking", "a=X:{id}"} {
			if types, err := appointment.ParseTypes(s); err == nil {
				t.Errorf("ParseTypes(%q) = %v; want an error", s, types)
			}
		}
	})
}
