package cli

import (
	"context"
	"net/http"
)

// finding is one thing that verify found, as the API tells it.
type finding struct {
	Code     string `json:"code"`
	Post     octets `json:"post"`
	Key      octets `json:"key"`
	Message  octets `json:"message"`
	Repaired bool   `json:"repaired"`
}

// verification is the answer as a whole.
type verification struct {
	Posts    int       `json:"posts"`
	Fields   int       `json:"fields"`
	Findings []finding `json:"findings"`
	Count    int       `json:"count"`
	Repaired int       `json:"repaired"`
}

// verify compares Redis with MySQL. It fails if anything is wrong that was not
// repaired.
func (c *command) verify(ctx context.Context, args []string) error {
	set := c.onBlog(c.flags("verify"))
	postType := set.String("post-type", "", "only posts of this type")
	repair := set.Bool("repair", false, "mend what needs no decision")
	timeout := set.Duration("timeout", 10*patience, "how long it may take")
	if _, err := c.parse(set, args, 0); err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	client.Patience = *timeout
	body := map[string]any{"repair": *repair}
	if *postType != "" {
		body["post_type"] = *postType
	}
	var is verification
	if err := client.call(ctx, http.MethodPost, c.path("/v1/verify", nil), body, &is); err != nil {
		return err
	}
	var wrong error
	if is.Count > is.Repaired {
		wrong = errPrinted
	}
	if c.json {
		if err := c.printJSON(is); err != nil {
			return err
		}
		return wrong
	}
	for _, f := range is.Findings {
		end := ""
		if f.Repaired {
			end = " (repaired)"
		}
		where := ""
		if f.Key != "" {
			where = " [" + string(f.Key) + "]"
		}
		c.printf("%s%s: %s%s\n", f.Code, where, string(f.Message), end)
	}
	c.printf("%d posts and %d fields in Redis; %d findings, %d repaired\n", is.Posts, is.Fields, is.Count, is.Repaired)
	return wrong
}
