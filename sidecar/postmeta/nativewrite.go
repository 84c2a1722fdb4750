package postmeta

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
)

// WriteNative writes the changes to one post as core would, while the site is
// native in an epoch whose lease period was waited out (R3), and commits.
//
// Nothing was written: ErrEpochOver (the site row says something else by now),
// ErrUnknownPost, *RefusedError, ErrPostLocked, ErrMySQLAway. ErrUnknownCommit:
// it may have been.
func (d *DB) WriteNative(ctx context.Context, epoch uint64, w appointment.Write) error {
	dialect, err := d.ask(ctx)
	if err != nil {
		return err
	}
	b := batch{DB: d, dialect: dialect, blog: w.Post.Blog, epoch: epoch}
	err = b.writeNative(ctx, w, true)
	for tries := 0; again(err) && tries < 3; tries++ {
		err = b.writeNative(ctx, w, true)
	}
	var server *mysql.MySQLError
	switch {
	case err == nil, errors.Is(err, appointment.ErrUnknownPost), errors.Is(err, appointment.ErrUnknownCommit):
		return err
	case errors.Is(err, errEpoch):
		return fmt.Errorf("write post %d: %w", w.Post.ID, appointment.ErrEpochOver)
	case troubleOf(err) == refused:
		return b.blame(ctx, w, err)
	case again(err):
		return fmt.Errorf("write post %d: %w: %w", w.Post.ID, appointment.ErrPostLocked, err)
	case errors.As(err, &server) && server.Number == 1146:
		return asAway("write as core would; does the plugin need to be activated again, for a table of a newer version?", err)
	}
	return asAway("write as core would", err)
}

// again: it was rolled back, and may well succeed.
func again(err error) bool {
	return err != nil && !errors.Is(err, appointment.ErrUnknownCommit) && (troubleOf(err) == deadlock || troubleOf(err) == locked)
}

// writeNative is R3's transaction: site row, fence, mark, write, COMMIT. What
// came past WordPress is noted in it too, so that WordPress is told of it.
func (b batch) writeNative(ctx context.Context, w appointment.Write, keep bool) error {
	tx, err := b.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after COMMIT it does nothing
	l := locker{batch: b, tx: tx, ids: []any{w.Post.ID}, in: "?", update: " FOR UPDATE", insert: "INSERT IGNORE INTO "}
	s := state{fences: map[uint64]fence{}, posts: map[uint64]bool{}}
	if err := l.site(ctx, &s); err != nil {
		return err
	}
	if !s.site.Native {
		return errEpoch
	}
	if err := l.fence(ctx, &s); err != nil {
		return err
	}
	if err := l.posts(ctx, &s); err != nil {
		return err
	}
	if _, exists := s.posts[w.Post.ID]; !exists {
		return appointment.ErrUnknownPost
	}
	c, marks, err := l.natively(ctx, w)
	if err != nil {
		return err
	}
	if err := b.mark(ctx, tx, w.Post.ID, marks); err != nil {
		return err
	}
	if err := b.apply(ctx, tx, c, s.packet, false); err != nil {
		return err
	}
	if err := b.note(ctx, tx, w); err != nil || !keep {
		return err
	}
	return committed(tx.Commit())
}

// committed tells a COMMIT that certainly failed from one that may not have. Of
// a context that was over before, database/sql says so and sends none.
func committed(err error) error {
	if err == nil || troubleOf(err) == deadlock || errors.Is(err, sql.ErrTxDone) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", appointment.ErrUnknownCommit, err)
}

// natively makes the change of a write, in its order and with keys compared as
// core's SELECT does, and the keys that are to be marked: those it names and
// those of the rows that it meets. The post's rows are locked.
func (l locker) natively(ctx context.Context, w appointment.Write) (c change, marks map[string]bool, err error) {
	found, err := l.find(ctx, "post_id = ? ORDER BY meta_id FOR UPDATE", l.ids)
	if err != nil {
		return c, nil, err
	}
	rows, marks := found[w.Post.ID], map[string]bool{}
	known := maps.Clone(marks)
	for key := range rows {
		known[key] = true
	}
	for _, field := range w.Fields {
		known[field.Key], marks[field.Key] = true, true
	}
	spelt, err := l.spell(ctx, slices.Sorted(maps.Keys(known)))
	if err != nil {
		return c, nil, err
	}
	last := map[string]appointment.Field{}
	var order []string
	for _, field := range w.Fields {
		one := spelt.of(field.Key)
		before, named := last[one]
		if !named {
			order = append(order, one)
		} else if !before.Delete { // a row is born under the name that came first
			field.Key = before.Key
		}
		last[one] = field
	}
	for _, one := range order {
		var ids []uint64
		for key, those := range rows {
			if spelt.of(key) == one {
				ids, marks[key] = append(ids, those...), true
			}
		}
		field := last[one]
		c.write(w.Post.ID, appointment.Dirty{Key: field.Key, Value: field.Value, Deleted: field.Delete}, ids)
	}
	return c, marks, nil
}

// mark says of fields that what Redis holds of them from before is older.
func (b batch) mark(ctx context.Context, tx *sql.Tx, post uint64, keys map[string]bool) error {
	args := make([]any, 0, 4*len(keys))
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		args = append(args, b.blog, post, key, b.epoch)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO "+b.tables.Native()+" (blog_id, post_id, meta_key, epoch) VALUES "+tuples(len(keys), 4)+
		" ON DUPLICATE KEY UPDATE epoch = VALUES(epoch)", args...)
	return err
}

// note says of fields that came past WordPress that it has to be told.
func (b batch) note(ctx context.Context, tx *sql.Tx, w appointment.Write) error {
	if !w.Direct {
		return nil
	}
	mark := rand.Text()
	args := make([]any, 0, 4*len(w.Fields))
	for _, field := range w.Fields {
		args = append(args, b.blog, w.Post.ID, field.Key, mark)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO "+b.tables.Notices()+" (blog_id, post_id, meta_key, mark) VALUES "+tuples(len(w.Fields), 4)+
		" ON DUPLICATE KEY UPDATE mark = VALUES(mark)", args...)
	return err
}

// blame finds the field that MySQL refuses, by trying each alone and rolling
// back.
func (b batch) blame(ctx context.Context, w appointment.Write, whole error) error {
	for _, field := range w.Fields {
		alone := w
		alone.Fields = []appointment.Field{field}
		if err := b.writeNative(ctx, alone, false); err != nil && troubleOf(err) == refused {
			return &appointment.RefusedError{Key: field.Key, Reason: reasonOf(err)}
		}
	}
	return fmt.Errorf("write post %d: %w", w.Post.ID, &appointment.RefusedError{Reason: reasonOf(whole)})
}
