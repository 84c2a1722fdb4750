package faults

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// restore puts the database back to what it was, an epoch ago. What was
// acknowledged since may be gone: the operator took it. Nothing else may, and
// the sidecars say what has happened and leave Redis alone until it is adopted.
func restore(n *nemesis) func() {
	home := n.dump()
	dumped := n.epoch("faults_dump")
	native(n) // an outage of which the dump knows nothing
	n.wait(n.between(time.Second, 2*time.Second))
	n.recover(time.Minute)
	n.wait(n.between(100*time.Millisecond, time.Second)) // updates of the later epoch, some of which wait in Redis
	if now := n.epoch("wordpress"); now <= dumped {
		n.t.Fatalf("the epoch is %d, as in the dump", now)
	}
	n.swap(home)
	n.saysOn(n.API, "restored")
	n.wait(n.between(brief, long)) // WordPress goes on by itself
	return func() { n.adopt(); n.deleteAgain() }
}

// restoreNow does it within an epoch, under sidecars that cannot tell: what
// Redis holds dirty is newer than any row, and its clean copies, which only
// other readers of Redis see, are repaired as README says. Unless an epoch began
// after the dump, by an outage that the machine's load was enough for.
func restoreNow(n *nemesis) func() {
	home := n.dump()
	n.wait(n.between(brief, long))
	n.swap(home)
	n.wait(n.between(brief, long))
	return func() {
		containers.Eventually(n.t, time.Minute, func(ctx context.Context) error {
			if text, err := readiness(ctx, n.API); err == nil && strings.Contains(text, "restored") {
				n.adopt()
			}
			return n.well()
		})
		n.deleteAgain()
		n.recover(time.Minute)
		d := newDirect(n.API, n.Token)
		containers.Eventually(n.t, time.Minute, func(context.Context) error {
			if _, outcome, why := d.ask("POST", "/v1/verify", map[string]any{"repair": true}); outcome != OK {
				return fmt.Errorf("verify: %s %s", outcome, why)
			}
			return nil
		})
	}
}

// dump copies the database as it is, and tells since when what it holds was
// acknowledged.
func (n *nemesis) dump() map[Field]time.Duration {
	home := n.home()
	containers.Eventually(n.t, time.Minute, func(context.Context) error { return n.copyTables("faults_dump") })
	return home
}

func (n *nemesis) epoch(of string) (epoch uint64) {
	if err := n.DB.QueryRowContext(n.t.Context(), "SELECT epoch FROM "+of+".wp_hospital_sync_state WHERE blog_id = 1").Scan(&epoch); err != nil {
		n.t.Fatal(err)
	}
	return epoch
}

// swap puts what was dumped in the place of the tables, all in one moment.
func (n *nemesis) swap(home map[Field]time.Duration) {
	from := n.Now()
	names, err := n.tables()
	if err != nil {
		n.t.Fatal(err)
	}
	var moves []string
	for _, name := range names {
		moves = append(moves, "wordpress."+name+" TO faults_old."+name, "faults_dump."+name+" TO wordpress."+name)
	}
	containers.Eventually(n.t, time.Minute, func(context.Context) error {
		return n.within("DROP DATABASE IF EXISTS faults_old", "CREATE DATABASE faults_old", "RENAME TABLE "+strings.Join(moves, ", "))
	})
	for _, f := range n.all() {
		n.Note(Op{Who: "nemesis", Kind: Loss, Field: f, Call: from, Return: n.Now(), Since: home[f], Outcome: OK})
	}
}

// adopt lets the sidecars take their Redis over, as README says.
func (n *nemesis) adopt() {
	n.configure("1a define( 'HOSPITAL_ADOPT_REDIS', true );")
	n.configure("/HOSPITAL_ADOPT_REDIS/d")
}

// configure edits wp-config.php by sed, and starts the sidecars again.
func (n *nemesis) configure(edit string) {
	n.ExecAs(n.t, "wordpress", "", "sed", "-i", edit, "/config/wp-config.php")
	for _, service := range []string{"sidecar", "second"} {
		n.Stop(n.t, service)
		n.start(service)
	}
	n.recover(time.Minute)
}

// deleteAgain deletes the posts that came back.
func (n *nemesis) deleteAgain() {
	for _, post := range n.doomed[:min(int(n.next.Load()), len(n.doomed))] {
		_, _ = newWeb(n.BadLines).do(call{Do: "delete_post", Post: post}) // the checker looks whether it is gone
	}
}
