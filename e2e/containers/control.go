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
	return s.ExecAs(t, service, "www-data", command...)
}

// ExecAs does the same as another user; "" is the one that the service runs as.
func (s *Stack) ExecAs(t testing.TB, service, user string, command ...string) string {
	t.Helper()
	out, err := s.exec(service, user, command...)
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

// Stop asks a service to end, as `docker stop` does, and waits until it has. A
// later Start, or the next test's WholeStack, starts it again with its data.
func (s *Stack) Stop(t testing.TB, service string) {
	t.Helper()
	s.end(t, service, docker.SIGTERM)
}

// Kill ends a service by SIGKILL.
func (s *Stack) Kill(t testing.TB, service string) {
	t.Helper()
	s.end(t, service, docker.SIGKILL)
}

// end sends the signal by its name: dockertest gives its containers another stop
// signal, one that servers ignore.
func (s *Stack) end(t testing.TB, service string, signal docker.Signal) {
	t.Helper()
	client, id := started.pool.Client, s.services[service].Container.ID
	err := client.KillContainer(docker.KillContainerOptions{ID: id, Signal: signal})
	if err == nil {
		// In a Cleanup the test's own context is over.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		_, err = client.WaitContainerWithContext(id, ctx)
	}
	if err != nil {
		t.Fatalf("end %s by signal %d: %v", service, signal, err)
	}
}

// Pause stops all processes of a service where they are, until Resume. The
// freezer of cgroup v1 gives up on a process that is just being made, as a
// health check's on a busy machine, and is then asked again.
func (s *Stack) Pause(t testing.TB, service string) {
	t.Helper()
	Eventually(t, 10*time.Second, func(context.Context) error {
		if err := started.pool.Client.PauseContainer(s.services[service].Container.ID); err != nil {
			return fmt.Errorf("pause %s: %w", service, err)
		}
		return nil
	})
}

// Resume lets a paused service go on; one that is not paused already does.
func (s *Stack) Resume(t testing.TB, service string) {
	t.Helper()
	id := s.services[service].Container.ID
	container, err := started.pool.Client.InspectContainer(id)
	if err == nil && container.State.Paused {
		err = started.pool.Client.UnpauseContainer(id)
	}
	if err != nil {
		t.Fatalf("resume %s: %v", service, err)
	}
}

// Logs returns what a service has printed so far.
func (s *Stack) Logs(t testing.TB, service string) string {
	t.Helper()
	var out bytes.Buffer
	err := started.pool.Client.Logs(docker.LogsOptions{
		Context: context.WithoutCancel(t.Context()), Container: s.services[service].Container.ID, OutputStream: &out, ErrorStream: &out, Stdout: true, Stderr: true,
	})
	if err != nil {
		t.Fatalf("logs of %s: %v", service, err)
	}
	return out.String()
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
		err = r.Expire(lifetime) // it ended with the process that it was for
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
		switch service {
		case "database":
			return s.DB.PingContext(ctx)
		case "redis":
			return s.Redis.Ping(ctx).Err()
		}
		return nil
	})
}
