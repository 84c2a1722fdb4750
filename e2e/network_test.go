package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestNetwork: each site of a network has its own rows, keys and ownership, and
// one sidecar serves those that come and lets go of those that go.
func TestNetwork(t *testing.T) {
	c := network(t)
	w := c.ward("east")
	equal(t, "a new site's row, at once", w.state(w.site) != "none", true)
	w.becomes(w.site, "offload")

	t.Run("a site's fields are its own", func(t *testing.T) {
		w := ward{clinic{c.Stack, t}, w.site, w.path}
		post := w.appointment()
		release := w.hold(post)
		defer release()
		equal(t, "update by its own visitor", w.visit(w.path, step{"update_post_meta", post, "status", "confirmed"})[0].String(), "true")
		equal(t, "dirty under its prefix", fmt.Sprint(w.waiting(post)), "[status]")
		equal(t, "dirty in the main site", fmt.Sprint(w.dirty(post)), "[]")
		equal(t, "its row meanwhile", w.status(post), "pending")
		seen := w.php(w.on("get_post_meta", post, "status", true), step{"get_post_meta", post, "status", true})
		equal(t, "seen from the main site", seen[0].String(), `"confirmed"`)
		equal(t, "seen on the main site", seen[1].String() != `"confirmed"`, true)
		release()
		w.arrives(post, "confirmed")
		var fences int
		if err := w.DB.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM wp_hospital_sync_fence WHERE blog_id = ? AND post_id = ?", w.site, post).Scan(&fences); err != nil || fences != 1 {
			t.Errorf("%d fence rows, %v", fences, err)
		}
	})

	t.Run("one process switches to and fro", func(t *testing.T) {
		w := ward{clinic{c.Stack, t}, w.site, w.path}
		here, there := w.post(appointment, meta{"status": "pending"}), w.appointment()
		held, kept := clinic{c.Stack, t}.hold(here), w.hold(there)
		defer held()
		defer kept()
		said := w.php(
			w.on("update_post_meta", there, "status", "there"),
			step{"update_post_meta", here, "status", "here"},
			w.on("get_post_meta", there, "status", true),
			step{"get_post_meta", here, "status", true},
			w.on("update_post_meta", there, "status", "there"),
			w.on("clinic_on", 1, "get_post_meta", here, "status", true),
			w.on("clinic_query", "status", "nobody's"),
		)
		equal(t, "said", fmt.Sprint(said), `[true true "there" "here" false "here" []]`)
		equal(t, "dirty here", fmt.Sprint(w.dirty(here)), "[status]")
		equal(t, "dirty there", fmt.Sprint(w.waiting(there)), "[status]")
		held()
		kept()
		w.arrives(there, "there")
		clinic{c.Stack, t}.arrives(here, "status", "here")
		equal(t, "a meta query there", w.php(w.on("clinic_query", "status", "there"))[0].String(), fmt.Sprintf("[%d]", there))
	})

	t.Run("while no sidecar answers each site is taken over by itself", func(t *testing.T) {
		w := ward{clinic{c.Stack, t}, w.site, w.path}
		post := w.appointment()
		w.Stop(t, "sidecar")
		equal(t, "update", w.php(w.on("update_post_meta", post, "status", "native"))[0].String(), "true")
		equal(t, "its row at once", w.status(post), "native")
		equal(t, "the site", w.state(w.site), "native")
		equal(t, "the main site, which nobody wrote to", w.state(1), "offload")
		w.Start(t, "sidecar")
		w.becomes(w.site, "offload")
		w.WaitForOffload(t)
	})
}

// TestSiteDeleted: nothing of a deleted site stays, and nothing of it holds up
// the others, whether the plugin saw it go or not.
func TestSiteDeleted(t *testing.T) {
	for name, unseen := range map[string]bool{"while it is dirty": false, "by a process without the plugin": true} {
		t.Run(name, func(t *testing.T) {
			c := network(t)
			w := c.ward(strings.ReplaceAll(name, " ", "-"))
			w.becomes(w.site, "offload")
			post := w.appointment()
			// A slug that no post has stays dirty for ten minutes.
			c.api("PUT", fmt.Sprint("/v1/appointments/nobody?blog=", w.site), `{"fields":{"status":"kiosk"}}`).want(t, http.StatusOK, "")
			did := c.php(w.on("update_post_meta", post, "status", "confirmed"), step{"clinic_delete_site", w.site, unseen})
			equal(t, "updated, deleted", fmt.Sprint(did), "[true true]")
			other := c.post(appointment, meta{"status": "pending"})
			if unseen {
				equal(t, "left until the watchdog comes", len(w.left()) > 0, true)
				c.api("GET", "/readyz", "").want(t, http.StatusOK, "")
				c.php(step{"update_post_meta", other, "status", "meanwhile"})
				c.arrives(other, "status", "meanwhile")
				c.php(step{"do_action", "hospital_redis_sync_cron"})
			}
			equal(t, "left", fmt.Sprint(w.left()), "[]")
			equal(t, "main site", c.php(step{"update_post_meta", other, "status", "confirmed"})[0].String(), "true")
			c.arrives(other, "status", "confirmed")
			c.api("GET", "/readyz", "").want(t, http.StatusOK, "")
		})
	}
}

// TestSiteMarkedDeleted: its tables are still there, and so is what was
// acknowledged for it.
func TestSiteMarkedDeleted(t *testing.T) {
	c := network(t)
	w := c.ward("closed")
	w.becomes(w.site, "offload")
	post := w.appointment()
	did := c.php(w.on("update_post_meta", post, "status", "confirmed"), step{"clinic_mark_site_deleted", w.site})
	equal(t, "updated, marked", fmt.Sprint(did), "[true true]")
	w.arrives(post, "confirmed")
	equal(t, "its row", w.state(w.site), "offload")
}

// TestActivationOnOneSite: what is deactivated on one site, or in the network,
// leaves the others alone.
func TestActivationOnOneSite(t *testing.T) {
	c := network(t)
	w, other := c.ward("north"), c.ward("south")
	w.becomes(w.site, "offload")
	other.becomes(other.site, "offload")
	t.Cleanup(func() {
		// As it was, without a deactivation: that would hold the main site.
		c.php(step{"update_option", "active_plugins", []string{}}, step{"clinic_plugin_on", 0, plugin, true})
	})
	post := w.appointment()

	equal(t, "activated there too", c.php(step{"clinic_plugin_on", w.site, plugin, true})[0].String(), "true")
	equal(t, "deactivated in the network", c.php(step{"clinic_plugin_on", 0, plugin, false})[0].String(), "true")
	equal(t, "the main site", c.state(1), "native held")
	equal(t, "the other site", c.state(other.site), "native held")
	equal(t, "the site where it is active by itself", c.state(w.site), "offload")
	release := w.hold(post)
	equal(t, "update there", c.visit(w.path, step{"update_post_meta", post, "status", "confirmed"})[0].String(), "true")
	equal(t, "dirty there", fmt.Sprint(w.waiting(post)), "[status]")
	release()
	w.arrives(post, "confirmed")

	equal(t, "activated here", c.php(step{"clinic_plugin_on", 1, plugin, true})[0].String(), "true")
	c.becomes(1, "offload")
	release = w.hold(post)
	equal(t, "update from here", c.php(w.on("update_post_meta", post, "status", "moved"))[0].String(), "true")
	equal(t, "dirty there", fmt.Sprint(w.waiting(post)), "[status]")
	release()
	equal(t, "deactivated there", c.php(step{"clinic_plugin_on", w.site, plugin, false})[0].String(), "true")
	equal(t, "came home", w.status(post), "moved")
	equal(t, "that site", c.state(w.site), "native held")
	equal(t, "this site", c.state(1), "offload")
	asked := c.asked(func() {
		equal(t, "update there, from here", c.php(w.on("update_post_meta", post, "status", "alone"))[0].String(), "true")
	})
	equal(t, "asked for it", fmt.Sprint(asked), "map[]")
	equal(t, "its row at once", w.status(post), "alone")

	without := c.ward("west")
	c.Stop(t, "sidecar")
	insert := map[string]any{"post_type": appointment, "post_status": "publish", "post_title": "A visit"}
	equal(t, "an appointment on a site without the plugin", c.php(without.on("wp_insert_post", insert))[0].String() != "0", true)
	equal(t, "is none of ours, so no sidecar is to serve that site", c.state(without.site), "none")
	c.Start(t, "sidecar")
	c.becomes(1, "offload")

	upgrade := `Hospital\Appointments_Redis\Upgrade::`
	noted := step{`Hospital\Appointments_Redis\Health::noted`}
	// The process that holds the sites lets them go.
	did := c.php(step{upgrade + "before", true, map[string]string{"plugin": plugin}}, noted, step{upgrade + "after"})
	equal(t, "an upgrade begins", did[0].String(), "true")
	equal(t, "this site while it runs", strings.Contains(did[1].String(), `"held":true`), true)
	c.becomes(1, "offload")
	equal(t, "that site, where it is not active", c.state(w.site), "native held")

	replaces := func(folder string) step {
		return step{"apply_filters", "upgrader_source_selection", "/tmp/new/" + folder + "/", "/tmp/new", nil, map[string]string{"type": "plugin", "action": "install"}}
	}
	equal(t, "another plugin is uploaded", c.php(replaces("another"))[0].String(), `"\/tmp\/new\/another\/"`)
	equal(t, "this site meanwhile", c.state(1), "offload")
	did = c.php(replaces("hospital-appointments-redis"), noted, step{upgrade + "after"})
	equal(t, "a package that replaces it is uploaded", did[0].String(), `"\/tmp\/new\/hospital-appointments-redis\/"`)
	equal(t, "this site while it is unpacked", strings.Contains(did[1].String(), `"held":true`), true)
	c.becomes(1, "offload")

	equal(t, "activated in the network", c.php(step{"clinic_plugin_on", 0, plugin, true})[0].String(), "true")
	c.becomes(w.site, "offload")
	c.becomes(other.site, "offload")
}

// TestActiveTwice: deactivated in the network from a site where it is active by
// itself too, it goes on working there; deactivated both ways, it does not.
func TestActiveTwice(t *testing.T) {
	c := network(t)
	t.Cleanup(func() {
		c.php(step{"update_option", "active_plugins", []string{}}, step{"clinic_plugin_on", 0, plugin, true})
	})
	equal(t, "activated here too", c.php(step{"clinic_plugin_on", 1, plugin, true})[0].String(), "true")
	equal(t, "deactivated in the network, and still active", c.php(step{"clinic_plugin_on", 0, plugin, false})[0].String(), "false")
	c.becomes(1, "offload")
	c.php(step{"clinic_plugin_on", 0, plugin, true}, step{"deactivate_plugins", plugin})
	equal(t, "deactivated both ways", c.state(1), "native held")
}
