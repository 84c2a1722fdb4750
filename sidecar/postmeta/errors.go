package postmeta

import (
	"errors"
	"fmt"

	"github.com/go-sql-driver/mysql"

	"hospital-appointments-redis/sidecar/appointment"
)

// trouble is what a failed transaction asks for.
type trouble int

const (
	away     trouble = iota // an outage, or anything else that is nobody's value's fault
	deadlock                // run it again as it is
	locked                  // somebody holds a row
	refused                 // MySQL refuses a value for good
)

// Numbers are those of the MySQL and MariaDB error references.
var troubles = map[uint16]trouble{
	1213: deadlock, // ER_LOCK_DEADLOCK, also a Galera certification conflict
	1205: locked,   // ER_LOCK_WAIT_TIMEOUT; with NOWAIT too on MariaDB
	3572: locked,   // ER_LOCK_NOWAIT
	1406: refused,  // ER_DATA_TOO_LONG
	1366: refused,  // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: not in the column's charset
	1300: refused,  // ER_INVALID_CHARACTER_STRING
	3988: refused,  // ER_IMPOSSIBLE_STRING_CONVERSION
	1265: refused,  // WARN_DATA_TRUNCATED
	1153: refused,  // ER_NET_PACKET_TOO_LARGE
	4025: refused,  // ER_CONSTRAINT_FAILED (MariaDB)
	3819: refused,  // ER_CHECK_CONSTRAINT_VIOLATED (MySQL)
	1644: refused,  // ER_SIGNAL_EXCEPTION: a trigger's word
	1062: refused,  // ER_DUP_ENTRY: somebody added a unique key
}

func troubleOf(err error) trouble {
	var server *mysql.MySQLError
	if errors.As(err, &server) {
		if known, ok := troubles[server.Number]; ok {
			return known
		}
		// SQLSTATE 22 is bad data, 23 a broken constraint, 45 a trigger's word.
		// Whatever its number, such an error stays: it must not pass for an
		// outage, or it would hold up its batch for ever (P8).
		switch string(server.SQLState[:2]) {
		case "22", "23", "45":
			return refused
		}
		return away
	}
	if errors.Is(err, mysql.ErrPktTooLarge) {
		return refused
	}
	return away
}

// asAway wraps whatever MySQL said as ErrMySQLAway.
func asAway(doing string, err error) error {
	return fmt.Errorf("%s: %w: %w", doing, appointment.ErrMySQLAway, err)
}
