package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The clinic, and the job.
const (
	doctors      = 20
	appointments = 500
	updates      = 5000
	workers      = 4
	offloaded    = "hospital_appointment"
	native       = "clinic_native" // an equal post type that nobody offloads
)

// figures is the last line of the output.
type figures struct {
	Acknowledged  int     `json:"acknowledged"`
	Failed        int     `json:"failed"`
	Differences   int     `json:"differences"`
	Commits       int64   `json:"commits"`
	CommitsNative int64   `json:"commits_native"`
	RowsWritten   int64   `json:"rows_written"`
	LagP50        float64 `json:"lag_ms_p50"`
	LagP99        float64 `json:"lag_ms_p99"`
	Takeovers     int64   `json:"takeovers"`
}

func run(ctx context.Context, out io.Writer) error {
	s := &stack{out: out}
	if err := s.up(ctx); err != nil {
		return err
	}
	if err := s.install(ctx); err != nil {
		return err
	}
	s.say("a clinic: %d doctors, %d appointments, and as many of a post type that is not offloaded", doctors, appointments)
	if _, err := s.php(ctx, "clinic.php", fmt.Sprint(doctors), fmt.Sprint(appointments), offloaded, native); err != nil {
		return fmt.Errorf("make the clinic: %w", err)
	}
	if err := s.offload(ctx); err != nil {
		return err
	}

	s.say("the main job: %d PHP processes make %d update_post_meta() calls", workers, updates)
	ours, err := job(ctx, s, offloaded)
	if err != nil {
		return err
	}
	s.say("the same calls on the native post type")
	theirs, err := job(ctx, s, native)
	if err != nil {
		return err
	}
	f := figures{
		Acknowledged: ours.Acknowledged, Failed: ours.Failed + theirs.Failed, Differences: len(ours.differences) + len(theirs.differences),
		Commits: ours.spent.Commits, CommitsNative: theirs.spent.Commits, RowsWritten: ours.spent.Rows,
		LagP50: ours.lag.P50, LagP99: ours.lag.P99, Takeovers: ours.takeovers,
	}
	report(s, f, ours, theirs)
	last, err := json.Marshal(f)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n", last)
	if f.Failed > 0 || f.Differences > 0 || f.Acknowledged != updates {
		return errors.New("updates failed, or wp_postmeta is not what was acknowledged")
	}
	return nil
}

func report(s *stack, f figures, ours, theirs result) {
	p := func(format string, args ...any) { fmt.Fprintf(s.out, "   "+format+"\n", args...) }
	fmt.Fprintln(s.out)
	p("updates acknowledged     %d of %d, %.0f a second by %d PHP processes (natively %.0f, each of them an SQL transaction)", f.Acknowledged, updates, ours.rate(), workers, theirs.rate())
	p("failures                 %d", f.Failed)
	p("MySQL commits            %d instead of %d: 1 for every %.0f", f.Commits, f.CommitsNative, float64(f.CommitsNative)/float64(max(f.Commits, 1)))
	p("rows written per update  %.2f; natively %.2f", float64(f.RowsWritten)/updates, float64(theirs.spent.Rows)/updates)
	p("sync lag                 p50 %.0f ms, p99 %.0f ms from acknowledgement to COMMIT", f.LagP50, f.LagP99)
	p("take-overs               %d%s", f.Takeovers, map[bool]string{true: ": the sidecar did not answer in time, and WordPress wrote by itself meanwhile"}[f.Takeovers > 0])
	p("differences              %d", f.Differences)
	for _, d := range append(ours.differences, theirs.differences...)[:min(10, f.Differences)] {
		p("  %s", d)
	}
	fmt.Fprintln(s.out)
	p("%s/wp-admin/edit.php?post_type=%s", s.address, offloaded)
	p("log in as admin with the password %s", s.password)
	p("the sidecar:  docker exec %s /hospital-sidecar status", s.containers["sidecar"])
	p("Redis, as a person sees it (fields written in the last hour):")
	p("  docker exec %s sh -c 'redis-cli --user hospital --pass $HOSPITAL_REDIS_PASSWORD --no-auth-warning HGETALL appointment:%s'", s.containers["redis"], ours.example)
	p("the stack stays up until `make down`")
	fmt.Fprintln(s.out)
}
