package containers

import (
	"fmt"
	"testing"
	"time"
)

const (
	// clockDir is where the tests' image has a clock that can be set
	// (docker/tests/clock.c). A volume carries it to the servers, whose images are
	// those of the product and have none.
	clockDir = "/usr/local/lib/clock"

	// StepsClock is a variable of the sidecars: the file that says how far their
	// clock is off, for a build that heeds it.
	StepsClock = "HOSPITAL_TEST_CLOCK"
)

// clocked lets a server's wall clock be set apart from this machine's.
func clocked(s *service, volume string) {
	s.mounts = append(s.mounts, volume+":"+clockDir)
	s.env = append(s.env, "LD_PRELOAD="+clockDir+"/clock.so", "CLOCK_FILE="+clockFile(s.name))
}

// clockFile is where a service finds how far its clock is off, in seconds.
func clockFile(service string) string {
	if service == "redis" || service == "database" {
		return clockDir + "/" + service
	}
	return "/config/clock-" + service
}

// SetClock sets the wall clock of a service off this machine's; it heeds that
// within a second.
func (b *BadLines) SetClock(t testing.TB, service string, off time.Duration) {
	t.Helper()
	file := clockFile(service)
	b.ExecAs(t, "wordpress", "", "sh", "-c", fmt.Sprintf("echo %+d >%s.new && mv %[2]s.new %[2]s", int(off.Seconds()), file))
}
