package main

import (
	"os"
	"path/filepath"
	"testing"

	"hospital-appointments-redis/sidecar/config"
)

func TestASidecarRemovesNoFileThatIsNoSocketToListen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(path, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := config.Load([]string{"HOSPITAL_LISTEN=unix:" + path, "HOSPITAL_DB_NAME=clinic", "HOSPITAL_DB_USER=clinic"})
	if err != nil {
		t.Fatal(err)
	}
	if listener, err := listen(conf); err == nil {
		_ = listener.Close()
		t.Error("it listens where a file was")
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != "somebody's" {
		t.Errorf("the file holds %q: %v", content, err)
	}
}
