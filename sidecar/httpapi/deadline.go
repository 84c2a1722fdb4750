package httpapi

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"hospital-appointments-redis/sidecar/appointment"
)

const deadlineHeader = "X-Hospital-Deadline"

// farthest is how far away a deadline may be. One that is farther was read off
// another host's clock, and checking it would protect nobody (protocol R2).
const farthest = 10 * time.Minute

// monotonic is this host's CLOCK_MONOTONIC in ns, the clock of PHP's hrtime().
// Go's own monotonic time has another zero.
func monotonic() (int64, error) {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return 0, fmt.Errorf("read CLOCK_MONOTONIC: %w", err)
	}
	return now.Nano(), nil
}

// deadlineOf reads the deadline and how long it is away. No header: 0, 0. It
// returns ErrDeadline for one that has passed.
func deadlineOf(h http.Header) (deadline int64, left time.Duration, err error) {
	headers := h[deadlineHeader]
	if len(headers) == 0 {
		return 0, 0, nil
	}
	deadline, err = strconv.ParseInt(headers[0], 10, 64)
	if err != nil || deadline <= 0 || headers[0][0] == '+' || len(headers) > 1 {
		return 0, 0, fail(badRequest, deadlineHeader, "want nanoseconds of CLOCK_MONOTONIC")
	}
	now, err := monotonic()
	if err != nil {
		return 0, 0, err
	}
	left = time.Duration(deadline - now)
	switch {
	case left <= 0:
		return 0, 0, appointment.ErrDeadline
	case left > farthest:
		return 0, 0, fail(badRequest, deadlineHeader, "more than 10 minutes away: the clock of another host?")
	}
	return deadline, left, nil
}
