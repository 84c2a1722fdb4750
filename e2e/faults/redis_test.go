package faults

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

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
	n.mayLoseLetters()
	from := n.Now()
	n.Kill(n.t, "redis")
	// With everysec a flush may have come in between if this took a second.
	if took := n.Now() - since; everysec() && took > time.Second || !n.cut(size) {
		n.words("%s after the tail began nothing is cut off", ms(took))
		n.missed()()
	}
	n.lost(n.all(), since, from, everysec())
	return func() { n.start("redis") }
}

// cut shortens Redis' file; false: it is not longer.
func (n *nemesis) cut(size string) bool {
	return n.ExecAs(n.t, "wordpress", "", "sh", "-c", fmt.Sprintf(`f=%s; if [ "$(stat -c %%s "$f")" -gt %s ]; then truncate -s %[2]s "$f"; echo cut; fi`, aof, size)) != ""
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
	if everysec() {
		n.mayLoseLetters()
	}
	from := n.Now()
	n.Kill(n.t, "redis")
	if everysec() {
		n.lost(n.all(), from-2*time.Second, from, true)
	}
	return func() { n.start("redis") }
}

// wipe is FLUSHALL, and tells which fields were dirty in that very moment, and
// which dead letters there were.
const wipe = `
local dirty = {}
for _, key in ipairs(redis.call('KEYS', 'appointment:*:dirty')) do
  for _, field in ipairs(redis.call('HKEYS', key)) do
    dirty[#dirty + 1] = string.match(key, '%d+') .. ' ' .. field
  end
end
local dead = redis.call('HGETALL', 'appointments:dead')
redis.call('FLUSHALL')
return { dirty, dead }`

// flush empties Redis. What was dirty in it is lost back to the row there is; of
// its dead letters it is known that they were there.
func (n *nemesis) flush() {
	from := n.Now()
	wiped, err := n.Redis.Eval(n.t.Context(), wipe, nil).Slice()
	if err != nil {
		n.t.Fatalf("FLUSHALL: %v", err)
	}
	var fields []Field
	for _, each := range wiped[0].([]any) {
		id, key, _ := strings.Cut(each.(string), " ")
		post, err := strconv.Atoi(id)
		if err != nil {
			n.t.Fatal(err)
		}
		fields = append(fields, Field{post, key})
	}
	n.lost(fields, 0, from, false)
	dead := map[string]string{}
	for pair := range slices.Chunk(wiped[1].([]any), 2) {
		dead[pair[0].(string)] = pair[1].(string)
	}
	n.emptied(dead)
}

// emptied notes dead letters that a fault is about to take, or has.
func (n *nemesis) emptied(dead map[string]string) {
	now := n.Now()
	for name, body := range dead {
		if l, ok := letterOf(n.t, name, body); ok {
			n.Note(Op{Who: "nemesis", Kind: Emptied, Field: l.Field, Value: l.Value, BySlug: l.BySlug, Why: l.Code, Call: now, Return: now, Outcome: OK})
		}
	}
}

// mayLoseLetters notes those that Redis has, before a fault that takes what came
// last: one may have been made of what was acknowledged long before.
func (n *nemesis) mayLoseLetters() {
	dead, err := n.Redis.HGetAll(n.t.Context(), "appointments:dead").Result()
	if err != nil {
		n.t.Fatalf("reading the dead letters: %v", err)
	}
	n.emptied(dead)
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
