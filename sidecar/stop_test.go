package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// served is a sidecar that runs as `serve` does, with a real Redis and MySQL
// whose appointment 1 has a row "status".
type served struct {
	t      *testing.T
	db     containers.Database
	client *http.Client
	log    *safeLog
	stop   context.CancelFunc
	ended  chan error
}

// safeLog is what a sidecar logs, while it runs.
type safeLog struct {
	sync.Mutex
	bytes.Buffer
}

func (l *safeLog) Write(b []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(b)
}

func (l *safeLog) text() string {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.String()
}

func serving(t *testing.T, settings ...string) *served {
	t.Helper()
	s := &served{t: t, db: containers.MySQL(t), log: &safeLog{}, ended: make(chan error, 1)}
	options := containers.Redis(t)
	for _, query := range []string{
		"INSERT INTO wp_hospital_sync_state (blog_id) VALUES (1)",
		"INSERT INTO wp_posts (ID, post_type, post_name) VALUES (1, 'hospital_appointment', 'appt_1')",
		"INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (1, 'status', 'before')",
	} {
		if _, err := s.db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	socket := filepath.Join(t.TempDir(), "s")
	conf := s.db.Config
	redisURL := url.URL{Scheme: "redis", User: url.UserPassword(options.Username, options.Password), Host: options.Addr}
	environ := append([]string{
		"HOSPITAL_DB_HOST=" + conf.Addr, "HOSPITAL_DB_NAME=" + conf.DBName, "HOSPITAL_DB_USER=" + conf.User, "HOSPITAL_DB_PASSWORD=" + conf.Passwd,
		"HOSPITAL_REDIS_URL=" + redisURL.String(), "HOSPITAL_TOKEN=golden", "HOSPITAL_LISTEN=unix:" + socket, "HOSPITAL_SYNC_DELAY=1h",
	}, settings...)
	s.client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go func() { s.ended <- serve(ctx, environ, s.log) }()
	t.Cleanup(cancel)
	s.until(func() error { return s.put("before") })
	s.until(func() error { return s.put("offloaded") })
	return s
}

func (s *served) until(try func() error) {
	s.t.Helper()
	containers.Eventually(s.t, 20*time.Second, func(context.Context) error {
		if err := try(); err != nil {
			return fmt.Errorf("%w; log %s", err, s.log.text())
		}
		return nil
	})
}

// put writes the status of appointment 1 to Redis; in native mode MySQL takes it.
func (s *served) put(status string) error {
	r, err := http.NewRequest("PATCH", "http://sidecar/v1/appointments/1/fields/status", strings.NewReader(`{"value":"`+status+`"}`))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer golden")
	answer, err := s.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(string(body))
	}
	if err == nil && !strings.Contains(string(body), `"ack":"memory"`) {
		err = fmt.Errorf("it is not in Redis: %s", body)
	}
	return err
}

// end stops the sidecar and returns how long that took.
func (s *served) end() time.Duration {
	s.t.Helper()
	began := time.Now()
	s.stop()
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("serve: %v", err)
		}
	case <-time.After(30 * time.Second):
		s.t.Fatalf("it does not stop; log %s", s.log.text())
	}
	return time.Since(began)
}

func (s *served) row() (value string) {
	s.t.Helper()
	if err := s.db.QueryRowContext(s.t.Context(), "SELECT meta_value FROM wp_postmeta WHERE post_id = 1 AND meta_key = 'status'").Scan(&value); err != nil {
		s.t.Fatal(err)
	}
	return value
}

func TestStop(t *testing.T) {
	t.Run("brings home what is dirty, due or not, and says that nothing is left", func(t *testing.T) {
		s := serving(t)
		s.end()
		if s.row() != "offloaded" || !strings.Contains(s.log.text(), `"msg":"stopped with nothing left to sync"`) {
			t.Errorf("%s in MySQL; log %s", s.row(), s.log.text())
		}
	})
	t.Run("ends at its deadline and says what is left, when somebody holds the rows", func(t *testing.T) {
		s := serving(t, "HOSPITAL_DRAIN_TIMEOUT=500ms")
		release := s.hold()
		defer release()
		s.end()
		for _, want := range []string{`"msg":"stopped before everything was synced"`, `"posts_left":1`, `"fields_left":1`} {
			if !strings.Contains(s.log.text(), want) {
				t.Errorf("no %s in %s", want, s.log.text())
			}
		}
		if s.row() != "before" {
			t.Errorf("%s in MySQL", s.row())
		}
	})
	t.Run("waits for rows that are free before its deadline", func(t *testing.T) {
		s := serving(t, "HOSPITAL_DRAIN_TIMEOUT=20s")
		release := s.hold()
		go func() {
			defer release()
			s.stop()
			<-time.After(time.Second)
		}()
		s.end()
		if s.row() != "offloaded" {
			t.Errorf("%s in MySQL; log %s", s.row(), s.log.text())
		}
	})
}

// hold locks the row of appointment 1 until the function it returns is called.
func (s *served) hold() (release func()) {
	s.t.Helper()
	tx, err := s.db.BeginTx(context.Background(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := tx.ExecContext(s.t.Context(), "UPDATE wp_postmeta SET meta_value = 'held' WHERE post_id = 1"); err != nil {
		s.t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}
