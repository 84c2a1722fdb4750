package cli

import (
	"flag"
	"fmt"
	"io"
	"slices"
)

// flags begins a command's flag set with what every command takes.
func (c *command) flags(name string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard) // Run prints the error, once
	set.BoolVar(&c.json, "json", false, "print JSON")
	return set
}

// onBlog adds the flag that names a site of the network.
func (c *command) onBlog(set *flag.FlagSet) *flag.FlagSet {
	set.Uint64Var(&c.blog, "blog", 1, "blog id")
	return set
}

// parse reads flags and positional arguments in any order ("--" ends the
// flags) and wants exactly n of the latter.
func (c *command) parse(set *flag.FlagSet, args []string, n int) ([]string, error) {
	positional, err := c.parseAny(set, args)
	if err != nil {
		return nil, err
	}
	return positional, exactly(set, positional, n)
}

// parseAny is parse for a command whose flags say how many it wants.
func (c *command) parseAny(set *flag.FlagSet, args []string) ([]string, error) {
	positional, err := interspersed(set, args)
	switch {
	case err == flag.ErrHelp:
		return nil, err
	case err != nil:
		return nil, usageError(fmt.Sprintf("%s: %v", set.Name(), err))
	case c.blog == 0:
		return nil, usageError(set.Name() + ": blogs count from 1")
	}
	return positional, nil
}

func exactly(set *flag.FlagSet, positional []string, n int) error {
	switch {
	case len(positional) < n:
		return usageError(set.Name() + ": an argument is missing")
	case len(positional) > n:
		return usageError(fmt.Sprintf("%s: %q is one argument too many", set.Name(), positional[n]))
	}
	return nil
}

func interspersed(set *flag.FlagSet, args []string) ([]string, error) {
	var after []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, after = args[:i], args[i+1:]
	}
	var positional []string
	for {
		if err := set.Parse(args); err != nil {
			return nil, err
		}
		if set.NArg() == 0 {
			return append(positional, after...), nil
		}
		positional = append(positional, set.Arg(0))
		args = set.Args()[1:]
	}
}
