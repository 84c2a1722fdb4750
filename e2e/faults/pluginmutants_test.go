package faults

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// weakenedPlugin are the rules of the plugin that a real stack can be brought to
// need. Not among them is the wait for the deadline after a reset: it shows only
// where the site is native already and is given back within one deadline;
// e2e/model has it.
var weakenedPlugin = []mutant{
	{"no wait of L", "R3", "class-site.php",
		"+ Settings::lease() * 1000000;", "+ 0 * Settings::lease();", oldLease},
	{"mark and write in two transactions", "R3", "class-native-transaction.php",
		"		$rows  = '' === $write->change ? 0", "		Transaction::own( 'COMMIT' );\n		Transaction::own( 'START TRANSACTION' );\n		$rows  = '' === $write->change ? 0", diedInBetween},
	{"a write on a connection that was opened again", "R3", "class-native-transaction.php",
		"return 'CONNECTION_ID() = ' . $this->connection;", "return '0 < ' . $this->connection;", reconnected},
	{"no write when unchanged", "R3", "class-core-meta.php",
		"			self::write_again( $post_id, (string) $key, $value, $rows );\n", "", equalToTheRow},
	{"no barrier in the caller's transaction", "R9", "class-barrier.php",
		"if ( Births::has( $post_id ) ||", "if ( Transaction::is_open() || Births::has( $post_id ) ||", inTransaction},
	{"rows before dirty fields", "R8", "class-posts.php",
		"		$dirty = $dirty ?? Dirty_Fields::of( $ask );\n		$rows  = Rows::of( array_keys( $posts ) );",
		"		$rows  = Rows::of( array_keys( $posts ) );\n		$dirty = $dirty ?? Dirty_Fields::of( $ask );", readWhileSynced},
}

// alsoPlugin are edits that such a mutant needs besides.
var alsoPlugin = map[string][]mutant{
	"a write on a connection that was opened again": {{file: "class-native-transaction.php",
		old: "return (int) $wpdb->get_var( 'SELECT CONNECTION_ID()' ) === $this->connection;", new: "return true;"}},
}

// TestPluginMutants is TestMutants for the plugin. Requests and leases last two
// seconds in its stack, so that a busy machine can follow the scenarios.
func TestPluginMutants(t *testing.T) {
	if !*mutants {
		t.Log("make mutants runs this")
		t.SkipNow()
	}
	dir := t.TempDir()
	weaken(t, dir, nil)
	stack := wanted("")
	stack.Plugin = dir
	stack.Settings = append(stack.Settings, "HOSPITAL_SYNC_DELAY=1s")
	b := containers.StartBadLines(t, stack)
	b.ExecAs(t, "wordpress", "", "sed", "-i", "1a define( 'HOSPITAL_SIDECAR_TIMEOUT_MS', 2000 ); define( 'HOSPITAL_LEASE_MS', 2000 );", "/config/wp-config.php")
	for _, service := range []string{"sidecar", "second"} {
		b.Stop(t, service)
		b.Start(t, service)
	}
	for i, m := range weakenedPlugin {
		t.Run(m.name, func(t *testing.T) {
			prove(t, b, uint64(i), m, append([]mutant{m}, alsoPlugin[m.name]...), func(edits []mutant) { weaken(t, dir, edits) })
		})
	}
}

// TestMutantsFollow: the code is still the one that each mutant changes.
func TestMutantsFollow(t *testing.T) {
	for _, m := range weakened {
		for _, e := range append([]mutant{m}, also[m.name]...) {
			e.of(t, filepath.Join("../../sidecar", e.file))
		}
	}
	for _, m := range weakenedPlugin {
		for _, e := range append([]mutant{m}, alsoPlugin[m.name]...) {
			e.of(t, filepath.Join("../../wp-plugin/hospital-appointments-redis/includes", e.file))
		}
	}
}

// weaken puts the plugin into a directory, with some edits of its includes.
func weaken(t *testing.T, dir string, edits []mutant) {
	t.Helper()
	const plugin = "../../wp-plugin/hospital-appointments-redis"
	if err := os.RemoveAll(filepath.Join(dir, "includes")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "includes"), os.DirFS(filepath.Join(plugin, "includes"))); err != nil {
		t.Fatal(err)
	}
	main, err := os.ReadFile(filepath.Join(plugin, "hospital-appointments-redis.php"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "hospital-appointments-redis.php"), main, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		path := filepath.Join(dir, "includes", e.file)
		if err := os.WriteFile(path, []byte(e.of(t, path)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// unsynced leaves a field acknowledged, dirty, and without any sidecar.
func unsynced(t *testing.T, r *run, f Field) {
	t.Helper()
	release := r.locked(f)
	r.api(r.API, "api0", "not synced", f)
	r.Kill(t, "sidecar")
	r.Kill(t, "second")
	release()
}

// later starts a call, and returns how to wait for its end.
func later(work func()) (over chan struct{}) {
	over = make(chan struct{})
	go func() { work(); close(over) }()
	return over
}

// operation writes one field as WordPress would, and notes it.
func (r *run) operation(base, who, value string, f Field) {
	body := map[string]any{"ops": []any{map[string]any{"post": f.Post, "type": "hospital_appointment", "key": f.Key, "value": value}}}
	r.set(who, newDirect(base, r.Token), "POST", "/v1/write", body, value, f)
}

func (r *run) backAgain(t *testing.T) {
	t.Helper()
	r.nemesis.start("sidecar")
	r.nemesis.start("second")
	r.nemesis.recover(time.Minute)
	r.home(t)
}

// oldLease: WordPress takes the site over while a sidecar cannot know, and the
// sidecar acknowledges a write under the lease that it still has.
func oldLease(t *testing.T, r *run) {
	f, w := r.hot[0], newWorker(t, r.BadLines, r.complaints, "")
	r.operation(r.Second, "api1", "before", f) // it knows its token then, and needs MySQL for nothing but its lease
	reached, goOn, leave := r.trap("SET mode = 'native'", containers.PHPToDB)
	defer leave()
	r.Line[containers.PHPToSidecar].Cut()
	over := later(func() { r.update("php0", f, call{Do: "update", Post: f.Post, Key: f.Key, Value: "native"}, w) })
	reached(t)
	r.Line[containers.SecondToDB].Set(containers.Toxics{Hole: true})
	goOn()
	select {
	case <-over:
	case <-time.After(time.Second): // it waits, as it should
	}
	r.operation(r.Second, "api1", "under the old lease", f)
	<-over
	r.Line[containers.SecondToDB].Mend()
	r.Line[containers.PHPToSidecar].Mend()
	r.nemesis.recover(time.Minute)
	r.home(t)
}

// diedInBetween: a PHP process is killed after its mark and before its write.
func diedInBetween(t *testing.T, r *run) {
	f, w := r.hot[0], newWorker(t, r.BadLines, r.complaints, "")
	unsynced(t, r, f)
	reached, _, leave := r.trap("UPDATE wp_postmeta SET meta_value", containers.PHPToDB)
	defer leave()
	killed := call{Do: "update", Post: f.Post, Key: f.Key, Value: "never written", KillAfter: int((10 * time.Second).Microseconds())}
	over := later(func() { r.update("php0", f, killed, w) })
	reached(t)
	<-over
	leave()
	r.backAgain(t)
}

// equalToTheRow: what core finds in the row already is set again while something
// else waits in Redis, which no sidecar tells.
func equalToTheRow(t *testing.T, r *run) {
	f, w := r.hot[0], newWorker(t, r.BadLines, r.complaints, "")
	unsynced(t, r, f)
	r.update("php0", f, call{Do: "same", Post: f.Post, Key: f.Key, Value: r.begin[f]}, w)
	r.backAgain(t)
}

// reconnected: the connection to MySQL is lost between a mark and its write.
func reconnected(t *testing.T, r *run) {
	f, w := r.hot[0], newWorker(t, r.BadLines, r.complaints, "")
	unsynced(t, r, f)
	reached, _, leave := r.trap("UPDATE wp_postmeta SET meta_value", containers.PHPToDB)
	defer leave()
	over := later(func() { r.update("php0", f, call{Do: "update", Post: f.Post, Key: f.Key, Value: "native"}, w) })
	reached(t)
	leave()
	<-over
	r.backAgain(t)
}

// inTransaction: a field is written past WordPress while a transaction of the
// caller is open, and then in that transaction.
func inTransaction(t *testing.T, r *run) {
	f, w := r.hot[0], newWorker(t, r.BadLines, r.complaints, "")
	reached, goOn, leave := r.trap("SELECT 'in the transaction'", containers.PHPToDB)
	defer leave()
	over := later(func() {
		r.update("php0", f, call{Do: "transaction", Post: f.Post, Key: f.Key, Value: "in the transaction, later"}, w)
	})
	reached(t)
	r.api(r.API, "api0", "meanwhile", f)
	goOn()
	<-over
	r.nemesis.wait(2 * time.Second) // what waits is synced by itself
	r.home(t)
}

// readWhileSynced: a field is synced while a reader has asked for one half of
// the truth and not for the other.
func readWhileSynced(t *testing.T, r *run) {
	f, w := r.hot[0], newWorker(t, r.BadLines, r.complaints, "")
	r.api(r.API, "api0", "dirty at first", f)
	reached, goOn, leave := r.trap("/v1/dirty", containers.PHPToSidecar)
	defer leave()
	var reader sync.WaitGroup
	reader.Go(func() { r.read("php0", f, w) })
	reached(t)
	r.home(t)
	goOn()
	reader.Wait()
}
