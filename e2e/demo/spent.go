package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// spent is what MySQL did, by InnoDB's own counters: the same for either side.
type spent struct {
	Commits int64 // read-write transactions
	Rows    int64 // rows of wp_postmeta that were changed
}

func (s spent) minus(before spent) spent {
	return spent{Commits: s.Commits - before.Commits, Rows: s.Rows - before.Rows}
}

// Both counters are off until asked for. userstat is MariaDB's, which is what
// the demo's database is.
const counters = `SET GLOBAL innodb_monitor_enable = 'trx_rw_commits';
SET GLOBAL userstat = 1;
SELECT COALESCE((SELECT ROWS_CHANGED FROM information_schema.TABLE_STATISTICS WHERE TABLE_SCHEMA = 'wordpress' AND TABLE_NAME = 'wp_postmeta'), 0),
(SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rw_commits');`

func (s *stack) spent(ctx context.Context) (spent, error) {
	text, err := s.sql(ctx, counters)
	if err != nil {
		return spent{}, err
	}
	var now spent
	if _, err := fmt.Sscanf(text, "%d %d", &now.Rows, &now.Commits); err != nil {
		return spent{}, fmt.Errorf("read MySQL's counters from %q: %w", text, err)
	}
	return now, nil
}

func (s *stack) epoch(ctx context.Context) (int64, error) {
	text, err := s.sql(ctx, "SELECT epoch FROM wordpress.wp_hospital_sync_state WHERE blog_id = 1")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(text), 10, 64)
}

// sql runs statements as root inside the database's container.
func (s *stack) sql(ctx context.Context, statements string) (string, error) {
	out, err := s.command(ctx, "docker", "exec", "-e", "MYSQL_PWD="+s.env["HOSPITAL_DB_ROOT_PASSWORD"], s.containers["database"],
		"sh", "-c", `exec "$(command -v mariadb || command -v mysql)" -uroot -N -B -e "$0"`, statements)
	return string(out), err
}
