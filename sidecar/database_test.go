package main

import (
	"strings"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/config"
)

func TestToken(t *testing.T) {
	db, tables := containers.MySQL(t), appointment.Tables{Base: "wp_"}
	exec := func(t *testing.T, query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	want := func(t *testing.T, s *tokens, want string) {
		t.Helper()
		if got, err := s.token(t.Context()); err != nil || got != want {
			t.Errorf("token = %q, %v; want %q", got, err, want)
		}
	}
	source := tokenSource(config.Config{}, db.DB, tables)

	t.Run("is the configured one, whatever the plugin has", func(t *testing.T) {
		want(t, tokenSource(config.Config{Token: "fixed"}, nil, tables), "fixed")
	})
	t.Run("is an error that says what to do before the plugin was activated", func(t *testing.T) {
		if got, err := source.token(t.Context()); err == nil || !strings.Contains(err.Error(), "HOSPITAL_TOKEN") {
			t.Errorf("token = %q, %v", got, err)
		}
	})
	t.Run("is the plugin's from then on, at once", func(t *testing.T) {
		exec(t, "INSERT INTO wp_options (option_name, option_value) VALUES (?, 'first')", tokenOption)
		want(t, source, "first")
	})
	t.Run("is believed for a few seconds, then read again", func(t *testing.T) {
		exec(t, "UPDATE wp_options SET option_value = 'second' WHERE option_name = ?", tokenOption)
		want(t, source, "first")
		source.until = time.Now() // as if they had passed
		want(t, source, "second")
	})
	t.Run("is the last one known while MySQL is away", func(t *testing.T) {
		exec(t, "RENAME TABLE wp_options TO elsewhere")
		source.until = time.Now()
		want(t, source, "second")
		fresh := tokenSource(config.Config{}, db.DB, tables)
		if got, err := fresh.token(t.Context()); err == nil {
			t.Errorf("token of nobody = %q", got)
		}
	})
}
