package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// stack is the compose project "hospital".
type stack struct {
	out        io.Writer
	env        map[string]string // docker/.env
	containers map[string]string // service -> container
	address    string
	password   string
}

const plugin = "hospital-appointments-redis/hospital-appointments-redis.php"

func (s *stack) say(format string, args ...any) { fmt.Fprintf(s.out, "== "+format+"\n", args...) }

// up builds what is not built, starts it, and waits until WordPress answers.
func (s *stack) up(ctx context.Context) error {
	s.say("images (the first time takes minutes, then seconds)")
	if err := s.show(ctx, "docker/build.sh", "trixie", "sidecar"); err != nil {
		return err
	}
	if err := s.show(ctx, "docker/env.sh"); err != nil {
		return err
	}
	text, err := os.ReadFile("docker/.env")
	if err != nil {
		return err
	}
	s.env = map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			s.env[name] = value
		}
	}
	s.address = "http://localhost:" + cmp.Or(os.Getenv("HOSPITAL_HTTP_PORT"), "8080")
	s.password = s.env["HOSPITAL_ADMIN_PASSWORD"]
	if err := s.free(ctx); err != nil {
		return err
	}
	s.say("starting WordPress, sidecar, Redis and database")
	if _, err := s.command(ctx, "docker/compose.sh", "up", "-d"); err != nil {
		return err
	}
	s.containers = map[string]string{}
	for _, service := range []string{"wordpress", "sidecar", "database", "redis"} {
		id, err := s.command(ctx, "docker", "ps", "-q", "--filter", "label=com.docker.compose.project=hospital", "--filter", "label=com.docker.compose.service="+service)
		if err != nil || len(id) == 0 {
			return fmt.Errorf("no container runs %s: %w", service, err)
		}
		name, err := s.command(ctx, "docker", "inspect", "-f", "{{.Name}}", strings.TrimSpace(string(id)))
		if err != nil {
			return err
		}
		s.containers[service] = strings.Trim(strings.TrimSpace(string(name)), "/")
	}
	_, err = s.command(ctx, "docker", "cp", "e2e/demo/php", s.containers["wordpress"]+":/tmp/demo")
	return err
}

// free says what to do when somebody else has the port.
func (s *stack) free(ctx context.Context) error {
	up, err := s.command(ctx, "docker", "ps", "-q", "--filter", "label=com.docker.compose.project=hospital", "--filter", "label=com.docker.compose.service=localhost")
	if err != nil || len(up) > 0 {
		return err
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(s.address, "http://"), ":")
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		return fmt.Errorf("port %s is taken; choose another: HOSPITAL_HTTP_PORT=8099 make demo", port)
	}
	return l.Close()
}

// install makes WordPress by its own wp_install() and activates the plugin by
// activate_plugin().
func (s *stack) install(ctx context.Context) error {
	script := []string{"exec", s.containers["wordpress"], "php", "/usr/local/share/hospital/install.php"}
	err := s.show(ctx, "docker", append(script, "--url="+s.address, "--title=Clinic", "--user=admin", "--password="+s.password, "--email=admin@example.org")...)
	if err != nil {
		return fmt.Errorf("install WordPress: %w", err)
	}
	if err := s.show(ctx, "docker", append(script, "--activate="+plugin)...); err != nil {
		return fmt.Errorf("activate the plugin: %w", err)
	}
	return nil
}

// offload waits until the sidecar holds the lease.
func (s *stack) offload(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		stats, err := s.status(ctx)
		if err == nil && len(stats.Blogs) > 0 && stats.Blogs[0].Lease {
			s.say("offload: the sidecar acknowledges updates (epoch %d)", stats.Blogs[0].Epoch)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the sidecar did not take over within a minute: %w", err)
		case <-tick.C:
		}
	}
}

func (s *stack) status(ctx context.Context) (appointment.Stats, error) {
	var answer struct{ Stats appointment.Stats }
	text, err := s.command(ctx, "docker", "exec", s.containers["sidecar"], "/hospital-sidecar", "status", "--json")
	if err != nil {
		return answer.Stats, err
	}
	return answer.Stats, json.Unmarshal(text, &answer)
}

// php runs one of our scripts in WordPress's container, as the web server's user.
func (s *stack) php(ctx context.Context, script string, args ...string) ([]byte, error) {
	return s.command(ctx, "docker", append([]string{"exec", "-u", "www-data", s.containers["wordpress"], "php", "/tmp/demo/" + script}, args...)...)
}

// command runs a program and returns what it prints; the error has what it
// complains.
func (s *stack) command(ctx context.Context, name string, args ...string) ([]byte, error) {
	var out, complaint bytes.Buffer
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = &out, &complaint
	if err := c.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("%s %s: %w\n%s%s", name, args[0], err, complaint.String(), out.String())
	}
	return out.Bytes(), nil
}

// show runs a program that says itself what it does.
func (s *stack) show(ctx context.Context, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = s.out, s.out
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
