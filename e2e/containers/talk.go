package containers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ory/dockertest/v3/docker"
)

// longest is the longest line that Talk takes.
const longest = 64 << 20

// Talk runs a command in a service's container as the web server's user until it
// ends. Each line that it prints goes to hear; an answer that is not empty is sent
// back as a line. An error of hear, or a cancelled ctx, ends the conversation.
func (s *Stack) Talk(ctx context.Context, service string, hear func(line string) (answer string, err error), command ...string) error {
	client, id := started.pool.Client, s.services[service].Container.ID
	exec, err := client.CreateExec(docker.CreateExecOptions{
		Container: id, Cmd: command, User: "www-data", AttachStdin: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return err
	}
	theirs, answers := io.Pipe()
	lines, printed := io.Pipe()
	var complaint bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		err := client.StartExec(exec.ID, docker.StartExecOptions{Context: ctx, InputStream: theirs, OutputStream: printed, ErrorStream: &complaint})
		_ = printed.CloseWithError(io.EOF)
		ended <- err
	}()
	defer answers.Close()
	defer lines.Close()
	if err := converse(lines, answers, hear); err != nil {
		return err
	}
	// At the end the client closes what it reads our answers from, and may still be reading it.
	if err := <-ended; err != nil && !errors.Is(err, io.ErrClosedPipe) {
		return err
	}
	done, err := client.InspectExec(exec.ID)
	if err == nil && done.ExitCode != 0 {
		return fmt.Errorf("%s: exit code %d\n%s", strings.Join(command, " "), done.ExitCode, complaint.String())
	}
	return err
}

func converse(lines io.Reader, answers io.Writer, hear func(string) (string, error)) error {
	scanner := bufio.NewScanner(lines)
	scanner.Buffer(nil, longest)
	for scanner.Scan() {
		answer, err := hear(scanner.Text())
		if err != nil {
			return err
		}
		if answer == "" {
			continue
		}
		if _, err := io.WriteString(answers, answer+"\n"); errors.Is(err, io.ErrClosedPipe) {
			continue // it has ended, and heeds no answer any more; what it printed is still heard
		} else if err != nil {
			return err
		}
	}
	return scanner.Err()
}

// Pipe starts a command in a service's container as the web server's user, and
// returns what to say to it and what it answers. It ends when its input does.
func (s *Stack) Pipe(t testing.TB, service string, complaints io.Writer, command ...string) (io.WriteCloser, io.Reader) {
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
