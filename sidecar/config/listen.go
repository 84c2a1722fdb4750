package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
)

// Network is what net.Listen wants: "unix" and a path, or "tcp" and host:port.
func (c Config) Network() (network, address string) { return c.network, c.address }

// Dial is what a client on the same host dials to reach the sidecar that
// listens at Network: a wildcard address becomes loopback.
func (c Config) Dial() (network, address string) {
	host, port, err := net.SplitHostPort(c.address)
	if c.network != "tcp" || err != nil {
		return c.network, c.address
	}
	if host == "" || host == "0.0.0.0" {
		host = "127.0.0.1"
	} else if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "::1"
	}
	return c.network, net.JoinHostPort(host, port)
}

// resolveListen splits Listen and refuses, unless AllowRemote, what other
// machines can reach (P9).
func (c *Config) resolveListen() error {
	if path, ok := strings.CutPrefix(c.Listen, "unix:"); ok {
		if path = strings.TrimPrefix(path, "//"); !filepath.IsAbs(path) {
			return fmt.Errorf("%q: want an absolute path, as in unix:/run/hospital/sidecar.sock", c.Listen)
		}
		// sun_path of sockaddr_un, less its final zero.
		if len(path) > 107 {
			return fmt.Errorf("%q: the path of a socket has at most 107 bytes", c.Listen)
		}
		c.network, c.address = "unix", path
		return nil
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("%q: want host:port, or unix:/path", c.Listen)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("%q: the port is not a number from 1 to 65535", c.Listen)
	}
	c.network, c.address = "tcp", c.Listen
	if !isLoopback(host) && !c.AllowRemote {
		return errors.New(strconv.Quote(c.Listen) + " is not a loopback address: other machines could reach it; HOSPITAL_ALLOW_REMOTE=true permits that")
	}
	return nil
}

// isLoopback takes no name but localhost: what another resolves to can change.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
