package faults

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
		{"deadlocks on the hot posts' rows", "rows", deadlocks, brief, long},
		{"the site row locked", "rows", lockSite, brief, 1500 * time.Millisecond},
		{"COMMIT's answer to the sidecar lost", containers.SidecarToDB, loseCommit(containers.SidecarToDB, false), brief, long},
		{"COMMIT's answer to the second sidecar lost", containers.SecondToDB, loseCommit(containers.SecondToDB, false), brief, long},
		{"COMMIT's answer to PHP lost", containers.PHPToDB, loseCommit(containers.PHPToDB, false), brief, long},
		{"database killed between COMMIT and its answer", "database", loseCommit(containers.SidecarToDB, true), 0, brief},
		{"posts deleted while they are written to", "posts", deletePosts, brief, long},
	}...)
}

func killPHP(n *nemesis) func() {
	n.killing.Store(true)
	// And some of the web server's, whose requests then have no answer.
	n.ExecAs(n.t, "wordpress", "", "sh", "-c", `for p in $(pgrep -f "php-fpm: pool" | head -n 2); do kill -9 "$p"; done`)
	return func() { n.killing.Store(false) }
}

func restartRedis(n *nemesis) func() {
	n.Stop(n.t, "redis")
	return func() { n.start("redis") }
}

// lost notes that a fault may have taken what was acknowledged since, and is not
// in MySQL; what was acknowledged as flushed is spared by one that leaves the
// disk alone.
func (n *nemesis) lost(fields []Field, since, from time.Duration, spares bool) {
	home := n.home()
	for _, f := range fields {
		n.Note(Op{Who: "nemesis", Kind: Loss, Field: f, Call: from, Return: n.Now(), Since: max(since, home[f]), Spares: spares, Outcome: OK})
	}
}

// home is when the values that MySQL has were acknowledged: what came after that
// may be lost, they and what came before may not. Of a field that is not in it
// nothing is known.
func (n *nemesis) home() map[Field]time.Duration {
	ctx, cancel := context.WithTimeout(n.t.Context(), time.Second)
	defer cancel()
	rows, err := n.DB.QueryContext(ctx, "SELECT post_id, meta_key, meta_value FROM wp_postmeta")
	if err != nil {
		return nil // another fault has taken MySQL
	}
	defer rows.Close()
	there := map[Field]string{}
	for rows.Next() {
		var f Field
		var value string
		if rows.Scan(&f.Post, &f.Key, &value) == nil {
			there[f] = value
		}
	}
	home := map[Field]time.Duration{}
	for _, o := range n.Ops() {
		if value, ok := there[o.Field]; ok && o.Kind == Write && o.Value == value {
			home[o.Field] = o.Return + 1
		}
	}
	return home
}

func (n *nemesis) all() []Field {
	fields := slices.Concat(n.hot, n.cold, n.born, n.late)
	for _, post := range n.doomed {
		fields = append(fields, Field{post, "notes"})
	}
	return fields
}

const aof = "$(ls -t /redis-data/appendonlydir/*.incr.aof | head -n 1)"

// tailLost cuts off what Redis wrote to its file in its last moments: what was
// acknowledged since then may be gone. With appendfsync always that is more than
// a power cut could do. With everysec it is what one does: the cut is made where
// Redis has just flushed its file, before it does so again a second later, and so
// takes nothing that was acknowledged as fsynced.
func tailLost(n *nemesis) func() {
	if everysec() {
		n.flushed()
	}
	since := n.Now()
	size := strings.TrimSpace(n.ExecAs(n.t, "wordpress", "", "sh", "-c", "stat -c %s "+aof))
	n.wait(n.between(50*time.Millisecond, 500*time.Millisecond))
	from := n.Now()
	n.Kill(n.t, "redis")
	if took := n.Now() - since; took > time.Second {
		n.words("the power cut took %s: a flush came in between, and nothing is cut off", took)
		size = "+0"
	}
	n.ExecAs(n.t, "wordpress", "", "sh", "-c", "truncate -s "+size+" "+aof)
	n.lost(n.all(), since, from, everysec())
	return func() { n.start("redis") }
}

// flushed waits until Redis has just flushed its file.
func (n *nemesis) flushed() {
	containers.Eventually(n.t, 30*time.Second, func(ctx context.Context) error {
		conn := n.Redis.Conn()
		defer conn.Close()
		if err := conn.Set(ctx, "faults", n.value("nemesis"), 0).Err(); err != nil {
			return err
		}
		return conn.Do(ctx, "WAITAOF", 1, 0, 3000).Err()
	})
}

// killRedis: with appendfsync everysec Redis may hold back for up to two seconds
// what it would write while a slow flush is running.
func killRedis(n *nemesis) func() {
	from := n.Now()
	n.Kill(n.t, "redis")
	if everysec() {
		n.lost(n.all(), from-2*time.Second, from, true)
	}
	return func() { n.start("redis") }
}

// wipe is FLUSHALL, and tells which fields were dirty in that very moment.
const wipe = `
local dirty = {}
for _, key in ipairs(redis.call('KEYS', 'appointment:*:dirty')) do
  for _, field in ipairs(redis.call('HKEYS', key)) do
    dirty[#dirty + 1] = string.match(key, '%d+') .. ' ' .. field
  end
end
redis.call('FLUSHALL')
return dirty`

// flush empties Redis. What was dirty in it is lost back to the row there is.
func (n *nemesis) flush() {
	from := n.Now()
	dirty, err := n.Redis.Eval(n.t.Context(), wipe, nil).StringSlice()
	if err != nil {
		n.t.Fatalf("FLUSHALL: %v", err)
	}
	var fields []Field
	for _, each := range dirty {
		id, key, _ := strings.Cut(each, " ")
		post, err := strconv.Atoi(id)
		if err != nil {
			n.t.Fatal(err)
		}
		fields = append(fields, Field{post, key})
	}
	n.lost(fields, 0, from, false)
}

func flushAll(n *nemesis) func() {
	n.flush()
	return func() {}
}

func restartEmpty(n *nemesis) func() {
	n.flush()
	n.Kill(n.t, "redis")
	n.ExecAs(n.t, "wordpress", "", "sh", "-c", "rm -rf /redis-data/appendonlydir")
	return func() { n.start("redis") }
}

func scriptFlush(n *nemesis) func() {
	if err := n.Redis.ScriptFlush(n.t.Context()).Err(); err != nil {
		n.t.Fatalf("SCRIPT FLUSH: %v", err)
	}
	return func() {}
}

func redisFull(n *nemesis) func() {
	set := func(bytes string) {
		if err := n.Redis.ConfigSet(n.t.Context(), "maxmemory", bytes).Err(); err != nil {
			n.t.Fatalf("CONFIG SET maxmemory: %v", err)
		}
	}
	set("1mb")
	return func() { set("256mb") }
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
	}
}
