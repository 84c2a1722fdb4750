package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestLeasesUnderALockedTable: what waits for a table that somebody alters takes
// no lease from the writes that need no table.
func TestLeasesUnderALockedTable(t *testing.T) {
	s := serving(t, "HOSPITAL_LEASE_MS=300", "HOSPITAL_TIMEOUT_MS=250")
	const waiting = 3 * rowConnections
	for id := 2; id < 2+waiting; id++ {
		if _, err := s.db.ExecContext(t.Context(), "INSERT INTO wp_posts (ID, post_type, post_name) VALUES (?, 'hospital_appointment', CONCAT('appt_', ?))", id, id); err != nil {
			t.Fatal(err)
		}
	}
	altered := s.db.Locked(t, "wp_postmeta")
	ctx, enough := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for id := 2; id < 2+waiting; id++ {
		writers.Go(func() {
			for ctx.Err() == nil {
				s.home(ctx, id)
			}
		})
	}
	s.until(func() error {
		var queued int
		err := s.db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'").Scan(&queued)
		if err == nil && queued < rowConnections {
			err = fmt.Errorf("%d wait for the table", queued)
		}
		return err
	})
	beat := time.NewTicker(50 * time.Millisecond)
	defer beat.Stop()
	for i := range 60 { // ten leases
		began := time.Now()
		if err := s.put(fmt.Sprint(i)); err != nil {
			t.Errorf("write %d, after %v: %v", i, time.Since(began), err)
		}
		<-beat.C
	}
	enough()
	altered()
	writers.Wait()
}

// home asks for a write that is acknowledged when it is in MySQL; it may be
// refused.
func (s *served) home(ctx context.Context, id int) {
	r, err := http.NewRequestWithContext(ctx, "PATCH", fmt.Sprintf("http://sidecar/v1/appointments/%d/fields/status", id), strings.NewReader(`{"value":"home"}`))
	if err != nil {
		s.t.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer golden")
	r.Header.Set("X-Hospital-Ack", "sql")
	if answer, err := s.client.Do(r); err == nil {
		_ = answer.Body.Close()
	}
}
