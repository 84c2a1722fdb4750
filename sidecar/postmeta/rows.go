package postmeta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
)

// reasonOf is MySQL's reason without the value that it quotes: error texts of
// 1366 and 1406 name the column and the row, and 1366 some of the bytes.
func reasonOf(err error) string {
	var server *mysql.MySQLError
	if errors.As(err, &server) {
		if reason, ok := reasons[server.Number]; ok {
			return reason
		}
		return fmt.Sprintf("MySQL refuses the value (MySQL error %d)", server.Number)
	}
	return "the value is larger than max_allowed_packet"
}

var reasons = map[uint16]string{
	1406: "the value or the key is too long for its column (MySQL error 1406)",
	1366: "the value has bytes that the column's character set cannot hold (MySQL error 1366)",
	1300: "the value is not valid text in the connection's character set (MySQL error 1300)",
	3988: "the value has characters that the column's character set cannot hold (MySQL error 3988)",
	1265: "the value would be cut short (MySQL error 1265)",
	1153: "the value is larger than max_allowed_packet (MySQL error 1153)",
	4025: "a CHECK constraint refuses the value (MySQL error 4025)",
	3819: "a CHECK constraint refuses the value (MySQL error 3819)",
	1644: "a trigger refuses the value (MySQL error 1644)",
	1062: "a unique key refuses the row (MySQL error 1062)",
}

// Resolve completes a post, by id or slug, among the post types given.
// ErrUnknownPost: there is none; ErrMySQLAway: nobody can tell.
func (d *DB) Resolve(ctx context.Context, post appointment.Post, types []string) (appointment.Post, error) {
	if len(types) == 0 {
		return post, appointment.ErrUnknownPost
	}
	column, wanted := "ID", any(post.ID)
	if post.ID == 0 {
		column, wanted = "post_name", post.Slug
	}
	args := []any{wanted}
	for _, t := range types {
		args = append(args, t)
	}
	query := "SELECT ID, post_type FROM " + d.tables.Posts(post.Blog) + " WHERE " + column + " = ? AND post_type IN (" + marks(len(types)) + ") ORDER BY ID LIMIT 1"
	found := appointment.Post{Blog: post.Blog}
	err := d.db.QueryRowContext(ctx, query, args...).Scan(&found.ID, &found.Type)
	if errors.Is(err, sql.ErrNoRows) {
		return post, appointment.ErrUnknownPost
	}
	if err != nil {
		return post, asAway("find post", err)
	}
	return found, nil
}

// Rows returns the values of a post's keys that have one row.
func (d *DB) Rows(ctx context.Context, post appointment.Post) (map[string]string, error) {
	rows, err := d.db.QueryContext(ctx, "SELECT meta_key, meta_value FROM "+d.tables.Postmeta(post.Blog)+" WHERE post_id = ?", post.ID)
	if err != nil {
		return nil, asAway("read rows", err)
	}
	defer rows.Close()
	values, count := map[string]string{}, map[string]int{}
	for rows.Next() {
		var key, value sql.NullString
		if err := rows.Scan(&key, &value); err != nil {
			return nil, asAway("read rows", err)
		}
		values[key.String] = value.String
		count[key.String]++
	}
	if err := rows.Err(); err != nil {
		return nil, asAway("read rows", err)
	}
	for key, n := range count {
		if n > 1 {
			delete(values, key)
		}
	}
	return values, nil
}

// Later tells whether MySQL has something newer than a dirty field that came by
// the post's slug, so that a sync would not change it: readers are not to see
// the field either.
func (d *DB) Later(ctx context.Context, post appointment.Post, field appointment.Dirty) (bool, error) {
	if field.Unverified {
		against, err := d.Native(ctx, post)
		return err == nil && against.Overtakes(field.Key, field.Version), err
	}
	var there bool
	err := d.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+d.tables.Postmeta(post.Blog)+" WHERE post_id = ? AND meta_key = ?)", post.ID, field.Key).Scan(&there)
	if err != nil {
		return false, asAway("look for rows", err)
	}
	return there, nil
}

// Native returns, by one statement, what stands against dirty fields of a post
// while nobody holds a lease (R8): the native writes, the last return, and the
// fence.
func (d *DB) Native(ctx context.Context, post appointment.Post) (appointment.Native, error) {
	rows, err := d.db.QueryContext(ctx, "SELECT s.returned, n.meta_key, n.epoch, COALESCE(f.version_epoch, 0), COALESCE(f.version_counter, 0) FROM "+
		d.tables.State()+" s LEFT JOIN "+d.tables.Native()+" n ON n.blog_id = s.blog_id AND n.post_id IN (0, ?) LEFT JOIN "+
		d.tables.Fence()+" f ON f.blog_id = s.blog_id AND f.post_id = ? WHERE s.blog_id = ?", post.ID, post.ID, post.Blog)
	if err != nil {
		return appointment.Native{}, asAway("read native writes", err)
	}
	defer rows.Close()
	native := appointment.Native{Writes: map[string]uint64{}}
	for rows.Next() {
		var key sql.NullString
		var epoch sql.NullInt64
		if err := rows.Scan(&native.Returned, &key, &epoch, &native.Fence.Epoch, &native.Fence.Counter); err != nil {
			return native, asAway("read native writes", err)
		}
		if epoch.Valid {
			native.Writes[key.String] = max(native.Writes[key.String], uint64(epoch.Int64))
		}
	}
	if err := rows.Err(); err != nil {
		return native, asAway("read native writes", err)
	}
	return native, nil
}
