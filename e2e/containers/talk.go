package containers

import (
	"errors"
	"io"
	"testing"

	"github.com/ory/dockertest/v3/docker"
)

// Talk starts a command in a service's container as the web server's user, and
// returns what to say to it and what it answers. It ends when its input does.
func (s *Stack) Talk(t testing.TB, service string, complaints io.Writer, command ...string) (io.WriteCloser, io.Reader) {
	t.Helper()
	client := started.pool.Client
	exec, err := client.CreateExec(docker.CreateExecOptions{
		Container: s.services[service].Container.ID, Cmd: command, User: "www-data",
		AttachStdin: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	hear, say := io.Pipe()
	answer, out := io.Pipe()
	go func() {
		err := client.StartExec(exec.ID, docker.StartExecOptions{InputStream: hear, OutputStream: out, ErrorStream: complaints})
		out.CloseWithError(errors.Join(io.EOF, err))
		hear.CloseWithError(io.ErrClosedPipe)
	}()
	return say, answer
}
