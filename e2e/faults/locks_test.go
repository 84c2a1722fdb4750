package faults

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// hold runs statements in a transaction of root's and keeps its locks until the
// fault is healed. nil: it failed, as a deadlock's victim or with the database
// gone.
func (n *nemesis) hold(queries ...string) (release func()) {
	ctx, cancel := context.WithCancel(context.Background())
	giveUp := time.AfterFunc(4*time.Second, cancel) // another fault may have stopped the database
	defer giveUp.Stop()
	tx, err := n.DB.BeginTx(ctx, nil)
	for _, query := range queries {
		if err == nil {
			_, err = tx.ExecContext(ctx, query)
		}
	}
	release = func() {
		if tx != nil {
			_ = tx.Rollback()
		}
		cancel()
	}
	if err != nil {
		n.words("%q: %v", queries, err)
		release()
		return nil
	}
	return release
}

func (n *nemesis) hotPosts() string {
	return fmt.Sprintf("%d,%d", n.hot[0].Post, n.hot[len(n.hot)-1].Post)
}

func lockRows(n *nemesis) func() {
	return n.hold("SET SESSION innodb_lock_wait_timeout = 2",
		"UPDATE wp_postmeta SET meta_value = meta_value WHERE post_id IN ("+n.hotPosts()+")")
}

func lockSite(n *nemesis) func() {
	return n.hold("SET SESSION innodb_lock_wait_timeout = 2", "SELECT epoch FROM wp_hospital_sync_state WHERE blog_id = 1 FOR UPDATE")
}

// counted reads how often something happened to the database; a counter begins
// anew when the database does. -1: nobody knows.
func (n *nemesis) counted(query string) (times int64) {
	ctx, cancel := context.WithTimeout(n.t.Context(), 2*time.Second)
	defer cancel()
	if err := n.DB.QueryRowContext(ctx, query).Scan(&times); err != nil {
		n.words("%s: %v", query, err)
		return -1
	}
	return times
}

const deadlocked = "SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'"

// deadlocks locks the hot posts' rows one by one against the order in which a
// sync takes them, again and again.
func deadlocks(n *nemesis) func() {
	before, missed := n.counted(deadlocked), n.missed()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	db, posts := n.DB, n.hotPosts()
	go func() {
		defer close(done)
		pace := time.NewTicker(5 * time.Millisecond)
		defer pace.Stop()
		for ctx.Err() == nil {
			backwards(ctx, db, posts, pace.C)
			select {
			case <-ctx.Done():
			case <-pace.C:
			}
		}
	}()
	return func() {
		cancel()
		<-done
		if after := n.counted(deadlocked); before < 0 || after <= before {
			missed()
		}
	}
}

func backwards(ctx context.Context, db *sql.DB, posts string, pace <-chan time.Time) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return
	}
	defer func() { _ = tx.Rollback() }()
	rows, err := tx.QueryContext(ctx, "SELECT meta_id FROM wp_postmeta WHERE post_id IN ("+posts+") ORDER BY meta_id DESC")
	if err != nil {
		return
	}
	var ids []int
	for rows.Next() {
		var id int
		if rows.Scan(&id) == nil {
			ids = append(ids, id)
		}
	}
	if rows.Close() != nil {
		return
	}
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, "UPDATE wp_postmeta SET meta_value = meta_value WHERE meta_id = ?", id); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-pace:
		}
	}
}

// loseCommit cuts the line after the next COMMIT was done and before its answer
// came; with it dies the database, if it is to.
func loseCommit(line string, kills bool) func(*nemesis) func() {
	return func(n *nemesis) func() {
		point, missed := n.Line[line].LoseAnswerTo(commit), n.missed()
		if !kills {
			return func() {
				n.Line[line].Leave(point)
				select {
				case <-point.Reached:
				default: // nobody committed
					missed()
				}
			}
		}
		select {
		case <-point.Reached:
		case <-time.After(3 * time.Second): // nobody committed: then it dies between two
			missed()
		}
		n.Kill(n.t, "database")
		return func() {
			n.Line[line].Leave(point)
			n.start("database")
		}
	}
}

// losePHPCommit does it to a write of PHP's, which has to take the site over.
func losePHPCommit(n *nemesis) func() {
	missed, answer := n.missed(), n.unanswered()
	mark := expect(n.BadLines, "INSERT INTO wp_hospital_native_write", true, containers.PHPToDB)
	marked := mark.reached(3 * time.Second)
	point := n.Line[containers.PHPToDB].LoseAnswerTo(commit)
	mark.goOn(containers.PHPToDB)
	return func() {
		n.Line[containers.PHPToDB].Leave(point)
		answer()
		select {
		case <-point.Reached:
		default:
			missed()
		}
		if marked == "" {
			missed()
		}
	}
}

// deletePosts deletes some of the doomed posts as long as it lasts.
func deletePosts(n *nemesis) func() {
	first, missed, stop := n.next.Load(), n.missed(), n.deleting()
	return func() {
		if stop(); n.next.Load() == first {
			missed()
		}
	}
}

// deleting deletes doomed posts, one after the other, until it is stopped.
func (n *nemesis) deleting() (stop func()) {
	over := make(chan struct{})
	n.clients.Go(func() {
		pace := time.NewTicker(300 * time.Millisecond)
		defer pace.Stop()
		for {
			select {
			case <-over:
				return
			case <-pace.C:
			}
			if at := int(n.next.Load()); at < len(n.doomed) {
				_, _ = newWeb(n.BadLines).do(call{Do: "delete_post", Post: n.doomed[at]}) // the checker looks whether it is gone
				n.next.Add(1)
			}
		}
	})
	return func() { close(over) }
}
