package postmeta

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"hospital-appointments-redis/sidecar/appointment"
)

// Facts returns what MySQL holds of posts, without locking anything.
func (d *DB) Facts(ctx context.Context, blog uint64, ids []uint64) (map[uint64]appointment.Facts, error) {
	facts := make(map[uint64]appointment.Facts, len(ids))
	if len(ids) == 0 {
		return facts, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
		facts[id] = appointment.Facts{Rows: map[string][]string{}}
	}
	in := " IN (" + marks(len(ids)) + ")"
	steps := []struct {
		query string
		args  []any
		row   func(scan func(...any) error) error
	}{
		{"SELECT ID, post_type FROM " + d.tables.Posts(blog) + " WHERE ID" + in, args, func(scan func(...any) error) error {
			var id uint64
			var kind string
			err := scan(&id, &kind)
			f := facts[id]
			f.Type = kind
			facts[id] = f
			return err
		}},
		{"SELECT post_id, version_epoch, version_counter FROM " + d.tables.Fence() + " WHERE blog_id = ? AND post_id" + in, append([]any{blog}, args...), func(scan func(...any) error) error {
			var id uint64
			var v appointment.Version
			err := scan(&id, &v.Epoch, &v.Counter)
			f := facts[id]
			f.Fence = v
			facts[id] = f
			return err
		}},
		{"SELECT post_id, meta_key, meta_value FROM " + d.tables.Postmeta(blog) + " WHERE post_id" + in, args, func(scan func(...any) error) error {
			var id uint64
			var key, value sql.NullString
			err := scan(&id, &key, &value)
			facts[id].Rows[key.String] = append(facts[id].Rows[key.String], value.String)
			return err
		}},
	}
	for _, step := range steps {
		if err := d.every(ctx, step.query, step.args, step.row); err != nil {
			return nil, asAway("read facts", err)
		}
	}
	return facts, nil
}

// Spelt returns the rows of a post's keys by those keys, where the rows have them
// in another spelling only.
func (d *DB) Spelt(ctx context.Context, blog uint64, keys []string, rows map[string][]string) (map[string][]string, error) {
	asked := map[string]bool{}
	for _, key := range keys {
		for other := range rows {
			if len(rows[key]) == 0 && mayBeOne(key, other) {
				asked[key], asked[other] = true, true
			}
		}
	}
	names := slices.Sorted(maps.Keys(asked))
	spelt, err := spell(ctx, d.db, d.tables.Postmeta(blog), names)
	if err != nil {
		return nil, asAway("compare keys", err)
	}
	found := map[string][]string{}
	for _, key := range keys {
		for _, other := range names {
			if len(rows[key]) == 0 && spelt.of(other) == spelt.of(key) {
				found[key] = append(found[key], rows[other]...)
			}
		}
	}
	return found, nil
}

// NativeWrites counts the native-write rows of a blog.
func (d *DB) NativeWrites(ctx context.Context, blog uint64) (n int, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+d.tables.Native()+" WHERE blog_id = ?", blog).Scan(&n)
	if err != nil {
		return 0, asAway("count native writes", err)
	}
	return n, nil
}

func (d *DB) every(ctx context.Context, query string, args []any, row func(scan func(...any) error) error) error {
	return each(ctx, d.db, query, args, row)
}
