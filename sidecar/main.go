// Command hospital-sidecar takes appointment metadata updates from the
// WordPress plugin over localhost HTTP, keeps them in Redis, and brings them to
// wp_postmeta in batches. `hospital-sidecar help` lists what else it does.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
