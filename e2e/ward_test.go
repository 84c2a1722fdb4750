package e2e

import (
	"context"
	"fmt"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// ward is a site of the network beside the main one.
type ward struct {
	clinic
	site int
	path string
}

// network returns the clinic as a network, with the plugin active in all of it.
func network(t *testing.T) clinic {
	t.Helper()
	c := clinic{containers.Network(t), t}
	c.sync()
	return c
}

// ward makes a site, and deletes it when the test ends.
func (c clinic) ward(name string) ward {
	c.t.Helper()
	w := ward{c, value[int](c.t, c.php(step{"clinic_site", name})[0]), "/" + name + "/"}
	t, stack := c.t, c.Stack
	t.Cleanup(func() {
		if len(w.left()) > 0 {
			clinic{stack, t}.php(step{"clinic_delete_site", w.site})
		}
	})
	return w
}

// on is a step on this site.
func (w ward) on(s ...any) step { return append(step{"clinic_on", w.site}, s...) }

// state of the site row, in words.
func (c clinic) state(site int) (state string) {
	c.t.Helper()
	query := "SELECT COALESCE(MAX(CONCAT(mode, IF(held, ' held', ''))), 'none') FROM wp_hospital_sync_state WHERE blog_id = ?"
	if err := c.DB.QueryRowContext(c.t.Context(), query, site).Scan(&state); err != nil {
		c.t.Fatal(err)
	}
	return state
}

// becomes waits until the site row is so.
func (c clinic) becomes(site int, want string) {
	c.t.Helper()
	containers.Eventually(c.t, patience, func(context.Context) error {
		if got := c.state(site); got != want {
			return fmt.Errorf("site %d is %s, want %s", site, got, want)
		}
		return nil
	})
}

// appointment makes one on this site.
func (w ward) appointment() int {
	w.t.Helper()
	return value[[]int](w.t, w.php(w.on("clinic_posts", 1, appointment, meta{"status": "pending", "room": "1"}))[0])[0]
}

// status of an appointment in this site's own table.
func (w ward) status(post int) (status string) {
	w.t.Helper()
	query := fmt.Sprintf("SELECT COALESCE(MAX(meta_value), '') FROM wp_%d_postmeta WHERE post_id = ? AND meta_key = 'status'", w.site)
	if err := w.DB.QueryRowContext(w.t.Context(), query, post).Scan(&status); err != nil {
		w.t.Fatal(err)
	}
	return status
}

// arrives waits until the table has it.
func (w ward) arrives(post int, want string) {
	w.t.Helper()
	containers.Eventually(w.t, patience, func(context.Context) error {
		if got := w.status(post); got != want {
			return fmt.Errorf("status %q of post %d on site %d, want %q", got, post, w.site, want)
		}
		return nil
	})
}

// hold keeps an appointment of this site from being synced until release.
func (w ward) hold(post int) (release func()) {
	w.t.Helper()
	tx, err := w.DB.BeginTx(context.WithoutCancel(w.t.Context()), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = tx.Rollback() })
	if _, err := tx.ExecContext(w.t.Context(), fmt.Sprintf("SELECT ID FROM wp_%d_posts WHERE ID = ? FOR UPDATE", w.site), post); err != nil {
		w.t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}

// waiting are the fields of an appointment of this site that are in Redis only.
func (w ward) waiting(post int) []string {
	w.t.Helper()
	fields, err := w.Redis.HKeys(w.t.Context(), fmt.Sprintf("site:%d:appointment:%d:dirty", w.site, post)).Result()
	if err != nil {
		w.t.Fatal(err)
	}
	return fields
}

// left lists what there still is of a site: keys in Redis, rows of our tables.
func (w ward) left() []string {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	left, err := w.Redis.Keys(ctx, fmt.Sprintf("site:%d:*", w.site)).Result()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, table := range []string{"sync_state", "sync_fence", "native_write"} {
		var n int
		if err := w.DB.QueryRowContext(ctx, "SELECT COUNT(*) FROM wp_hospital_"+table+" WHERE blog_id = ?", w.site).Scan(&n); err != nil {
			w.t.Fatal(err)
		}
		if n > 0 {
			left = append(left, fmt.Sprintf("%d of %s", n, table))
		}
	}
	return left
}
