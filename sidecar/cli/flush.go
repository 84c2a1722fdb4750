package cli

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// pause is between two syncs of a flush, so that a post that another process
// has locked is not asked for in a tight loop.
const pause = 100 * time.Millisecond

// flushed is what a flush did.
type flushed struct {
	Synced  int `json:"synced"`
	Left    int `json:"left"`
	Waiting int `json:"waiting"` // of those left, for a post that has their slug
}

// flush syncs until nothing is dirty but what only a new post can help, or until
// the timeout; then it fails.
func (c *command) flush(ctx context.Context, args []string) error {
	set := c.onBlog(c.flags("flush"))
	timeout := set.Duration("timeout", patience, "how long to try")
	if _, err := c.parse(set, args, 0); err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	client.Patience = *timeout // one sync may take all of it
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	done, err := client.syncAll(ctx, c.path("/v1/sync", nil))
	switch {
	case err != nil && (ctx.Err() == nil || done.Left == 0):
		return err
	case err != nil && !c.json:
		return fmt.Errorf("fields brought to MySQL: %d; posts left after %s: %d", done.Synced, *timeout, done.Left)
	case c.json:
		return cmp.Or(c.printJSON(done), hide(err))
	}
	if done.Left > 0 {
		c.printf("fields brought to MySQL: %d; slugs that wait for their post: %d\n", done.Synced, done.Left)
		return nil
	}
	c.printf("fields brought to MySQL: %d; nothing left\n", done.Synced)
	return nil
}

// hide keeps a problem's exit code where the output tells it.
func hide(err error) error {
	if err == nil {
		return nil
	}
	return errPrinted
}

// syncAll returns what was done so far along with an error.
func (c *Client) syncAll(ctx context.Context, path string) (flushed, error) {
	var total flushed
	for {
		var each flushed
		if err := c.call(ctx, http.MethodPost, path, struct{}{}, &each); err != nil {
			return total, err
		}
		total.Synced += each.Synced
		total.Left, total.Waiting = each.Left, each.Waiting
		if each.Left == each.Waiting {
			return total, nil
		}
		select {
		case <-ctx.Done():
			return total, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// path adds the blog and other parameters.
func (c *command) path(path string, query url.Values) string {
	if query == nil {
		query = url.Values{}
	}
	query.Set("blog", strconv.FormatUint(c.blog, 10))
	return path + "?" + query.Encode()
}
