package postmeta

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"hospital-appointments-redis/sidecar/appointment"
)

// lock takes every lock of R4's transaction, in the one order that all use
// (site row, fence rows, posts, meta rows; ids ascending), and reads what plan
// decides by.
func (b batch) lock(ctx context.Context, tx *sql.Tx, readings []appointment.Reading, nowait bool) (state, error) {
	ids := make([]any, 0, len(readings))
	for _, r := range readings {
		ids = append(ids, r.Post.ID)
	}
	slices.SortFunc(ids, func(x, y any) int { return int(int64(x.(uint64)) - int64(y.(uint64))) })
	s := state{fences: map[uint64]fence{}, natives: map[uint64]map[string]uint64{}, posts: map[uint64]bool{}, rows: map[uint64]map[string][]uint64{}, alike: map[uint64]map[string][]uint64{}}
	l := locker{batch: b, tx: tx, readings: readings, ids: ids, in: marks(len(ids)), update: " FOR UPDATE", insert: "INSERT IGNORE INTO "}
	if nowait {
		l.update, l.share, l.insert = " FOR UPDATE NOWAIT", " NOWAIT", b.dialect.nowait+l.insert
	}
	for _, step := range []func(context.Context, *state) error{l.site, l.fence, l.natives, l.posts, l.rows, l.values} {
		if err := step(ctx, &s); err != nil {
			return s, err
		}
	}
	for post, writes := range s.natives {
		s.natives[post] = s.spelt.newest(writes)
	}
	return s, nil
}

type locker struct {
	batch
	tx            *sql.Tx
	readings      []appointment.Reading
	ids           []any
	in            string // placeholders of ids
	update, share string // suffixes
	insert        string // how the statement that creates fence rows begins
}

// site: the site row in share mode, its epoch still ours. With it comes how much
// this connection takes: an administrator may change that for those after it.
func (l locker) site(ctx context.Context, s *state) error {
	query := "SELECT @@max_allowed_packet, epoch, mode = 'native', returned FROM " + l.tables.State() + " WHERE blog_id = ? LOCK IN SHARE MODE"
	err := l.tx.QueryRowContext(ctx, query, l.blog).Scan(&s.packet, &s.site.Epoch, &s.site.Native, &s.site.Returned)
	if err == sql.ErrNoRows || err == nil && s.site.Epoch != l.epoch {
		return errEpoch
	}
	return err
}

// fence: the fence rows for update, created if absent, so that a native write
// of the same post and this exclude each other.
func (l locker) fence(ctx context.Context, s *state) error {
	query := "SELECT post_id, epoch, stamp, version_epoch, version_counter FROM " + l.tables.Fence() +
		" WHERE blog_id = ? AND post_id IN (" + l.in + ") ORDER BY post_id" + l.update
	for range 2 {
		err := l.each(ctx, query, append([]any{l.blog}, l.ids...), func(scan func(...any) error) error {
			var post uint64
			var f fence
			err := scan(&post, &f.read.Epoch, &f.read.Counter, &f.version.Epoch, &f.version.Counter)
			s.fences[post] = f
			return err
		})
		if err != nil || len(s.fences) == len(l.ids) {
			return err
		}
		var missing []any
		for _, id := range l.ids {
			if _, ok := s.fences[id.(uint64)]; !ok {
				missing = append(missing, l.blog, id)
			}
		}
		create := l.insert + l.tables.Fence() + " (blog_id, post_id) VALUES " + tuples(len(missing)/2, 2)
		if _, err := l.tx.ExecContext(ctx, create, missing...); err != nil {
			return err
		}
	}
	return fmt.Errorf("fence rows of %d posts: %d found after creating them", len(l.ids), len(s.fences))
}

// natives: what core wrote while the site was native. In offload there is
// nothing to read: the return deleted the rows, and only a native site row,
// which our share lock keeps from coming, lets new ones in.
func (l locker) natives(ctx context.Context, s *state) error {
	if !s.site.Native {
		return nil
	}
	query := "SELECT post_id, meta_key, epoch FROM " + l.tables.Native() + " WHERE blog_id = ? AND post_id IN (0," + l.in + ")"
	return l.each(ctx, query, append([]any{l.blog}, l.ids...), func(scan func(...any) error) error {
		var post, epoch uint64
		var key string
		err := scan(&post, &key, &epoch)
		if s.natives[post] == nil {
			s.natives[post] = map[string]uint64{}
		}
		s.natives[post][key] = epoch
		return err
	})
}

// posts: those that exist, in share mode, so that none is deleted while rows
// are born for it, and which of them no direct write is for. A statement of its
// own, so that SELECT is all it needs.
func (l locker) posts(ctx context.Context, s *state) error {
	query := "SELECT ID, post_type FROM " + l.tables.Posts(l.blog) + " WHERE ID IN (" + l.in + ") ORDER BY ID" + l.dialect.share + l.share
	return l.each(ctx, query, l.ids, func(scan func(...any) error) error {
		var id uint64
		var name string
		err := scan(&id, &name)
		s.posts[id] = len(l.Types) == 0 || slices.Contains(l.Types, name)
		return err
	})
}

func (l locker) each(ctx context.Context, query string, args []any, row func(scan func(...any) error) error) error {
	return each(ctx, l.tx, query, args, row)
}

// querier is a transaction, or a connection without one.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each calls row for every row that a query finds.
func each(ctx context.Context, in querier, query string, args []any, row func(scan func(...any) error) error) error {
	rows, err := in.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// marks is n placeholders.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// tuples is n rows of width placeholders.
func tuples(n, width int) string {
	return strings.TrimSuffix(strings.Repeat("("+marks(width)+"),", n), ",")
}
