package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// hurry is how long status may take: a health check runs it.
const hurry = 2 * time.Second

// report is what status found.
type report struct {
	Ready   bool               `json:"ready"`
	Missing []string           `json:"missing"`
	Stats   *appointment.Stats `json:"stats,omitempty"`
}

// status asks whether the sidecar is ready and, unless --ready is given, for
// its figures. It fails if it is not ready, or if the figures cannot be had.
func (c *command) status(ctx context.Context, args []string) error {
	set := c.flags("status")
	only := set.Bool("ready", false, "ask only whether it is ready; needs no token")
	if _, err := c.parse(set, args, 0); err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hurry)
	defer cancel()
	found, err := client.ready(ctx)
	if err != nil {
		return err
	}
	var noStats error
	if !*only {
		found.Stats, noStats = client.stats(ctx)
	}
	if noStats != nil && found.Ready && c.json {
		return noStats
	}
	if err := c.printReport(found); err != nil {
		return err
	}
	if !found.Ready {
		return errPrinted
	}
	return noStats
}

func (c *Client) ready(ctx context.Context) (report, error) {
	status, answer, err := c.send(ctx, http.MethodGet, "/readyz", "", nil)
	if err != nil {
		return report{}, err
	}
	found := report{Missing: []string{}}
	if json.Unmarshal(answer, &found) != nil || found.Ready != (status == http.StatusOK) {
		return report{}, c.stranger(status)
	}
	return found, nil
}

func (c *Client) stats(ctx context.Context) (*appointment.Stats, error) {
	var answer struct {
		Version string            `json:"version"`
		Stats   appointment.Stats `json:"stats"`
	}
	if err := c.call(ctx, http.MethodGet, "/v1/stats", nil, &answer); err != nil {
		return nil, err
	}
	answer.Stats.Version = cmp.Or(answer.Stats.Version, answer.Version)
	return &answer.Stats, nil
}

func (c *command) printReport(found report) error {
	if c.json {
		return c.printJSON(found)
	}
	if found.Ready {
		c.printf("ready\n")
	} else {
		c.printf("not ready\n")
	}
	for _, each := range found.Missing {
		c.printf("  %s\n", each)
	}
	if found.Stats != nil {
		c.printStats(found.Stats)
	}
	return nil
}

func (c *command) printStats(s *appointment.Stats) {
	c.printf("sidecar  %s, up %s\n", s.Version, (time.Duration(s.UptimeSeconds) * time.Second).String())
	c.printf("redis    %s, %.1f MiB used, run %s\n", cmp.Or(s.Redis.Version, "away"), float64(s.Redis.UsedMemory)/(1<<20), cmp.Or(s.Redis.RunID, "-"))
	c.printf("mysql    %s\n", cmp.Or(s.MySQL.Version, "away"))
	c.printf("lag      p50 %.0f ms, p99 %.0f ms, of %d syncs\n", s.Lag.P50, s.Lag.P99, s.Lag.Count)
	n := s.Counters
	c.printf("fields   %d written, %d synced\n", n.Writes, n.Synced)
	c.printf("owner    %d returns to offload, %d times made native by this sidecar, %d leases lapsed\n", n.Returns, n.Takeovers, n.Lapses)
	if len(s.Blogs) > 0 {
		c.printf("\n")
		c.printBlogs(s.Blogs)
	}
	for _, warning := range s.Warnings {
		c.printf("warning: %s\n", warning)
	}
	if slices.ContainsFunc(s.Blogs, func(b appointment.BlogStats) bool { return b.Waits != nil && b.DeadLetters > 0 }) {
		c.printf("MySQL refused some writes: see hospital-sidecar dead list\n")
	}
}

func (c *command) printBlogs(blogs []appointment.BlogStats) {
	table := c.table("BLOG", "MODE", "EPOCH", "LEASE", "HELD", "DIRTY", "OLDEST", "DEAD")
	yes := map[bool]string{true: "yes", false: "no"}
	for _, b := range blogs {
		if b.Waits == nil { // Redis could not be asked
			table.row(b.Blog, b.Mode, b.Epoch, yes[b.Lease], yes[b.Held], "?", "?", "?")
			continue
		}
		table.row(b.Blog, b.Mode, b.Epoch, yes[b.Lease], yes[b.Held], b.DirtyPosts, (time.Duration(b.OldestDirtyMS) * time.Millisecond).String(), b.DeadLetters)
	}
	table.flush()
}
