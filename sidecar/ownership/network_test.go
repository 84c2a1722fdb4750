package ownership_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
)

// selects is how many SELECTs the server has run since it was started.
func (b bench) selects(ctx context.Context) (n int, err error) {
	var name string
	err = b.sql.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Com_select'").Scan(&name, &n)
	return n, err
}

// TestNetwork: a hundred blogs cost one statement a beat, as one does; blogs
// come and go while the sidecar runs.
func TestNetwork(t *testing.T) {
	const blogs = 100
	b := open(t)
	for blog := 2; blog <= blogs; blog++ {
		b.exec(t, fmt.Sprintf("CREATE TABLE wp_%d_options LIKE wp_options", blog))
		b.exec(t, fmt.Sprintf("INSERT INTO wp_%d_options (option_name, option_value) VALUES ('siteurl', 'http://clinic.test/%d')", blog, blog))
		b.exec(t, "INSERT INTO wp_hospital_sync_state (blog_id) VALUES (?)", blog)
	}
	s := b.sidecar(t, b.redis)
	s.run(t)
	offloaded := func(want int) {
		t.Helper()
		containers.Eventually(t, time.Minute, func(context.Context) error {
			sites, fresh := s.Sites()
			n := 0
			for _, site := range sites {
				if !site.Native {
					n++
				}
			}
			if n != want || len(sites) != want || !fresh {
				return fmt.Errorf("%d of %d blogs in offload, fresh: %v, problems: %q", n, len(sites), fresh, s.Problems())
			}
			return nil
		})
	}
	offloaded(blogs)

	t.Run("a beat is one statement", func(t *testing.T) {
		// A beat is due every third of a lease, and late on a busy machine. What the returns left to be done may still
		// be under way, so it is asked for some stretch of time in which nothing else was selected.
		const beats, least = 12, 12 / 2 * leaseTime / 3
		var began time.Time
		var before int
		containers.Eventually(t, time.Minute, func(ctx context.Context) error {
			n, err := b.selects(ctx)
			if err != nil {
				return err
			}
			took := time.Since(began)
			if !began.IsZero() && n < before+beats {
				return fmt.Errorf("%d SELECTs so far", n-before)
			}
			if began.IsZero() || took < least {
				began, before = time.Now(), n
				return fmt.Errorf("%d SELECTs took %s; want at least %s", beats, took, least)
			}
			return nil
		})
	})

	t.Run("a blog that is made while it runs is served, one that is deleted is let go", func(t *testing.T) {
		b.exec(t, "CREATE TABLE wp_101_options LIKE wp_2_options")
		b.exec(t, "INSERT INTO wp_101_options (option_name, option_value) VALUES ('siteurl', 'http://clinic.test/101')")
		b.exec(t, "INSERT INTO wp_hospital_sync_state (blog_id) VALUES (101)")
		offloaded(blogs + 1)
		if lease, err := s.Lease(t.Context(), 101); err != nil || lease.Blog != 101 {
			t.Errorf("lease %+v, %v", lease, err)
		}
		b.exec(t, "DELETE FROM wp_hospital_sync_state WHERE blog_id = 7")
		b.exec(t, "DROP TABLE wp_7_options")
		offloaded(blogs)
		if lease, err := s.Lease(t.Context(), 7); err == nil {
			t.Errorf("lease %+v of a blog that is gone", lease)
		}
		if problems := s.Problems(); len(problems) > 0 {
			t.Errorf("problems %q", problems)
		}
	})

	t.Run("the troubles of a blog end with it", func(t *testing.T) {
		if err := b.raw.HSet(t.Context(), "site:10:appointments:floor", "site", "another clinic").Err(); err != nil {
			t.Fatal(err)
		}
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = epoch + 1 WHERE blog_id = 10")
		s.problem(t, "blog 10", "another clinic")
		b.exec(t, "DELETE FROM wp_hospital_sync_state WHERE blog_id = 10")
		containers.Eventually(t, time.Minute, func(context.Context) error {
			if problems := s.Problems(); len(problems) > 0 {
				return fmt.Errorf("problems %q", problems)
			}
			return nil
		})
	})

	t.Run("a blog whose tables are gone is no problem of the others", func(t *testing.T) {
		b.exec(t, "DROP TABLE wp_8_options")
		b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = epoch + 1 WHERE blog_id IN (8, 9)")
		containers.Eventually(t, time.Minute, func(ctx context.Context) error {
			if lease, err := s.Lease(ctx, 9); err != nil || lease.Epoch != 4 {
				return fmt.Errorf("lease %+v, %v", lease, err)
			}
			return nil
		})
		if _, err := s.Lease(t.Context(), 8); !errors.Is(err, appointment.ErrNative) {
			t.Errorf("lease of a blog without tables: %v", err)
		}
		if problems := s.Problems(); len(problems) > 0 {
			t.Errorf("problems %q", problems)
		}
		// A sidecar that starts now never knew the blog's address.
		late := b.sidecar(t, b.redis)
		late.run(t)
		late.leased(t, 5)
		if problems := late.Problems(); len(problems) > 0 {
			t.Errorf("problems of a later sidecar %q", problems)
		}
	})
}
