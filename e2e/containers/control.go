package containers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ory/dockertest/v3/docker"
)

// Exec runs a command in a service's container as the web server's user, and
// fails the test with its output if it fails.
func (s *Stack) Exec(t testing.TB, service string, command ...string) string {
	t.Helper()
	out, err := s.exec(service, "www-data", command...)
	if err != nil {
		t.Fatalf("%s in %s: %v\n%s", strings.Join(command, " "), service, err, out)
	}
	return out
}

func (s *Stack) exec(service, user string, command ...string) (string, error) {
	client, id := started.pool.Client, s.services[service].Container.ID
	exec, err := client.CreateExec(docker.CreateExecOptions{Container: id, Cmd: command, User: user, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return "", err
	}
	var out, complaint bytes.Buffer
	if err := client.StartExec(exec.ID, docker.StartExecOptions{OutputStream: &out, ErrorStream: &complaint}); err != nil {
		return "", err
	}
	done, err := client.InspectExec(exec.ID)
	if err == nil && done.ExitCode != 0 {
		return out.String() + complaint.String(), fmt.Errorf("exit code %d", done.ExitCode)
	}
	return out.String(), err
}

// Stop stops a service; Kill does it by SIGKILL. A later Start, or the next
// test's WholeStack, starts it again with its data.
func (s *Stack) Stop(t testing.TB, service string) {
	t.Helper()
	if err := started.pool.Client.StopContainer(s.services[service].Container.ID, 30); err != nil {
		t.Fatalf("stop %s: %v", service, err)
	}
}

// Kill ends a service by SIGKILL.
func (s *Stack) Kill(t testing.TB, service string) {
	t.Helper()
	if err := started.pool.Client.KillContainer(docker.KillContainerOptions{ID: s.services[service].Container.ID, Signal: docker.SIGKILL}); err != nil {
		t.Fatalf("kill %s: %v", service, err)
	}
}

// Start starts a service that is not running.
func (s *Stack) Start(t testing.TB, service string) {
	t.Helper()
	r := s.services[service]
	err := started.pool.Client.StartContainer(r.Container.ID, nil)
	var running *docker.ContainerAlreadyRunning
	if errors.As(err, &running) {
		return
	}
	if err == nil {
		r.Container, err = started.pool.Client.InspectContainer(r.Container.ID)
	}
	if err == nil {
		err = s.connect()
	}
	if err != nil {
		t.Fatalf("start %s: %v", service, err)
	}
	Eventually(t, time.Minute, func(ctx context.Context) error {
		return errors.Join(s.DB.PingContext(ctx), s.Redis.Ping(ctx).Err())
	})
}
