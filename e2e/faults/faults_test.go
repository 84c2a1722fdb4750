package faults

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

const (
	brief = 200 * time.Millisecond
	long  = 2500 * time.Millisecond
)

// everything is all faults there are, in an order that a seed can count on.
func everything() []fault {
	return append(lines(), []fault{
		{"kill -9 of the sidecar", "sidecar", kill("sidecar"), brief, long},
		{"kill -9 of the second sidecar", "second", kill("second"), brief, long},
		{"kill -9 of the database", "database", kill("database"), brief, long},
		{"kill -9 of PHP processes", "php", killPHP, brief, long},
		{"kill -9 of PHP processes that take the site over", "php" + withoutSidecars, killTakers, brief, long},
		{"SIGSTOP of the sidecar past its lease", "sidecar", pause("sidecar"), 400 * time.Millisecond, 4 * time.Second},
		{"SIGSTOP of the second sidecar past its lease", "second", pause("second"), 400 * time.Millisecond, 4 * time.Second},
		{"SIGSTOP of Redis", "redis", pause("redis"), brief, long},
		{"SIGSTOP of the database", "database", pause("database"), brief, long},
		{"kill -9 of Redis, its file complete", "redis", killRedis, brief, long},
		{"Redis restarted, its file complete", "redis", restartRedis, brief, long},
		{"Redis restarted without its file's tail", "redis", tailLost, 0, 0},
		{"Redis restarted empty", "redis", restartEmpty, brief, time.Second},
		{"FLUSHALL", "redis", flushAll, brief, time.Second},
		{"SCRIPT FLUSH", "redis", scriptFlush, 0, brief},
		{"maxmemory reached", "redis", redisFull, brief, long},
		{"MySQL read-only", "database", global("read_only", "0", "1"), brief, long},
		{"MySQL out of connections", "database", outOfConnections, brief, long},
		{"rows of the hot posts locked", "rows", lockRows, brief, 3 * time.Second},
		{"deadlocks on the hot posts' rows", "rows", deadlocks, time.Second, long},
		{"the site row locked", "rows", lockSite, brief, 1500 * time.Millisecond},
		{"COMMIT's answer to the sidecar lost", containers.SidecarToDB, loseCommit(containers.SidecarToDB, false), brief, long},
		{"COMMIT's answer to the second sidecar lost", containers.SecondToDB, loseCommit(containers.SecondToDB, false), brief, long},
		{"COMMIT's answer to PHP lost", containers.PHPToDB + withoutSidecars, losePHPCommit, brief, long},
		{"database killed between COMMIT and its answer", "database", loseCommit(containers.SidecarToDB, true), 0, brief},
		{"posts deleted while they are written to", "posts", deletePosts, 500 * time.Millisecond, long},
	}...)
}

// killPHP kills some of the web server's processes, whose requests then have no
// answer, and those of workers in the middle of what they do.
func killPHP(n *nemesis) func() {
	missed, heal := n.missed(), n.killWorkers()
	killed := n.ExecAs(n.t, "wordpress", "", "sh", "-c", `for p in $(pgrep -f "php-fpm: pool" | head -n 2); do kill -9 "$p" && echo "$p"; done`)
	return func() {
		if !heal() && killed == "" {
			missed()
		}
	}
}

// killTakers does it while no sidecar answers PHP, which takes the site over.
func killTakers(n *nemesis) func() {
	missed, heal, answer := n.missed(), n.killWorkers(), n.unanswered()
	return func() {
		answer()
		if !heal() {
			missed()
		}
	}
}

// withoutSidecars is the place of a fault by which PHP has none.
const withoutSidecars = ", " + containers.PHPToSidecar + ", " + containers.PHPToSecond

// unanswered leaves PHP without a sidecar.
func (n *nemesis) unanswered() (heal func()) {
	lines := []string{containers.PHPToSidecar, containers.PHPToSecond}
	for _, line := range lines {
		n.Line[line].Cut()
	}
	return func() {
		for _, line := range lines {
			n.Line[line].Mend()
		}
	}
}

// killWorkers lets the workers' processes die; healed, it tells whether one did.
func (n *nemesis) killWorkers() (heal func() bool) {
	since := n.Now()
	n.killing.Store(true)
	return func() bool {
		n.killing.Store(false)
		return slices.ContainsFunc(n.Ops(), func(o Op) bool { return o.Call >= since && o.Why == killed })
	}
}

// statement runs SQL as root, until the database takes it.
func (n *nemesis) statement(query string) {
	containers.Eventually(n.t, 30*time.Second, func(ctx context.Context) error {
		_, err := n.DB.ExecContext(ctx, query)
		return err
	})
}

func global(name, good, bad string) func(*nemesis) func() {
	return func(n *nemesis) func() {
		n.statement(fmt.Sprintf("SET GLOBAL %s = %s", name, bad))
		return func() { n.statement(fmt.Sprintf("SET GLOBAL %s = %s", name, good)) }
	}
}

// outOfConnections lets in no more than ten, and takes all of these.
func outOfConnections(n *nemesis) func() {
	const refusals = "SELECT variable_value FROM %s.global_status WHERE variable_name = 'Connection_errors_max_connections'"
	refused := fmt.Sprintf(refusals, "information_schema")
	before, missed := n.counted(refused), n.missed()
	if before < 0 { // MySQL keeps it elsewhere
		refused = fmt.Sprintf(refusals, "performance_schema")
		before = n.counted(refused)
	}
	n.statement("SET GLOBAL max_connections = 10")
	var taken []*sql.Conn
	for range 10 {
		ctx, cancel := context.WithTimeout(n.t.Context(), time.Second)
		if conn, err := n.DB.Conn(ctx); err == nil {
			taken = append(taken, conn)
		}
		cancel()
	}
	return func() {
		for _, conn := range taken {
			_ = conn.Close()
		}
		n.statement("SET GLOBAL max_connections = 200")
		if after := n.counted(refused); before < 0 || after <= before {
			missed()
		}
	}
}
