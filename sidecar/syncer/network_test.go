package syncer_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
)

// TestNetwork: each blog of a network is synced into its own tables, and none
// holds up another.
func TestNetwork(t *testing.T) {
	open := func(t *testing.T, blogs ...uint64) bench {
		b := open(t)
		b.owner.blogs = append([]uint64{1}, blogs...)
		for _, blog := range blogs {
			id, err := b.redis.RaiseFloor(t.Context(), blog, 2, "clinic", false)
			if err != nil {
				t.Fatal(err)
			}
			b.exec(t, "INSERT INTO wp_hospital_sync_state (blog_id, epoch, mode, returned, redis_id) VALUES (?, 2, 'offload', 2, ?)", blog, id)
			// The floors have tokens of their own, and this owner names one.
			lease := b.lease()
			lease.Blog, lease.Token = blog, id
			w := appointment.Write{Post: appointment.Post{Blog: blog, ID: 1, Type: "hospital_appointment"}, Lease: lease, Fields: []appointment.Field{{Key: "status", Value: "ward"}}}
			if _, err := b.redis.Write(t.Context(), []appointment.Write{w}); err != nil {
				t.Fatal(err)
			}
			b.owner.tokens[blog] = id
		}
		return b
	}

	t.Run("brings home each blog's fields", func(t *testing.T) {
		b := open(t, 2)
		for _, table := range []string{"posts", "postmeta"} {
			b.exec(t, fmt.Sprintf("CREATE TABLE wp_2_%s LIKE wp_%s", table, table))
			b.exec(t, fmt.Sprintf("INSERT INTO wp_2_%s SELECT * FROM wp_%s", table, table))
		}
		b.set(t, post(1), "status", "main")
		b.running(t)
		b.home(t, 1, "status", "main")
		containers.Eventually(t, 10*time.Second, func(ctx context.Context) error {
			var value string
			err := b.sql.QueryRowContext(ctx, "SELECT meta_value FROM wp_2_postmeta WHERE post_id = 1 AND meta_key = 'status'").Scan(&value)
			if err != nil || value != "ward" {
				return fmt.Errorf("%q, %v", value, err)
			}
			return nil
		})
		b.want(t, 1, "status", "main")
	})

	t.Run("is not held up by a blog whose dirty set is somebody else's", func(t *testing.T) {
		b := open(t, 2)
		admin := containers.RedisAdmin(t)
		admin.Del(t.Context(), "site:2:appointments:dirty")
		if err := admin.SAdd(t.Context(), "site:2:appointments:dirty", "1").Err(); err != nil {
			t.Fatal(err)
		}
		b.set(t, post(1), "status", "main")
		b.running(t)
		b.home(t, 1, "status", "main")
	})

	t.Run("is not held up by a blog whose table somebody alters", func(t *testing.T) {
		b := open(t, 2)
		for _, table := range []string{"posts", "postmeta"} {
			b.exec(t, fmt.Sprintf("CREATE TABLE wp_2_%s LIKE wp_%s", table, table))
			b.exec(t, fmt.Sprintf("INSERT INTO wp_2_%s SELECT * FROM wp_%s", table, table))
		}
		altered := b.sql.Locked(t, "wp_2_postmeta")
		b.running(t)
		containers.Eventually(t, 10*time.Second, func(ctx context.Context) error {
			var n int
			err := b.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND state = 'Waiting for table metadata lock'").Scan(&n)
			if err != nil || n == 0 {
				return fmt.Errorf("%d wait for the table, %v", n, err)
			}
			return nil
		})
		for i := range 20 {
			b.set(t, post(1), "status", fmt.Sprint(i))
			b.home(t, 1, "status", fmt.Sprint(i))
		}
		if left, err := b.redis.Members(t.Context(), 2, -1); err != nil || len(left) != 1 {
			t.Errorf("blog 2 has %v dirty, %v", left, err)
		}
		altered()
		containers.Eventually(t, 20*time.Second, func(ctx context.Context) error {
			if left, err := b.redis.Members(ctx, 2, -1); err != nil || len(left) > 0 {
				return fmt.Errorf("blog 2 has %v dirty, %v", left, err)
			}
			return nil
		})
	})

	t.Run("is not held up by a blog whose tables are gone", func(t *testing.T) {
		b := open(t, 2)
		b.running(t)
		// Until it rests for as long as any can: then a wait for it would show.
		containers.Eventually(t, 10*time.Second, func(context.Context) error {
			if n := b.Batches.Load(); n < 5 {
				return fmt.Errorf("%d tries", n)
			}
			return nil
		})
		for i := range 20 {
			b.set(t, post(1), "status", fmt.Sprint(i))
			b.home(t, 1, "status", fmt.Sprint(i))
		}
		// One try for each of the twenty, and the few of the other blog.
		if n := b.Batches.Load(); n < 25 || n > 40 {
			t.Errorf("%d transactions", n)
		}
		if left, err := b.redis.Members(t.Context(), 2, -1); err != nil || len(left) != 1 {
			t.Errorf("blog 2 has %v dirty, %v", left, err)
		}
	})
}
