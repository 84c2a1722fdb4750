package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// TestBookingPlugin: a plugin that knows nothing of ours works as ever. Its own
// tests say the same whether its posts are native, offloaded, or offloaded with
// the sidecar gone.
func TestBookingPlugin(t *testing.T) {
	c := open(t)
	c.quiet()
	c.php(step{"clinic_plugin", "booking/booking.php", true})
	defer c.php(step{"clinic_plugin", "booking/booking.php", false})
	var said []string
	run := func(how string) map[string]int {
		asked := c.asked(func() {
			said = append(said, c.Exec(t, "wordpress", "php", "/e2e/wordpress/booking/tests.php"))
		})
		if last := said[len(said)-1]; strings.Count(last, "ok - ") < 12 || !strings.HasSuffix(last, "\npassed\n") {
			t.Errorf("with its posts %s the plugin says\n%s", how, last)
		}
		return asked
	}

	asked := run("native")
	if len(asked) > 0 {
		t.Errorf("posts that are not offloaded asked %v of the sidecar", asked)
	}
	defer c.configure("")
	c.configure("booking") // under the default key, which Redis lets the sidecar use
	asked = run("offloaded")
	if asked["/v1/write"] == 0 || asked["/v1/barrier"] == 0 {
		t.Errorf("asked %v, want writes and barriers: the posts were not offloaded", asked)
	}
	c.Kill(t, "sidecar")
	said = append(said, c.Exec(t, "wordpress", "php", "/e2e/wordpress/booking/tests.php"))
	equal(t, "mode without a sidecar", c.Mode(t), "native")
	c.Start(t, "sidecar")
	c.WaitForOffload(t)
	for i, how := range []string{"offloaded", "offloaded and the sidecar gone"} {
		equal(t, "what the plugin's tests say with its posts "+how, said[i+1], said[0])
	}
	asked = run("offloaded again")
	if asked["/v1/write"] == 0 {
		t.Errorf("asked %v after the return, want writes", asked)
	}
}

// configure names the offloaded post types in wp-config.php, or with "" leaves
// the default. The sidecar reads it when it starts.
func (c clinic) configure(types string) {
	c.t.Helper()
	c.Start(c.t, "sidecar")
	c.WaitForOffload(c.t)
	c.Stop(c.t, "sidecar")
	c.ExecAs(c.t, "wordpress", "root", "php", "/e2e/wordpress/configure.php", "HOSPITAL_APPOINTMENT_POST_TYPES", types)
	c.ExecAs(c.t, "wordpress", "root", "/usr/local/share/hospital/entrypoint.sh", "true")
	c.Start(c.t, "sidecar")
	c.WaitForOffload(c.t)
	// The web server looks at its files every two seconds.
	containers.Eventually(c.t, patience, func(context.Context) error {
		if exists := c.web(step{"post_type_exists", appointment})[0].String() == "true"; exists != (types == "") {
			return fmt.Errorf("the web server has an old wp-config.php")
		}
		return nil
	})
}
