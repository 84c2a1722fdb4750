package postmeta

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/go-sql-driver/mysql"
)

// apply writes a change: one multi-row statement each for the values of rows
// that exist, for births and for deletions, and the fence. A statement is cut
// where it would outgrow max_allowed_packet. Only births can meet a lock that
// lock() did not take: somebody's gap.
func (b batch) apply(ctx context.Context, tx *sql.Tx, c change, packet int, nowait bool) error {
	slices.SortFunc(c.values, func(x, y row) int { return cmp.Compare(x.id, y.id) })
	slices.SortFunc(c.births, func(x, y row) int { return cmp.Or(cmp.Compare(x.post, y.post), cmp.Compare(x.key, y.key)) })
	slices.Sort(c.deletes)

	into := "INSERT INTO " + b.tables.Postmeta(b.blog)
	err := inPackets(c.values, packet, func(rows []row) error {
		args := make([]any, 0, 4*len(rows))
		for _, r := range rows {
			args = append(args, r.id, r.post, r.key, r.value)
		}
		// The rows are locked, so every meta_id meets its row. VALUES() is the
		// form that MySQL and MariaDB both take.
		_, err := tx.ExecContext(ctx, into+" (meta_id, post_id, meta_key, meta_value) VALUES "+tuples(len(rows), 4)+
			" ON DUPLICATE KEY UPDATE meta_value = VALUES(meta_value)", args...)
		return err
	})
	if err != nil {
		return err
	}
	bear := into
	if nowait {
		bear = b.dialect.nowait + into
	}
	err = inPackets(c.births, packet, func(rows []row) error {
		args := make([]any, 0, 3*len(rows))
		for _, r := range rows {
			args = append(args, r.post, r.key, r.value)
		}
		_, err := tx.ExecContext(ctx, bear+" (post_id, meta_key, meta_value) VALUES "+tuples(len(rows), 3), args...)
		return err
	})
	if err != nil {
		return err
	}
	if err := b.remove(ctx, tx, c.deletes); err != nil {
		return err
	}
	return b.raise(ctx, tx, c.fences)
}

func (b batch) remove(ctx context.Context, tx *sql.Tx, ids []uint64) error {
	if len(ids) == 0 {
		return nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM "+b.tables.Postmeta(b.blog)+" WHERE meta_id IN ("+marks(len(ids))+")", args...)
	return err
}

func (b batch) raise(ctx context.Context, tx *sql.Tx, fences map[uint64]fence) error {
	if len(fences) == 0 {
		return nil
	}
	args := make([]any, 0, 6*len(fences))
	for _, post := range sortedPosts(fences) {
		f := fences[post]
		args = append(args, b.blog, post, f.read.Epoch, f.read.Counter, f.version.Epoch, f.version.Counter)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO "+b.tables.Fence()+
		" (blog_id, post_id, epoch, stamp, version_epoch, version_counter) VALUES "+tuples(len(fences), 6)+
		" ON DUPLICATE KEY UPDATE epoch = VALUES(epoch), stamp = VALUES(stamp),"+
		" version_epoch = VALUES(version_epoch), version_counter = VALUES(version_counter)", args...)
	return err
}

func sortedPosts(fences map[uint64]fence) []uint64 {
	posts := make([]uint64, 0, len(fences))
	for post := range fences {
		posts = append(posts, post)
	}
	slices.Sort(posts)
	return posts
}

// inPackets cuts rows so that each piece fits a packet, even if escaping
// doubles it. A single value that only escaping makes too large goes as it is:
// the driver then sends it apart. One that is too large by itself is refused
// here: the server's error for it (1105) could be anything.
func inPackets(rows []row, packet int, statement func([]row) error) error {
	for len(rows) > 0 {
		if len(rows[0].value) > packet {
			return mysql.ErrPktTooLarge
		}
		n, size := 0, 0
		for n < len(rows) && n < 5000 {
			size += 2*(len(rows[n].key)+len(rows[n].value)) + 64
			if n > 0 && size > packet/2 {
				break
			}
			n++
		}
		if err := statement(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
