package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
)

// Setup is what the commands need of the program they are part of.
type Setup struct {
	Version string
	// Client returns the client of the running sidecar's API. It is asked only
	// by commands that need one, so that the others work with any configuration.
	Client func() (*Client, error)
	// Config prints the effective configuration. It prints what it can even
	// where it returns an error.
	Config func(w io.Writer, asJSON bool) error
}

// Exit codes.
const (
	exitOK      = 0
	exitProblem = 1
	exitUsage   = 2
)

const help = `hospital-sidecar keeps hospital appointments in Redis and brings them to WordPress' database.

  hospital-sidecar serve                      run the sidecar
  hospital-sidecar status [--ready]           how it is; exits 1 unless it is ready
  hospital-sidecar flush [--timeout 30s]      bring everything to MySQL now
  hospital-sidecar dead list                  what MySQL refused for good
  hospital-sidecar dead show POST KEY
  hospital-sidecar dead edit POST KEY --file NEW_VALUE
  hospital-sidecar dead retry POST KEY        try it again; --all: every one
  hospital-sidecar dead discard POST KEY --reason WHY
                                              --version V, with edit too: only the one that you saw
  hospital-sidecar verify [--post-type T] [--repair]
                                              hold Redis against MySQL; exits 1 if something stays wrong
  hospital-sidecar config                     the effective settings, and where each is from
  hospital-sidecar version

Each takes --json; flush, dead and verify take --blog N (default 1). Settings are environment
variables: see the README, or hospital-sidecar config.
`

// Run runs one command, given without the program's name, and returns the exit
// code. serve is not among them.
func Run(ctx context.Context, args []string, setup Setup, stdout, stderr io.Writer) int {
	c := &command{Setup: setup, stdout: stdout, stderr: stderr, blog: 1}
	err := c.dispatch(ctx, args)
	var wrong usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, help)
		return exitOK
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "hospital-sidecar: %s\n\n%s", safe(err.Error()), help)
		return exitUsage
	}
	if !errors.Is(err, errPrinted) {
		c.problem(err)
	}
	return exitProblem
}

// command is one command being run.
type command struct {
	Setup
	stdout, stderr io.Writer
	json           bool
	blog           uint64
}

// errPrinted is a problem that the command has printed itself.
var errPrinted = errors.New("printed already")

// usageError is a command line that means nothing.
type usageError string

func (e usageError) Error() string { return string(e) }

func (c *command) dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usageError("no command")
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		return flag.ErrHelp
	case "status":
		return c.status(ctx, rest)
	case "flush":
		return c.flush(ctx, rest)
	case "verify":
		return c.verify(ctx, rest)
	case "dead":
		return c.dead(ctx, rest)
	case "config":
		return c.config(rest)
	case "version", "-version", "--version":
		return c.version(rest)
	case "serve":
		return usageError("serve takes no arguments; its settings are environment variables")
	}
	return usageError(fmt.Sprintf("no command %q", name))
}

func (c *command) version(args []string) error {
	if _, err := c.parse(c.flags("version"), args, 0); err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]string{"version": c.Version})
	}
	c.printf("hospital-sidecar %s\n", c.Version)
	return nil
}

func (c *command) config(args []string) error {
	if _, err := c.parse(c.flags("config"), args, 0); err != nil {
		return err
	}
	return c.Config(c.stdout, c.json)
}
