package cli

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// failed is a dead letter that a retry of all could not write.
type failed struct {
	Post    octets `json:"post"`
	Key     octets `json:"key"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// deadRetry fails if one is left that only a person can help.
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
		var answer struct {
			Retried int      `json:"retried"`
			Failed  []failed `json:"failed,omitempty"`
		}
		if err := client.call(ctx, http.MethodPost, c.path("/v1/dead-letters/retry", nil), nil, &answer); err != nil {
			return err
		}
		if len(answer.Failed) == 0 {
			return c.done("retried", answer.Retried)
		}
		if c.json {
			return cmp.Or(c.printJSON(answer), errPrinted)
		}
		for _, each := range answer.Failed {
			c.printf("%s %s: %s (%s)\n", string(each.Post), string(each.Key), each.Message, each.Code)
		}
		return cmp.Or(c.done("retried", answer.Retried), errPrinted)
	}
	if err := client.call(ctx, http.MethodPost, c.letterPath(names[0], names[1], "/retry"), nil, &struct{}{}); err != nil {
		return err
	}
	return c.done("retried", 1)
}

// seenVersion explains the flag of who decides about a letter that was seen.
const seenVersion = "only if it still is this one: the version that dead list and dead show print"

// deadEdit takes the new value from a file rather than from the command line,
// which every user of the machine can read, unless it is told otherwise.
func (c *command) deadEdit(ctx context.Context, args []string) error {
	set := c.onBlog(c.flags("dead edit"))
	path := set.String("file", "", "file whose bytes are the new value")
	value := set.String("value", "", "the new value; others can see it in the process list")
	version := set.String("version", "", seenVersion)
	names, err := c.parse(set, args, 2)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	set.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if given["file"] == given["value"] {
		return usageError("dead edit: want either --file or --value")
	}
	if given["file"] {
		content, err := os.ReadFile(*path)
		if err != nil {
			return fmt.Errorf("read the new value: %w", err)
		}
		*value = string(content)
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	body := map[string]any{"value": octets(*value)}
	if *version != "" {
		body["version"] = *version
	}
	if err := client.call(ctx, http.MethodPatch, c.letterPath(names[0], names[1], ""), body, &struct{}{}); err != nil {
		return err
	}
	return c.done("edited", 1)
}

func (c *command) deadDiscard(ctx context.Context, args []string) error {
	set := c.onBlog(c.flags("dead discard"))
	reason := set.String("reason", "", "why")
	version := set.String("version", "", seenVersion)
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
	if *version != "" {
		body["version"] = *version
	}
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
