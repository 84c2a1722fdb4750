package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// profiles serves Go's profiles on a port of loopback, never of anything else,
// until stop. They tell where time and memory go, and hold no values.
func profiles(port int) (stop func(), err error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, fmt.Errorf("serve profiles: %w", err)
	}
	routes := http.NewServeMux()
	routes.HandleFunc("/debug/pprof/profile", pprof.Profile)
	routes.Handle("/debug/pprof/allocs", pprof.Handler("allocs"))
	routes.Handle("/debug/pprof/heap", pprof.Handler("heap"))
	server := &http.Server{Handler: routes, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with stop
	return func() { _ = server.Close() }, nil
}
