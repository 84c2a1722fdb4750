package differential

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// TestHold keeps a stack for work by hand; never committed.
func TestHold(t *testing.T) {
	d := open(t)
	fmt.Println("HELD", d.WordPress, os.Getpid())
	for {
		if _, err := os.Stat(os.Getenv("HOLD_UNTIL")); err == nil {
			return
		}
		time.Sleep(time.Second)
	}
}
