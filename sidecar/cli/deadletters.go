package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

func (c *command) deadRetry(ctx context.Context, args []string) error {
	set := c.onBlog(c.flags("dead retry"))
	every := set.Bool("all", false, "every dead letter")
	names, err := c.parseAny(set, args)
	if err != nil {
		return err
	}
	if err := exactly(set, names, map[bool]int{true: 0, false: 2}[*every]); err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	if *every {
		return c.retryAll(ctx, client)
	}
	if err := client.call(ctx, http.MethodPost, c.letterPath(names[0], names[1], "/retry"), nil, &struct{}{}); err != nil {
		return err
	}
	return c.done("retried", 1)
}

// retryAll goes on past letters that cannot be retried, and then fails. One
// that is gone meanwhile is no failure.
func (c *command) retryAll(ctx context.Context, client *Client) error {
	all, err := c.letters(ctx, client)
	if err != nil {
		return err
	}
	var failures []error
	retried := 0
	for _, each := range all {
		err := client.call(ctx, http.MethodPost, c.letterPath(string(each.Post), string(each.Key), "/retry"), nil, &struct{}{})
		switch {
		case err == nil:
			retried++
		case !isCode(err, "unknown_dead_letter"):
			failures = append(failures, fmt.Errorf("retry %s %s: %w", each.Post, each.Key, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	if len(failures) > 0 {
		return errors.Join(append(failures, fmt.Errorf("%d of %d retried", retried, len(all)))...)
	}
	return c.done("retried", retried)
}

func (c *command) deadDiscard(ctx context.Context, args []string) error {
	set := c.onBlog(c.flags("dead discard"))
	reason := set.String("reason", "", "why")
	names, err := c.parse(set, args, 2)
	if err != nil {
		return err
	}
	if strings.TrimSpace(*reason) == "" {
		return usageError("dead discard: want --reason, for the log: the value is gone afterwards")
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	body := map[string]string{"reason": *reason}
	if err := client.call(ctx, http.MethodDelete, c.letterPath(names[0], names[1], ""), body, &struct{}{}); err != nil {
		return err
	}
	return c.done("discarded", 1)
}

// done says how many dead letters something was done to.
func (c *command) done(what string, n int) error {
	if c.json {
		return c.printJSON(map[string]int{what: n})
	}
	c.printf("dead letters %s: %d\n", what, n)
	return nil
}
