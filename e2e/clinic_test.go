// Package e2e holds the promises against the whole stack, from outside: by
// browser, REST, PHP processes, the sidecar's API, Redis and SQL. One promise a
// file. All tests share one stack, and each makes its own posts.
package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

const (
	appointment = "hospital_appointment"
	doctor      = "hospital_doctor"
	twin        = "clinic_native" // an equal post type that nobody offloads
)

// patience is for what should take milliseconds, on a machine that is busy.
const patience = 20 * time.Second

func TestMain(m *testing.M) { os.Exit(containers.Main(m)) }

// clinic is the stack as one test uses it.
type clinic struct {
	*containers.Stack
	t testing.TB
}

// open returns the clinic in offload, with nothing dirty.
func open(t testing.TB) clinic {
	t.Helper()
	c := clinic{containers.WholeStack(t), t}
	c.sync()
	return c
}

// meta is metadata to begin with.
type meta map[string]string

// post makes a post and returns its id.
func (c clinic) post(postType string, m meta) int {
	c.t.Helper()
	return c.posts(1, postType, m)[0]
}

func (c clinic) posts(count int, postType string, m meta) []int {
	c.t.Helper()
	return value[[]int](c.t, c.php(step{"clinic_posts", count, postType, m})[0])
}

// row returns the value of a key's only row, past WordPress.
func (c clinic) row(post int, key string) string {
	c.t.Helper()
	rows := c.rows(post, key)
	if len(rows) != 1 {
		c.t.Fatalf("post %d has %d rows of %s: %q", post, len(rows), key, rows)
	}
	return rows[0]
}

func (c clinic) rows(post int, key string) []string {
	c.t.Helper()
	rows, err := c.DB.QueryContext(c.t.Context(), "SELECT meta_value FROM wp_postmeta WHERE post_id = ? AND meta_key = ? ORDER BY meta_id", post, key)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			c.t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	return values
}

// arrives waits until MySQL has exactly these rows.
func (c clinic) arrives(post int, key string, want ...string) {
	c.t.Helper()
	containers.Eventually(c.t, patience, func(context.Context) error {
		if got := c.rows(post, key); !slices.Equal(got, want) {
			return fmt.Errorf("wp_postmeta has %q for %s of post %d, want %q", got, key, post, want)
		}
		return nil
	})
}

// dirty returns the keys that wait in Redis.
func (c clinic) dirty(post any) []string {
	c.t.Helper()
	versions, err := c.Redis.HGetAll(c.t.Context(), fmt.Sprintf("appointment:%v:dirty", post)).Result()
	if err != nil {
		c.t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(versions))
}

// hold locks a post's rows, so that no sync of it succeeds until release. What
// is acknowledged meanwhile stays dirty for as long as a test needs it to.
func (c clinic) hold(post int) (release func()) {
	c.t.Helper()
	tx, err := c.DB.BeginTx(context.WithoutCancel(c.t.Context()), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = tx.Rollback() })
	// Only the rows there are, by their primary key: no gap in which others insert.
	_, err = tx.ExecContext(c.t.Context(), "UPDATE wp_postmeta SET meta_value = meta_value WHERE meta_id IN (SELECT * FROM (SELECT meta_id FROM wp_postmeta WHERE post_id = ?) AS mine)", post)
	if err != nil {
		c.t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}

// sync brings everything home that nobody holds.
func (c clinic) sync() {
	c.t.Helper()
	c.api("POST", "/v1/sync", "{}").want(c.t, http.StatusOK, "")
}

// equal fails the test, and goes on.
func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// step is a PHP function's name and its arguments.
type step []any

// result is what a step returned, how long it took, and how often it called the
// sidecar.
type result struct {
	Value json.RawMessage
	MS    float64
	Calls int
}

func (r result) String() string { return string(r.Value) }

// value decodes what a step returned.
func value[T any](t testing.TB, r result) (v T) {
	t.Helper()
	if err := json.Unmarshal(r.Value, &v); err != nil {
		t.Fatalf("a step returned %s: %v", r.Value, err)
	}
	return v
}

// php runs the steps in a PHP process of their own.
func (c clinic) php(steps ...step) []result {
	c.t.Helper()
	return decode(c.t, steps, c.Exec(c.t, "wordpress", "php", "/e2e/wordpress/steps.php", encode(c.t, steps)))
}

// web runs the steps in a process of the web server.
func (c clinic) web(steps ...step) []result {
	c.t.Helper()
	return c.visit("/", steps...)
}

// visit does that on the site of the network that has this path.
func (c clinic) visit(path string, steps ...step) []result {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), "POST", c.WordPress+path, strings.NewReader(url.Values{"clinic_steps": {encode(c.t, steps)}}.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body := c.send(request)
	if status != http.StatusOK {
		c.t.Fatalf("WordPress answers %d: %s", status, body)
	}
	return decode(c.t, steps, body)
}

// send asks WordPress by the name that it knows itself by.
func (c clinic) send(request *http.Request) (status int, body string) {
	c.t.Helper()
	request.Host = "localhost"
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func decode(t testing.TB, steps []step, text string) []result {
	t.Helper()
	var results []result
	if err := json.Unmarshal([]byte(text), &results); err != nil || len(results) != len(steps) {
		t.Fatalf("%v: %v", steps, errors.Join(err, fmt.Errorf("PHP printed %q", text)))
	}
	return results
}
