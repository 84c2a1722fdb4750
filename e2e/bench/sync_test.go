package bench

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// sync is how fast dirty fields come home, beside a loader that does nothing
// but the same statements.
func syncing(r run) {
	wide := some(200, 40)
	r.widen(some(500, 200), wide)
	shapes := []struct {
		what         string
		first, count int
		keys         []string
	}{
		{"five fields of each", firstOurs, some(20_000, 4_000), eightKeys[:5]},
		{fmt.Sprint(wide, " fields of each"), firstWide, some(500, 200), wideKeys(wide)},
	}
	db := r.Direct(r.t)
	for _, shape := range shapes {
		rows := float64(shape.count * len(shape.keys))
		var with, bare []float64
		r.patiently(func() {
			for range min(r.report.Rounds, 3) {
				r.write(ops(shape.first, shape.count, shape.keys))
				began := time.Now()
				r.settle()
				with = append(with, rows/time.Since(began).Seconds())
				began = time.Now()
				r.load(db, shape.first, shape.count, shape.keys)
				bare = append(bare, rows/time.Since(began).Seconds())
			}
		})
		what := fmt.Sprintf("%.0f fields on %d appointments", rows, shape.count)
		r.add(Figure{Question: "the sync", What: what + ", of a bare loader", Unit: "x", Rounds: ratios(with, bare), AtLeast: 0.7})
		r.add(Figure{Question: "the sync", What: what, Unit: "rows/s", Rounds: with})
	}
}

// firstWide is the first of the appointments with many fields.
const firstWide = 3_000_000

func wideKeys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("field_%03d", i)
	}
	return keys
}

func (r run) widen(count, fields int) {
	r.t.Helper()
	r.posts(firstWide, count, offloaded)
	for id := firstWide; id < firstWide+count; id++ {
		var rows []string
		for _, key := range wideKeys(fields) {
			rows = append(rows, fmt.Sprintf("(%d, '%s', 'first')", id, key))
		}
		r.sql("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES " + strings.Join(rows, ","))
	}
}

// loaderBlog has fence rows of its own, and no site row.
const loaderBlog = 999

// load brings new values into existing rows by the statements of a sync, 500
// appointments in a transaction.
func (r run) load(db *sql.DB, first, count int, keys []string) {
	r.t.Helper()
	for at := 0; at < count; at += 500 {
		if err := r.loadBatch(db, first+at, min(500, count-at), keys); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r run) loadBatch(db *sql.DB, first, count int, keys []string) error {
	ctx := r.t.Context()
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	posts := make([]any, count)
	fences := []any{}
	stamp := time.Now().UnixNano()
	for i := range posts {
		posts[i] = first + i
		fences = append(fences, loaderBlog, first+i, 1, stamp, 1, stamp)
	}
	in := strings.TrimSuffix(strings.Repeat("?,", count), ",")
	var wanted []any
	found := map[any][3]any{}
	for _, query := range []struct {
		sql  string
		args []any
		row  func(a, b, c any)
	}{
		{"SELECT epoch, mode = 'native', returned FROM wp_hospital_sync_state WHERE blog_id = 1 LOCK IN SHARE MODE", nil, nil},
		{"SELECT post_id, epoch, stamp FROM wp_hospital_sync_fence WHERE blog_id = 999 AND post_id IN (" + in + ") ORDER BY post_id FOR UPDATE", posts, nil},
		{"SELECT ID, 0, 0 FROM wp_posts WHERE ID IN (" + in + ") ORDER BY ID LOCK IN SHARE MODE", posts, nil},
		{"SELECT meta_id, post_id, meta_key FROM wp_postmeta WHERE post_id IN (" + in + ") ORDER BY post_id, meta_id", posts, func(id, post, key any) {
			if slices.Contains(keys, string(key.([]byte))) {
				wanted, found[id] = append(wanted, id), [3]any{id, post, string(key.([]byte))}
			}
		}},
	} {
		if err := rowsOf(ctx, tx, query.sql, query.args, query.row); err != nil {
			return err
		}
	}
	slices.SortFunc(wanted, func(a, b any) int { return cmp.Compare(a.(uint64), b.(uint64)) })
	marks := strings.TrimSuffix(strings.Repeat("?,", len(wanted)), ",")
	if err := rowsOf(ctx, tx, "SELECT meta_id, post_id, meta_key FROM wp_postmeta WHERE meta_id IN ("+marks+") ORDER BY meta_id FOR UPDATE", wanted, nil); err != nil {
		return err
	}
	value := fmt.Sprint("loaded at ", stamp)
	for chunk := range slices.Chunk(wanted, 5000) {
		args := make([]any, 0, 4*len(chunk))
		for _, id := range chunk {
			args = append(args, found[id][0], found[id][1], found[id][2], value)
		}
		tuples := strings.TrimSuffix(strings.Repeat("(?,?,?,?),", len(chunk)), ",")
		if _, err := tx.ExecContext(ctx, "INSERT INTO wp_postmeta (meta_id, post_id, meta_key, meta_value) VALUES "+tuples+" ON DUPLICATE KEY UPDATE meta_value = VALUES(meta_value)", args...); err != nil {
			return err
		}
	}
	tuples := strings.TrimSuffix(strings.Repeat("(?,?,?,?,?,?),", count), ",")
	if _, err := tx.ExecContext(ctx, "INSERT INTO wp_hospital_sync_fence (blog_id, post_id, epoch, stamp, version_epoch, version_counter) VALUES "+tuples+
		" ON DUPLICATE KEY UPDATE epoch = VALUES(epoch), stamp = VALUES(stamp), version_epoch = VALUES(version_epoch), version_counter = VALUES(version_counter)", fences...); err != nil {
		return err
	}
	return tx.Commit()
}

// rowsOf reads all rows of a query of three columns.
func rowsOf(ctx context.Context, tx *sql.Tx, query string, args []any, row func(a, b, c any)) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b, c any
		if err := rows.Scan(&a, &b, &c); err != nil {
			return err
		}
		if row != nil {
			row(a, b, c)
		}
	}
	return rows.Err()
}
