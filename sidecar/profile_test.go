package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestProfiles: on loopback only, and nothing but profiles.
func TestProfiles(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	if _, err := profiles(port); err == nil || !strings.Contains(err.Error(), "serve profiles") {
		t.Errorf("on a port that is taken: %v", err)
	}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	stop, err := profiles(port)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/debug/pprof/allocs": http.StatusOK, "/debug/pprof/cmdline": http.StatusNotFound, "/": http.StatusNotFound} {
		response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", port, path))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, response.StatusCode, want)
		}
	}
	stop()
	if _, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/debug/pprof/allocs", port)); err == nil {
		t.Error("still served after stop")
	}
}
