package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestPatience: what takes as long as a command was told to wait is waited for,
// though other calls are given up by then.
func TestPatience(t *testing.T) {
	const calls = 50 * time.Millisecond
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done(): // nobody waits any more
		case <-time.After(10 * calls):
		}
		fmt.Fprint(w, `{"synced":1,"left":0,"findings":[]}`)
	}))
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	setup := Setup{Client: func() (*Client, error) {
		token := func(context.Context) (string, error) { return "golden", nil }
		return &Client{Network: "tcp", Address: address, Token: token, Patience: calls}, nil
	}}
	for line, want := range map[string]string{
		"flush --timeout 30s":  "fields brought to MySQL: 1; nothing left\n",
		"verify --timeout 30s": "0 posts and 0 fields in Redis; 0 findings, 0 repaired\n",
	} {
		t.Run(line, func(t *testing.T) {
			runWith(t, setup, strings.Fields(line)...).want(t, 0, want, "")
		})
	}
	t.Run("who works for longer is not said to be away", func(t *testing.T) {
		runWith(t, setup, "flush", "--timeout", "50ms").want(t, 1, "", "the sidecar at "+address+" has not answered in time")
		runWith(t, setup, "dead", "list").want(t, 1, "", "the sidecar at "+address+" has not answered in time")
	})
}
