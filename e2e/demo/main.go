// Command demo shows the main job on a real WordPress: it builds and starts the
// stack, makes a clinic, lets several PHP processes update appointments the way
// any plugin would, and compares wp_postmeta with what was acknowledged. The
// same updates on a post type that is not offloaded say what they cost
// natively. It exits 1 on any difference or failure; the stack stays up.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}
