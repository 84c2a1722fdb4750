package bench

import (
	"strings"
	"time"
)

// load is what updates at a steady rate did, and what they cost.
type load struct {
	worked
	spent
	cpu      time.Duration // of PHP, sidecar, Redis and database together
	p50, p99 float64       // lag, ms
}

// loads are the four loads of a run: ours and native, on hot fields and evenly
// spread. Three questions are answered from them.
type loads struct{ ours, native load }

// loaded drives a load once, a thousand updates a second on 500 appointments.
// Natively an update is a transaction whatever the rate, so fewer will do.
func (r run) loaded(spread string) *loads {
	r.t.Helper()
	if r.shared.load[spread] == nil {
		hot := map[string]int{"nine in ten on 20 appointments": 20, "evenly spread": 0}[spread]
		r.shared.load[spread] = &loads{
			native: r.drive(firstNative, hot, float64(some(8, 3))),
			ours:   r.drive(firstOurs, hot, float64(some(50, 5))),
		}
	}
	return r.shared.load[spread]
}

func (r run) drive(first, hot int, seconds float64) load {
	r.t.Helper()
	r.settle()
	services := []string{"wordpress", "sidecar", "redis", "database"}
	cpu := func() (total time.Duration) {
		for _, service := range services {
			total += r.Used(r.t, service).CPU
		}
		return total
	}
	spentBefore, cpuBefore := r.spent(), cpu()
	did := load{worked: r.work(first, hot, 1000, seconds)}
	r.settle()
	did.spent, did.cpu = r.spent().minus(spentBefore), cpu()-cpuBefore
	lag := r.stats().Lag
	did.p50, did.p99 = lag.P50, lag.P99
	return did
}

// spent is what the database did, by its own counters: the same for either side.
type spent struct {
	commits, rows, fences, redo, binlog float64
}

func (s spent) minus(before spent) spent {
	return spent{s.commits - before.commits, s.rows - before.rows, s.fences - before.fences, s.redo - before.redo, s.binlog - before.binlog}
}

func (r run) spent() spent {
	r.t.Helper()
	r.sql("SET GLOBAL innodb_monitor_enable = 'trx_rw_commits'")
	r.sql("SET GLOBAL userstat = 1")
	changed := "COALESCE((SELECT ROWS_CHANGED FROM information_schema.TABLE_STATISTICS WHERE TABLE_SCHEMA = 'wordpress' AND TABLE_NAME = ?), 0)"
	var now spent
	err := r.DB.QueryRowContext(r.t.Context(), "SELECT (SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rw_commits'), "+changed+", "+changed+
		", (SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'Innodb_os_log_written')", "wp_postmeta", "wp_hospital_sync_fence").
		Scan(&now.commits, &now.rows, &now.fences, &now.redo)
	if err != nil {
		r.t.Fatal(err)
	}
	logs, err := r.DB.QueryContext(r.t.Context(), "SHOW BINARY LOGS")
	if err != nil {
		r.t.Fatal(err)
	}
	defer logs.Close()
	for logs.Next() {
		var name string
		var size float64
		if err := logs.Scan(&name, &size); err != nil {
			r.t.Fatal(err)
		}
		now.binlog += size
	}
	if err := logs.Err(); err != nil {
		r.t.Fatal(err)
	}
	return now
}

var spreads = []string{"nine in ten on 20 appointments", "evenly spread"}

// slug is a short name of a spread for the table.
func short(spread string) string { return strings.TrimSuffix(spread, " appointments") }
