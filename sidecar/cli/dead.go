package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// letter is a dead letter as the API tells it.
type letter struct {
	Post    octets    `json:"post"`
	Key     octets    `json:"key"`
	Value   *octets   `json:"value,omitempty"` // nil for a deletion, or where it was lost
	Deleted bool      `json:"deleted"`
	Lost    bool      `json:"lost,omitempty"`
	Code    string    `json:"code"`
	Reason  string    `json:"reason"`
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

// dead dispatches the commands about dead letters.
func (c *command) dead(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usageError("dead: want list, show, edit, retry or discard")
	}
	name, rest := args[0], args[1:]
	switch name {
	case "list":
		return c.deadList(ctx, rest)
	case "show":
		return c.deadShow(ctx, rest)
	case "edit":
		return c.deadEdit(ctx, rest)
	case "retry":
		return c.deadRetry(ctx, rest)
	case "discard":
		return c.deadDiscard(ctx, rest)
	case "-h", "-help", "--help":
		return c.dispatch(ctx, []string{"help"})
	}
	return usageError(fmt.Sprintf("dead: %q is not list, show, edit, retry or discard", name))
}

// letters reads every page.
func (c *command) letters(ctx context.Context, client *Client) ([]letter, error) {
	all := []letter{}
	query := url.Values{"limit": {"500"}}
	for {
		var page struct {
			Letters []letter `json:"dead_letters"`
			Count   int      `json:"count"`
		}
		if err := client.call(ctx, http.MethodGet, c.path("/v1/dead-letters", query), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Letters...)
		if len(page.Letters) == 0 || len(all) >= page.Count {
			return all, nil
		}
		last := page.Letters[len(page.Letters)-1]
		query.Set("after", string(last.Post+"/"+last.Key))
	}
}

// deadList shows no values: they are data of patients.
func (c *command) deadList(ctx context.Context, args []string) error {
	if _, err := c.parse(c.onBlog(c.flags("dead list")), args, 0); err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	all, err := c.letters(ctx, client)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"dead_letters": all, "count": len(all)})
	}
	if len(all) == 0 {
		c.printf("no dead letters\n")
		return nil
	}
	table := c.table("POST", "KEY", "VERSION", "CODE", "AT", "REASON")
	for _, each := range all {
		table.row(each.Post, each.Key, each.Version, each.Code, each.At.Format(time.RFC3339), each.Reason)
	}
	table.flush()
	return nil
}

func (c *command) deadShow(ctx context.Context, args []string) error {
	names, err := c.parse(c.onBlog(c.flags("dead show")), args, 2)
	if err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	var answer struct {
		Letter letter `json:"dead_letter"`
	}
	if err := client.call(ctx, http.MethodGet, c.letterPath(names[0], names[1], ""), nil, &answer); err != nil {
		return err
	}
	if c.json {
		return c.printJSON(answer.Letter)
	}
	l := answer.Letter
	c.printf("post     %s\nkey      %s\ncode     %s\nreason   %s\nversion  %s\nat       %s\n",
		string(l.Post), string(l.Key), l.Code, l.Reason, l.Version, l.At.Format(time.RFC3339))
	if l.Value == nil {
		c.printf("value    (%s)\n", map[bool]string{true: "lost", false: "deleted"}[l.Lost])
		return nil
	}
	c.printf("value    %s\n", string(*l.Value))
	return nil
}

// letterPath names one dead letter; post and key may hold any character.
func (c *command) letterPath(post, key, action string) string {
	return c.path("/v1/dead-letters/"+url.PathEscape(post)+"/"+url.PathEscape(key)+action, nil)
}
