package main

import (
	"os"
	"os/user"
	"strconv"
	"strings"
)

// actor names who runs a command: whoever called sudo, else the user.
func actor(environ []string) string {
	name := "uid " + strconv.Itoa(os.Getuid())
	if is, err := user.Current(); err == nil && is.Username != "" {
		name = is.Username
	}
	for _, pair := range environ {
		if who, ok := strings.CutPrefix(pair, "SUDO_USER="); ok && who != "" {
			name += " for " + who
		}
	}
	return name
}
