package ownership

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/go-sql-driver/mysql"
)

// polite is how often a return finds the site row locked before it queues for
// it: a short transaction is over by then, and nobody has waited.
const polite = 3

// Pauses of a return: before it queues again for a site row that a second of
// waiting was not enough for, and before it drains again where posts were left.
const (
	queueMin, queueMax = 4 * time.Second, time.Minute
	drainMin, drainMax = 500 * time.Millisecond, 4 * time.Second
)

// errLeft: a drain has left posts, which somebody else holds: rows, or a claim.
var errLeft = errors.New("posts are held by somebody else")

// patience is how a blog's return goes on after one that failed.
//
// Every native write holds the site row in share mode until its COMMIT. Of a busy
// site it is never free, so a return has to queue for it: the writes that come
// then wait behind, as a rule for one commit. Where somebody's transaction goes on
// they wait for as long as we do, a second, so that the next time is later.
//
// Two sidecars that drain at the same time take each other's claims, so each is
// to draw how long it leaves the other alone.
type patience struct {
	refused  int           // times that the site row was locked
	queueGap time.Duration // after the last time of queueing in vain
	queueAt  time.Time     // not before
	drainGap time.Duration // at most, after the last drain that left something
	drainAt  time.Time     // not before, nor anything else
}

// rests tells whether nothing is to be tried yet.
func (p *patience) rests(now time.Time) bool { return now.Before(p.drainAt) }

// queues tells whether to wait for the site row.
func (p *patience) queues(now time.Time) bool {
	return p.refused >= polite && !now.Before(p.queueAt)
}

// failed notes why a return has failed, which may have queued for the row.
func (p *patience) failed(err error, queued bool, now time.Time) {
	switch {
	case isLocked(err):
		p.refused++
		if queued {
			p.queueGap = min(max(queueMin, 2*p.queueGap), queueMax)
			p.queueAt = now.Add(p.queueGap)
		}
	case errors.Is(err, errLeft):
		p.drainGap = min(max(drainMin, 2*p.drainGap), drainMax)
		p.drainAt = now.Add(p.drainGap/2 + rand.N(p.drainGap/2))
	}
}

// isLocked tells ER_LOCK_WAIT_TIMEOUT, which is MariaDB's for NOWAIT too,
// MySQL's ER_LOCK_NOWAIT, and ER_LOCK_DEADLOCK: whoever queues holds the least,
// and is the one that is given up.
func isLocked(err error) bool {
	var server *mysql.MySQLError
	return errors.As(err, &server) && (server.Number == 1205 || server.Number == 3572 || server.Number == 1213)
}
