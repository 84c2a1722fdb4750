package postmeta

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// What sidecars wrote without Redis waits here, not there, until WordPress was
// told of it. Two sidecars may tell it the same.

// NoticeCounts returns how many notices each blog has.
func (d *DB) NoticeCounts(ctx context.Context, _ []uint64) (map[uint64]int64, error) {
	counts := map[uint64]int64{}
	err := d.every(ctx, "SELECT blog_id, COUNT(*) FROM "+d.tables.Notices()+" GROUP BY blog_id", nil, func(scan func(...any) error) error {
		var blog uint64
		var n int64
		err := scan(&blog, &n)
		counts[blog] = n
		return err
	})
	if err != nil {
		return nil, asAway("count notices", err)
	}
	return counts, nil
}

// Notices returns up to n of what WordPress has to be told of, any of it, so that
// one that a listener cannot bear is not always the first, with the time by MySQL's
// clock, which all sidecars share.
func (d *DB) Notices(ctx context.Context, lease appointment.Lease, _ string, _ time.Duration, n int) ([]appointment.Notice, time.Time, error) {
	var notices []appointment.Notice
	var now sql.NullFloat64
	query := "SELECT post_id, meta_key, mark, UNIX_TIMESTAMP(NOW(3)) FROM " + d.tables.Notices() + " WHERE blog_id = ? ORDER BY RAND() LIMIT " + strconv.Itoa(n)
	err := d.every(ctx, query, []any{lease.Blog}, func(scan func(...any) error) error {
		var each appointment.Notice
		err := scan(&each.Post, &each.Key, &each.Mark, &now)
		notices = append(notices, each)
		return err
	})
	if err != nil {
		return nil, time.Time{}, asAway("read notices", err)
	}
	slices.SortFunc(notices, func(a, b appointment.Notice) int {
		return cmp.Or(cmp.Compare(a.Post, b.Post), cmp.Compare(a.Key, b.Key))
	})
	return notices, time.UnixMilli(int64(now.Float64 * 1000)), nil
}

// Notified removes what WordPress has confirmed, but for what was written again
// since.
func (d *DB) Notified(ctx context.Context, lease appointment.Lease, _ string, confirmed []appointment.Notice) error {
	if len(confirmed) == 0 {
		return nil
	}
	args := []any{lease.Blog}
	for _, each := range confirmed {
		args = append(args, each.Post, each.Key, each.Mark)
	}
	_, err := d.db.ExecContext(ctx, "DELETE FROM "+d.tables.Notices()+" WHERE blog_id = ? AND (post_id, meta_key, mark) IN ("+tuples(len(confirmed), 3)+")", args...)
	if err != nil {
		return asAway("remove notices", err)
	}
	return nil
}
