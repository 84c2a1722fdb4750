package ownership

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
)

// siteRows is the table of the site rows.
type siteRows struct {
	db     *sql.DB
	tables appointment.Tables
}

// read returns the site rows of all blogs in one statement. Without our tables
// there are none: the plugin was never activated.
func (s siteRows) read(ctx context.Context) (map[uint64]appointment.Site, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT blog_id, epoch, mode = 'native', held, settled, returned, redis_id FROM "+s.tables.State())
	if noTable(err) {
		return nil, nil
	}
	if err != nil {
		return nil, away("read site rows", err)
	}
	defer rows.Close()
	sites := map[uint64]appointment.Site{}
	for rows.Next() {
		var s appointment.Site
		if err := rows.Scan(&s.Blog, &s.Epoch, &s.Native, &s.Held, &s.Settled, &s.Returned, &s.RedisID); err != nil {
			return nil, away("read site rows", err)
		}
		sites[s.Blog] = s
	}
	if err := rows.Err(); err != nil {
		return nil, away("read site rows", err)
	}
	return sites, nil
}

// takeOver makes the site native in a new epoch, if it still is what it was
// (R3, R7). false: somebody was faster.
func (s siteRows) takeOver(ctx context.Context, site appointment.Site) (bool, error) {
	result, err := s.db.ExecContext(ctx, "UPDATE "+s.tables.State()+
		" SET mode = 'native', epoch = epoch + 1 WHERE blog_id = ? AND mode = 'offload' AND epoch = ?", site.Blog, site.Epoch)
	if err != nil {
		return false, away("take over", err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// skip makes a native site's epoch a later one, if it still is what it was, and
// what core has written natively a write of that epoch: whatever a Redis of an
// epoch before it holds dirty is older.
func (s siteRows) skip(ctx context.Context, site appointment.Site, epoch uint64, queue bool) error {
	tx, err := s.lock(ctx, site.Blog, queue)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after COMMIT it does nothing
	result, err := tx.ExecContext(ctx, "UPDATE "+s.tables.State()+
		" SET epoch = ? WHERE blog_id = ? AND mode = 'native' AND held = 0 AND epoch = ? AND epoch < ?", epoch, site.Blog, site.Epoch, epoch)
	if err != nil {
		return away("skip epochs", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE "+s.tables.Native()+" SET epoch = ? WHERE blog_id = ?", epoch, site.Blog); err != nil {
		return away("skip epochs", err)
	}
	if err := tx.Commit(); err != nil {
		return away("skip epochs", err)
	}
	return nil
}

// settle records that a lease period has passed since the epoch began (R3).
func (s siteRows) settle(ctx context.Context, site appointment.Site, queue bool) error {
	tx, err := s.lock(ctx, site.Blog, queue)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after COMMIT it does nothing
	_, err = tx.ExecContext(ctx, "UPDATE "+s.tables.State()+
		" SET settled = epoch WHERE blog_id = ? AND epoch = ? AND settled < epoch", site.Blog, site.Epoch)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return away("settle", err)
	}
	return nil
}

// lock begins a transaction with the site row locked, or fails at once: a
// native write may hold it for as long as its caller's transaction lasts, and
// whoever queues behind that holds up everybody else's native writes. With queue
// it does, for a second at most, the server's innodb_lock_wait_timeout: see patience.
func (s siteRows) lock(ctx context.Context, blog uint64, queue bool) (*sql.Tx, error) {
	how := " FOR UPDATE NOWAIT"
	if queue {
		how = " FOR UPDATE"
	}
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, away("lock the site row", err)
	}
	err = tx.QueryRowContext(ctx, "SELECT blog_id FROM "+s.tables.State()+" WHERE blog_id = ?"+how, blog).Scan(&blog)
	if err != nil {
		_ = tx.Rollback() // the error that matters is the one above
		return nil, away("lock the site row, which a transaction may hold", err)
	}
	return tx, nil
}

// giveBack ends R6: offload in a new epoch with this Redis, and no native
// writes left to remember, if the row is still what it was. false: it is not.
// The fence row of post 0 keeps the epoch too: were the site row lost, the new
// one would begin after it. last is told of the posts of those native writes, of
// which there can be no other then; nothing is changed if it fails.
func (s siteRows) giveBack(ctx context.Context, site appointment.Site, redisID string, queue bool, last func([]uint64) error) (bool, error) {
	tx, err := s.lock(ctx, site.Blog, queue)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // after COMMIT it does nothing
	result, err := tx.ExecContext(ctx, "UPDATE "+s.tables.State()+
		" SET mode = 'offload', returned = epoch + 1, epoch = epoch + 1, redis_id = ?"+
		" WHERE blog_id = ? AND mode = 'native' AND held = 0 AND epoch = ?", redisID, site.Blog, site.Epoch)
	if err != nil {
		return false, away("return", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return false, err
	}
	ids, err := s.natives(ctx, tx, site.Blog)
	if err != nil {
		return false, err
	}
	if err := last(ids); err != nil {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM "+s.tables.Native()+" WHERE blog_id = ?", site.Blog); err != nil {
		return false, away("return", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO "+s.tables.Fence()+" (blog_id, post_id, epoch) VALUES (?, 0, ?) ON DUPLICATE KEY UPDATE epoch = VALUES(epoch)",
		site.Blog, site.Epoch+1); err != nil {
		return false, away("return", err)
	}
	if err := tx.Commit(); err != nil {
		return false, away("return", err)
	}
	return true, nil
}

// querier is the pool, or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// natives returns the posts that core wrote while native, ascending; 0 stands for all.
func (s siteRows) natives(ctx context.Context, in querier, blog uint64) ([]uint64, error) {
	rows, err := in.QueryContext(ctx, "SELECT DISTINCT post_id FROM "+s.tables.Native()+" WHERE blog_id = ? ORDER BY post_id", blog)
	if err != nil {
		return nil, away("read native writes", err)
	}
	defer rows.Close()
	var posts []uint64
	for rows.Next() {
		var id uint64
		if err := rows.Scan(&id); err != nil {
			return nil, away("read native writes", err)
		}
		posts = append(posts, id)
	}
	return posts, rows.Err()
}

// prune removes fence rows that nothing can need: those of an epoch before the
// last return, since a read of that epoch cannot commit any more, and all that
// was dirty then was drained.
func (s siteRows) prune(ctx context.Context, blog uint64) error {
	for {
		result, err := s.db.ExecContext(ctx, "DELETE FROM "+s.tables.Fence()+" WHERE blog_id = ? AND epoch < (SELECT returned FROM "+
			s.tables.State()+" WHERE blog_id = ?) LIMIT 1000", blog, blog)
		if err != nil {
			return away("prune fence rows", err)
		}
		if n, err := result.RowsAffected(); err != nil || n < 1000 {
			return err
		}
	}
}

// identity names the site whose fields a Redis holds: database, prefix and
// address. A copy or a restored database has another one.
func (s siteRows) identity(ctx context.Context, blog uint64) (string, error) {
	var database, address string
	err := s.db.QueryRowContext(ctx, "SELECT DATABASE(), option_value FROM "+s.tables.Options(blog)+" WHERE option_name = 'siteurl'").Scan(&database, &address)
	if noTable(err) {
		err = fmt.Errorf("%w: %w", appointment.ErrBlogGone, err)
	}
	if err != nil {
		return "", away("read the site's address", err)
	}
	return fmt.Sprintf("%s.%s at %s", database, s.tables.Base, address), nil
}

// noTable tells ER_NO_SUCH_TABLE.
func noTable(err error) bool {
	var server *mysql.MySQLError
	return errors.As(err, &server) && server.Number == 1146
}

func away(doing string, err error) error {
	return fmt.Errorf("%s: %w: %w", doing, appointment.ErrMySQLAway, err)
}
