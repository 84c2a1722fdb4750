package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"hospital-appointments-redis/sidecar/appointment"
)

// rows is wp_postmeta of one post type: post -> key -> the values of its rows.
type rows map[string]map[string][]string

// result is one job's.
type result struct {
	Acknowledged int
	Failed       int
	took         time.Duration
	spent        spent
	lag          appointment.LagStats
	takeovers    int64
	differences  []string
	example      string // a post that was updated
}

func (r result) rate() float64 { return float64(r.Acknowledged) / r.took.Seconds() }

// job lets the workers update the posts of one type, raises a barrier, and
// compares the rows with the ones before, overlaid with what was acknowledged.
func job(ctx context.Context, s *stack, postType string) (result, error) {
	var r result
	want, err := s.rows(ctx, postType)
	if err != nil {
		return r, err
	}
	epoch, err := s.epoch(ctx)
	if err != nil {
		return r, err
	}
	before, err := s.spent(ctx)
	if err != nil {
		return r, err
	}
	began := time.Now()
	answers, err := s.work(ctx, postType)
	if err != nil {
		return r, err
	}
	r.took = time.Since(began)
	if postType == offloaded {
		if _, err := s.php(ctx, "barrier.php"); err != nil {
			return r, fmt.Errorf("barrier: %w", err)
		}
	}
	after, err := s.spent(ctx)
	if err != nil {
		return r, err
	}
	r.spent = after.minus(before)
	for _, a := range answers {
		r.Acknowledged += a.Acknowledged
		r.Failed += a.Failed
		for post, keys := range a.Last {
			r.example = post
			for key, value := range keys {
				want[post][key] = []string{value}
			}
		}
	}
	got, err := s.rows(ctx, postType)
	if err != nil {
		return r, err
	}
	r.differences = differences(want, got)
	stats, err := s.status(ctx)
	if err != nil {
		return r, err
	}
	r.lag = stats.Lag
	now, err := s.epoch(ctx)
	r.takeovers = (now - epoch + 1) / 2 // a take-over and its return are two epochs
	return r, err
}

// differences lists, in order, every field that is not what it should be.
func differences(want, got rows) []string {
	var list []string
	all := rows{}
	maps.Copy(all, want)
	maps.Copy(all, got)
	for _, post := range slices.Sorted(maps.Keys(all)) {
		keys := map[string][]string{}
		maps.Copy(keys, want[post])
		maps.Copy(keys, got[post])
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if !slices.Equal(want[post][key], got[post][key]) {
				list = append(list, fmt.Sprintf("post %s, %s: %q was acknowledged, wp_postmeta has %q", post, key, want[post][key], got[post][key]))
			}
		}
	}
	return list
}

// answer is one worker's.
type answer struct {
	Acknowledged int                          `json:"acknowledged"`
	Failed       int                          `json:"failed"`
	Last         map[string]map[string]string `json:"last"` // acknowledged last, as the row should be
}

// work runs the workers side by side, each a WordPress of its own. A field is
// always updated by the same one, so what was acknowledged last is known.
func (s *stack) work(ctx context.Context, postType string) ([]answer, error) {
	answers := make([]answer, workers)
	group, ctx := errgroup.WithContext(ctx)
	for i := range answers {
		group.Go(func() error {
			text, err := s.php(ctx, "worker.php", postType, fmt.Sprint(updates), fmt.Sprint(workers), fmt.Sprint(i))
			if err != nil {
				return fmt.Errorf("worker %d: %w", i, err)
			}
			return json.Unmarshal(text, &answers[i])
		})
	}
	return answers, group.Wait()
}

func (s *stack) rows(ctx context.Context, postType string) (rows, error) {
	text, err := s.php(ctx, "rows.php", postType)
	if err != nil {
		return nil, fmt.Errorf("read wp_postmeta: %w", err)
	}
	var all rows
	return all, json.Unmarshal(text, &all)
}
