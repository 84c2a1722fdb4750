package faults

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// What makes a sidecar come to a crash point to which it does not come by
// itself: done once, or (those that return how to heal it) as long as one is
// waited for.

// native makes the site native as a PHP process would that then dies (R3).
func native(n *nemesis) {
	n.statement("UPDATE wp_hospital_sync_state SET mode = 'native', epoch = epoch + 1 WHERE blog_id = 1 AND mode = 'offload'")
}

// emptied makes a sidecar take over itself (R7), and PHP leave it the wait.
func emptied(n *nemesis) {
	n.quiet.Store(true)
	n.wait(2 * time.Second) // what they were about is over
	n.flush()
	n.wait(3 * time.Second)
	n.quiet.Store(false)
}

// withoutRedis leaves the sidecars none: what the direct API takes goes to MySQL.
func withoutRedis(n *nemesis) (heal func()) {
	for _, line := range []string{containers.SidecarToRedis, containers.SecondToRedis} {
		n.Line[line].Set(containers.Toxics{Refuse: true})
	}
	n.wait(2 * time.Second) // syncs under way end
	return func() {
		for _, line := range []string{containers.SidecarToRedis, containers.SecondToRedis} {
			n.Line[line].Mend()
		}
	}
}

// letter sends what can only become a dead letter.
func letter(n *nemesis) {
	f, v := Field{nobody, "notes"}, n.value("api9")
	operation := map[string]any{"post": nobody, "type": "hospital_appointment", "key": f.Key, "value": v}
	for _, base := range []string{n.API, n.Second} {
		n.set("api9", newDirect(base, n.Token), "POST", "/v1/write", map[string]any{"ops": []any{operation}}, v, f)
	}
}

// aLetter makes one and returns its path.
func (n *nemesis) aLetter() (d direct, path string) {
	letter(n)
	d, path = newDirect(n.API, n.Token), fmt.Sprintf("/v1/dead-letters/%d/notes", nobody)
	containers.Eventually(n.t, 30*time.Second, func(context.Context) error {
		if _, outcome, why := d.ask("GET", path, nil); outcome != OK {
			return fmt.Errorf("GET of a dead letter: %s %s", outcome, why)
		}
		return nil
	})
	return d, path
}

// retried tries it again.
func retried(n *nemesis) {
	d, path := n.aLetter()
	_, _, _ = d.ask("POST", path+"/retry", map[string]any{})
}

// edited gives it another value.
func edited(n *nemesis) {
	d, path := n.aLetter()
	v := n.value("api9")
	n.set("api9", d, "PATCH", path, map[string]string{"value": v}, v, Field{nobody, "notes"})
}

// nobody is a post that there never was.
const nobody = 99_999_999

// ask makes a call of the API about the spare post, whose fields nobody checks.
func ask(method, path string, body any) func(*nemesis) {
	return func(n *nemesis) {
		for _, base := range []string{n.API, n.Second} {
			d := newDirect(base, n.Token)
			_, _, _ = d.ask("PUT", fmt.Sprint("/v1/appointments/", n.spare), map[string]any{"fields": map[string]string{"room": n.value("api9")}})
			_, _, _ = d.ask(method, fmt.Sprintf(path, n.spare), body)
		}
	}
}

func locksRows(n *nemesis) {
	if heal := lockRows(n); heal != nil {
		n.wait(2 * time.Second)
		heal()
	}
}

func barrier(n *nemesis) { _ = n.well() }
func verified(n *nemesis) {
	_, _, _ = newDirect(n.API, n.Token).ask("POST", "/v1/verify", map[string]any{})
}

// olderStamps makes MySQL know a stamp of the spare post that Redis has not
// given yet, as after Redis came back older.
func olderStamps(n *nemesis) {
	counter, err := n.Redis.HGet(n.t.Context(), "appointments:floor", "counter").Int64()
	if err != nil {
		n.t.Fatal(err)
	}
	n.statement(fmt.Sprintf("INSERT INTO wp_hospital_sync_fence (blog_id, post_id, epoch, stamp) SELECT 1, %d, epoch, %d FROM wp_hospital_sync_state"+
		" WHERE blog_id = 1 ON DUPLICATE KEY UPDATE epoch = VALUES(epoch), stamp = VALUES(stamp)", n.spare, counter+100_000))
	ask("POST", "/v1/appointments/%d/dirty", map[string]any{})(n)
}

// strayClaim leaves a claim of a post that is not dirty, and a return to find it.
func strayClaim(n *nemesis) {
	if err := n.Redis.HSet(n.t.Context(), "appointments:claims", fmt.Sprint(nobody), 0).Err(); err != nil {
		n.t.Fatal(err)
	}
	native(n)
}

// laterRedis makes Redis one that has seen later epochs than MySQL, as after the
// database was restored.
func laterRedis(n *nemesis) {
	if err := n.Redis.HIncrBy(n.t.Context(), "appointments:floor", "epoch", 3).Err(); err != nil {
		n.t.Fatal(err)
	}
}

// adopting lets the sidecars work with such a Redis.
func adopting(n *nemesis) (heal func()) {
	n.configure("1a define( 'HOSPITAL_ADOPT_REDIS', true );")
	return func() { n.configure("/HOSPITAL_ADOPT_REDIS/d") }
}

// shut holds the site native, as deactivating the plugin does.
func shut(n *nemesis) (heal func()) {
	n.statement("UPDATE wp_hospital_sync_state SET mode = 'native', epoch = epoch + 1, held = 1 WHERE blog_id = 1")
	return func() { n.statement("UPDATE wp_hospital_sync_state SET held = 0 WHERE blog_id = 1") }
}

// retired removes a held site from Redis, once everything of it is in MySQL.
func retired(n *nemesis) {
	n.wait(time.Second) // what the clients were about is over
	n.clients.Go(func() { _, _, _ = newDirect(n.API, n.Token).ask("POST", "/v1/retire", map[string]any{}) })
}

// slug writes to a post that is made later.
func slug(n *nemesis) {
	name := strings.ReplaceAll(n.value("slug"), ".", "-")
	containers.Eventually(n.t, 30*time.Second, func(context.Context) error { // the last point may have left the site native
		if _, outcome, why := newDirect(n.API, n.Token).ask("PUT", "/v1/appointments/"+name, map[string]any{"fields": map[string]string{"room": "1"}}); outcome != OK {
			return fmt.Errorf("PUT of a slug: %s %s", outcome, why)
		}
		return nil
	})
	n.Exec(n.t, "wordpress", "php", "/e2e/wordpress/steps.php", fmt.Sprintf(`[["clinic_posts",1,"hospital_appointment",{},{"post_name":"%s"}]]`, name))
	_, _, _ = newDirect(n.API, n.Token).ask("POST", "/v1/sync", map[string]any{})
}

// unseen writes to a post that no sidecar can look up, and that is made once one
// has seen that it is not there.
func unseen(n *nemesis) {
	heal := withoutMySQL(n)
	name := strings.ReplaceAll(n.value("slug"), ".", "-")
	containers.Eventually(n.t, 30*time.Second, func(context.Context) error {
		a, outcome, why := newDirect(n.API, n.Token).ask("PUT", "/v1/appointments/"+name, map[string]any{"fields": map[string]string{"room": "1"}})
		if outcome != OK || !a.Unverified {
			return fmt.Errorf("PUT of a slug while MySQL is away: %s %s, unverified: %t", outcome, why, a.Unverified)
		}
		return nil
	})
	heal()
	n.wait(5 * time.Second)
	n.Exec(n.t, "wordpress", "php", "/e2e/wordpress/steps.php", fmt.Sprintf(`[["clinic_posts",1,"hospital_appointment",{},{"post_name":"%s"}]]`, name))
}

// withoutMySQL leaves the sidecars none.
func withoutMySQL(n *nemesis) (heal func()) {
	lines := []string{containers.SidecarToDB, containers.SecondToDB}
	for _, line := range lines {
		n.Line[line].Set(containers.Toxics{Refuse: true})
	}
	return func() {
		for _, line := range lines {
			n.Line[line].Mend()
		}
	}
}
