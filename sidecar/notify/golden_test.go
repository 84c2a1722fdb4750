package notify

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestGolden: the call as the plugin's own tests take it.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("../../e2e/golden/wordpress/synced.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ RedisID, Token, Body, Signature string }
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	c := message(1, golden.RedisID, "", time.UnixMilli(1700000000123), []appointment.Notice{status, {Post: 7, Key: "räume"}})
	c.Nonce = "golden"
	body, err := json.Marshal(c)
	if got := sign(golden.Token, body); err != nil || string(body) != golden.Body || got != golden.Signature {
		t.Errorf("body %s, signature %s, %v\nwant %+v", body, got, err, golden)
	}
}
