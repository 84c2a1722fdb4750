package config

import (
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// MySQL is the driver's configuration. Timeouts are for a stuck server, not for
// a slow one: a query that waits for a lock ends after a second by the server's
// own clock, so that a post locked by a long foreign transaction is put back.
func (c Config) MySQL() *mysql.Config {
	m := mysql.NewConfig()
	m.User, m.Passwd, m.DBName = c.DBUser, string(c.DBPassword), c.DBName
	m.Net, m.Addr = c.dbNet, c.dbAddr
	m.TLSConfig = c.DBTLS
	m.Timeout = 2 * time.Second
	m.ReadTimeout = 10 * time.Second
	m.WriteTimeout = 10 * time.Second
	m.InterpolateParams = true // one round trip a statement
	m.RejectReadOnly = true    // after a failover, find the new primary
	m.MaxAllowedPacket = 0     // the server's: MariaDB's default is less than the driver's
	// In both MySQL and MariaDB; comparisons use the column's collation anyway.
	m.Collation = "utf8mb4_general_ci"
	m.Params = map[string]string{
		// A value that does not fit is refused (and becomes a dead letter),
		// never truncated. Zero dates stay allowed: WordPress writes them.
		"sql_mode":                 "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
		"innodb_lock_wait_timeout": "1",
		// Of a table that somebody alters, too. Cut off by the driver, a statement
		// would go on waiting in the server, and hold what its transaction locked.
		"lock_wait_timeout": "1",
		// A sidecar that is stopped in the middle of a transaction must not keep
		// its locks from a take-over: MySQL has no other limit for that. Idle
		// connections of the pool are closed before (see openDB).
		"wait_timeout": "2",
	}
	return m
}

var (
	plainHost = regexp.MustCompile(`^([^:/\s]*)(?::([0-9]{1,5}))?$`)
	ipv6Host  = regexp.MustCompile(`^\[?([0-9a-fA-F:]+)\]?(?:\]:([0-9]{1,5}))?$`)
)

// resolveDBHost reads DB_HOST as wpdb::parse_db_host() does. Like mysqli, it
// takes a socket only for the local host, and looks for one behind a bare
// "localhost", since there a user may be let in through the socket alone.
func (c *Config) resolveDBHost(isSocket func(path string) bool) error {
	host, socket := c.DBHost, ""
	if at := strings.Index(host, ":/"); at >= 0 {
		host, socket = host[:at], host[at+1:]
	}
	pattern := plainHost
	if strings.Count(host, ":") > 1 {
		pattern = ipv6Host
	}
	parts := pattern.FindStringSubmatch(host)
	if parts == nil || strings.Contains(c.DBHost, "://") {
		return fmt.Errorf("%q: want host, host:port, host:/socket, :/socket or [::1]:3306", c.DBHost)
	}
	local := parts[1] == "" || parts[1] == "localhost"
	if local && socket == "" && parts[2] == "" && c.DBTLS == "false" {
		socket = findSocket(isSocket)
	}
	switch {
	case local && socket != "":
		c.dbNet, c.dbAddr = "unix", socket
		return nil
	case parts[1] == "":
		return errors.New("names no host and no socket")
	case parts[2] == "":
		parts[2] = "3306"
	}
	c.dbNet, c.dbAddr = "tcp", net.JoinHostPort(parts[1], parts[2])
	return nil
}

// findSocket looks where Debian, Red Hat and the MySQL binaries put it.
func findSocket(isSocket func(path string) bool) string {
	for _, path := range []string{"/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock"} {
		if isSocket(path) {
			return path
		}
	}
	return ""
}

func isSocket(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeSocket != 0
}
