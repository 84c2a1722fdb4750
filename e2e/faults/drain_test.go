package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/e2e/containers"
)

// drain waits until everything is well and in MySQL, and looks at what is there.
func (r *run) drain(t testing.TB) Final {
	t.Helper()
	r.nemesis.recover(time.Minute)
	d := newDirect(r.API, r.Token)
	containers.Eventually(t, time.Minute, func(ctx context.Context) error {
		if a, outcome, why := d.ask("POST", "/v1/sync", map[string]any{}); outcome != OK || a.Left > 0 {
			return fmt.Errorf("sync: %s %s, %d left", outcome, why, a.Left)
		}
		return nil
	})
	final := Final{Rows: map[Field][]string{}, Gone: map[int]bool{}}
	r.rows(t, &final)
	r.inRedis(t, &final)
	return final
}

func (r *run) rows(t testing.TB, final *Final) {
	t.Helper()
	there := map[int]bool{}
	for _, query := range []string{"SELECT ID, '', '' FROM wp_posts WHERE post_type = 'hospital_appointment'", "SELECT post_id, meta_key, meta_value FROM wp_postmeta ORDER BY meta_id"} {
		rows, err := r.DB.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var f Field
			var value string
			if err := rows.Scan(&f.Post, &f.Key, &value); err != nil {
				t.Fatal(err)
			}
			if f.Key == "" {
				there[f.Post] = true
			} else {
				final.Rows[f] = append(final.Rows[f], value)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, post := range append(slices.Clone(r.doomed), nobody) {
		final.Gone[post] = !there[post]
	}
}

// inRedis looks for what is not forgotten, and for dead letters.
func (r *run) inRedis(t testing.TB, final *Final) {
	t.Helper()
	ctx := t.Context()
	keys, err := r.Redis.Keys(ctx, "appointment*").Result()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	for _, key := range keys {
		switch {
		case key == "appointments:floor", key == "appointments:ttl":
		case strings.HasPrefix(key, "appointments:synced"): // what WordPress is to be told, for as long as that takes
		case key == "appointments:dead":
			r.letters(t, final)
		case key == "appointments:dirty", key == "appointments:claims", strings.HasSuffix(key, ":dirty"):
			final.Dirty = append(final.Dirty, key+" is still there though everything is synced")
		default:
			r.copies(t, key, final)
		}
	}
	r.fences(t, final)
}

// copies: what Redis shows as clean is what the row has.
func (r *run) copies(t testing.TB, key string, final *Final) {
	t.Helper()
	values, err := r.Redis.HGetAll(t.Context(), key).Result()
	if err != nil {
		t.Fatal(err)
	}
	post, err := strconv.Atoi(strings.TrimPrefix(key, "appointment:"))
	if err != nil {
		final.Dirty = append(final.Dirty, fmt.Sprintf("%s is no post's, and holds %q", key, values))
		return
	}
	delete(values, "last_updated_redis")
	if left, err := r.Redis.TTL(t.Context(), key).Result(); err != nil || left < 0 {
		final.Dirty = append(final.Dirty, fmt.Sprintf("%s is clean and has no end: %s %v", key, left, err))
	}
	for field, value := range values {
		if row := final.Rows[Field{post, field}]; !slices.Contains(row, value) {
			final.Dirty = append(final.Dirty, fmt.Sprintf("%s of %s is %q, the row %q", field, key, value, row))
		}
	}
}

func (r *run) letters(t testing.TB, final *Final) {
	t.Helper()
	all, err := r.Redis.HGetAll(t.Context(), "appointments:dead").Result()
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range all {
		if l, ok := letterOf(t, name, body); ok {
			final.Letters = append(final.Letters, l)
		}
	}
}

// letterOf reads a dead letter as Redis keeps it; false: it is of a slug whose
// post came too late, as crash_test.go makes some.
func letterOf(t testing.TB, name, body string) (Letter, bool) {
	t.Helper()
	var stored struct {
		Value []byte
		Code  string
	}
	if err := json.Unmarshal([]byte(body), &stored); err != nil {
		t.Fatal(err)
	}
	id, key, _ := strings.Cut(name, ":")
	number := strings.TrimPrefix(strings.TrimPrefix(id, "late-"), "named-")
	post, err := strconv.Atoi(number)
	return Letter{Field{post, key}, string(stored.Value), stored.Code, number != id}, err == nil
}

// fences: none is ahead of what Redis counts, or every later read would be
// forgotten.
func (r *run) fences(t testing.TB, final *Final) {
	t.Helper()
	counter, err := r.Redis.HGet(t.Context(), "appointments:floor", "counter").Uint64()
	if err != nil && !errors.Is(err, redis.Nil) { // nothing was counted since it was emptied
		t.Fatal(err)
	}
	var ahead int
	err = r.DB.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM wp_hospital_sync_fence f JOIN wp_hospital_sync_state s ON s.blog_id = f.blog_id"+
		" WHERE f.epoch > s.epoch OR f.version_epoch > s.epoch OR (f.epoch = s.epoch AND f.stamp > ?)", counter).Scan(&ahead)
	if err != nil {
		t.Fatal(err)
	}
	if ahead > 0 {
		final.Dirty = append(final.Dirty, fmt.Sprintf("%d fence rows are ahead of the counter", ahead))
	}
}
