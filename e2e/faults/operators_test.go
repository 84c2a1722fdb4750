package faults

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// Faults of those who operate a site. What they need to themselves for longer
// than another fault may last is alone.

// within runs statements on one connection of root's, none of which waits for
// locks longer than two seconds. An error is part of the game: another fault
// may hold what they need.
func (n *nemesis) within(queries ...string) error {
	ctx, cancel := context.WithTimeout(n.t.Context(), 10*time.Second)
	defer cancel()
	conn, err := n.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, query := range append([]string{"SET SESSION lock_wait_timeout = 2"}, queries...) {
		if _, err := conn.ExecContext(ctx, query); err != nil {
			n.words("%s: %v", query, err)
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "SET SESSION lock_wait_timeout = DEFAULT, sql_mode = DEFAULT")
	return err
}

// alter changes a table by a statement, and later back by another.
func alter(there, back string) func(*nemesis) func() {
	return func(n *nemesis) func() {
		if n.within(there) != nil {
			_ = n.within(back) // it may have been done, and not answered
			return nil
		}
		return func() {
			containers.Eventually(n.t, time.Minute, func(context.Context) error { return n.within(back) })
		}
	}
}

// resting is a fault that WordPress does not meet.
func resting(inject func(*nemesis) func()) func(*nemesis) func() {
	return func(n *nemesis) func() {
		n.quiet.Store(true)
		n.wait(2 * time.Second) // what the clients were about is over
		heal := inject(n)
		if heal == nil {
			n.quiet.Store(false)
			return nil
		}
		return func() { heal(); n.quiet.Store(false) }
	}
}

func tables() []fault {
	column := func(table string) fault {
		return fault{table + " altered and restored", "database, rows", alter("ALTER TABLE "+table+" ADD COLUMN faults INT NULL, ALGORITHM=COPY",
			"ALTER TABLE "+table+" DROP COLUMN IF EXISTS faults"), brief, long}
	}
	away := func(table string) fault {
		return fault{table + " renamed and restored", "database, rows", alter("RENAME TABLE "+table+" TO faults_away", "RENAME TABLE faults_away TO "+table), brief, long}
	}
	// Core's update_metadata() adds a row where the SELECT for it fails, and the table may be back by then: a second row,
	// with the plugin or without.
	postmeta := away("wp_postmeta")
	postmeta.inject = resting(postmeta.inject)
	postmeta.place += ", posts" // and its wp_delete_post() leaves the rows of a post that it deletes meanwhile
	return []fault{
		column("wp_postmeta"), column("wp_hospital_sync_state"), column("wp_hospital_sync_fence"),
		postmeta, away("wp_hospital_sync_fence"), away("wp_hospital_native_write"),
		{"wp_hospital_sync_state lost", "database, rows", lose, brief, long},
		{"the database restored to an earlier state", alone, restore, 0, 0},
		{"the database restored while the sidecars run", alone, restoreNow, 0, 0},
		{"a copy of the site started on the same Redis", alone, copied, time.Second, long},
	}
}

// lose drops the table of the site rows. WordPress makes it anew, by itself.
func lose(n *nemesis) func() {
	if n.within("DROP TABLE wp_hospital_sync_state") != nil { // another fault may have the row locked
		return nil
	}
	return func() {}
}

// alone is the place of a fault that goes with no other.
const alone = "alone"

// copyTables copies the site's tables into a database of their own, as they are
// at one moment. WordPress' dates begin as zeros, which MySQL's own mode refuses.
func (n *nemesis) copyTables(to string) error {
	names, err := n.tables()
	if err != nil {
		return err
	}
	queries := []string{"SET SESSION sql_mode = ''", "DROP DATABASE IF EXISTS " + to, "CREATE DATABASE " + to}
	var locks, fill []string
	for _, name := range names {
		queries = append(queries, "CREATE TABLE "+to+"."+name+" LIKE wordpress."+name)
		locks = append(locks, to+"."+name+" WRITE", "wordpress."+name+" READ")
		fill = append(fill, "INSERT INTO "+to+"."+name+" SELECT * FROM wordpress."+name)
	}
	queries = append(append(queries, "LOCK TABLES "+strings.Join(locks, ", ")), fill...)
	return n.within(append(queries, "UNLOCK TABLES")...)
}

func (n *nemesis) tables() ([]string, error) {
	rows, err := n.DB.QueryContext(n.t.Context(), "SELECT table_name FROM information_schema.tables WHERE table_schema = 'wordpress' AND table_type = 'BASE TABLE' ORDER BY 1")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// saysOn waits until a sidecar says why it is not ready.
func (n *nemesis) saysOn(base, why string) {
	containers.Eventually(n.t, 30*time.Second, func(ctx context.Context) error {
		text, err := readiness(ctx, base)
		if err == nil && !strings.Contains(text, why) {
			err = fmt.Errorf("/readyz of %s does not say %q: %s", base, why, text)
		}
		return err
	})
}

// readiness is what a sidecar says of itself.
func readiness(ctx context.Context, base string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

// copied starts a copy of the site beside it. Its sidecar must be refused, and
// say so; nothing of the one may come to the other.
func copied(n *nemesis) func() {
	containers.Eventually(n.t, time.Minute, func(context.Context) error { return n.copyTables("copy") })
	n.statement("UPDATE copy.wp_options SET option_value = 'http://copy.example' WHERE option_name IN ('siteurl', 'home')")
	n.statement("GRANT ALL PRIVILEGES ON copy.* TO 'wordpress'@'%'")
	before := n.metadata("copy")
	n.BadLines.Start(n.t, "copy")
	n.saysOn(n.Copy, "copy.example")
	// What is sent to the copy is not in the history: in a row of the site it would be a value that nobody wrote.
	f, v := n.hot[0], n.value("copy")
	_, _, _ = newDirect(n.Copy, n.Token).ask("PATCH", fmt.Sprintf("/v1/appointments/%d/fields/%s", f.Post, f.Key), map[string]string{"value": v})
	return func() {
		n.Kill(n.t, "copy")
		for row := range n.metadata("copy") {
			if !before[row] && !strings.HasSuffix(row, "|"+v) { // its own, which it may have written natively
				n.t.Errorf("the copy has the row %q: what was the site's has come to it. Its sidecar says:\n%s", row, tail(n.Logs(n.t, "copy")))
			}
		}
	}
}

// metadata are the rows of a database's wp_postmeta.
func (n *nemesis) metadata(database string) (all map[string]bool) {
	containers.Eventually(n.t, time.Minute, func(ctx context.Context) error {
		rows, err := n.DB.QueryContext(ctx, "SELECT CONCAT_WS('|', meta_id, post_id, meta_key, meta_value) FROM "+database+".wp_postmeta")
		if err != nil {
			return err
		}
		defer rows.Close()
		all = map[string]bool{}
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				return err
			}
			all[row] = true
		}
		return rows.Err()
	})
	return all
}
