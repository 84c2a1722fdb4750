package postmeta_test

import (
	"maps"
	"strings"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestStatements: what a batch costs in statements does not depend on how many
// posts and fields it has, and it is one transaction.
func TestStatements(t *testing.T) {
	b := open(t)
	const posts = 100
	b.posts(t, 10, posts)
	for id := range uint64(posts) {
		for _, key := range []string{"status", "room", "notes"} {
			b.row(t, id+1, key, "before")
		}
	}
	batch := func(stamp uint64, keys ...string) []appointment.Reading {
		var readings []appointment.Reading
		for id := range uint64(posts) {
			r := appointment.Reading{Post: appointment.Post{Blog: 1, ID: id + 1, Type: "hospital_appointment"}, Stamp: stamp}
			for _, key := range keys {
				r.Fields = append(r.Fields, appointment.Dirty{Key: key, Value: "after", Version: appointment.Version{Epoch: epoch, Counter: stamp}})
			}
			readings = append(readings, r)
		}
		return readings
	}
	for _, c := range []struct {
		name     string
		readings []appointment.Reading
		want     map[string]int
	}{
		{"posts that were never synced", batch(1, "status", "room", "notes"), map[string]int{
			"select": 7, // site row, fences (twice: some are missing), posts, rows, the same rows locked; the version, once
			"insert": 3, // missing fences, values, fences
			"begin":  1, "commit": 1, "set_option": 1,
		}},
		{"posts that were", batch(2, "status", "room", "notes"), map[string]int{
			"select": 5, "insert": 2, "begin": 1, "commit": 1, "set_option": 1,
		}},
		{"one field of each", batch(3, "status"), map[string]int{
			"select": 5, "insert": 2, "begin": 1, "commit": 1, "set_option": 1,
		}},
	} {
		before := b.statements(t)
		verdicts, err := b.rows.Sync(t.Context(), 1, epoch, c.readings)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts {
			if v.Fate != appointment.Committed {
				t.Fatalf("%s: %+v", c.name, v)
			}
		}
		got := b.statements(t)
		for name, n := range got {
			got[name] = n - before[name]
		}
		maps.DeleteFunc(got, func(_ string, n int) bool { return n == 0 })
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// statements is how many of each kind the server has run so far.
func (b bench) statements(t *testing.T) map[string]int {
	t.Helper()
	rows, err := b.sql.QueryContext(t.Context(), "SHOW GLOBAL STATUS LIKE 'Com\\_%'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		switch name = strings.ToLower(strings.TrimPrefix(name, "Com_")); {
		case strings.HasPrefix(name, "show_"), strings.HasPrefix(name, "admin"): // our own asking; pings
		default:
			all[name] = n
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
