package e2e

import (
	"regexp"
	"strconv"
	"testing"
)

// ran is PHPUnit's summary, of a success and of anything else.
var ran = regexp.MustCompile(`(?:OK \(|Tests: )(\d+)`)

// TestPHPUnit runs the plugin's own tests in this WordPress.
func TestPHPUnit(t *testing.T) {
	c := open(t)
	out := c.Exec(t, "wordpress", "phpunit", "-c", "/var/www/html/wp-content/plugins/hospital-appointments-redis/tests/phpunit.xml")
	found := ran.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("PHPUnit says nothing of its tests:\n%s", out)
	}
	if n, err := strconv.Atoi(found[1]); err != nil || n == 0 {
		t.Fatalf("PHPUnit ran no test:\n%s", out)
	}
	t.Logf("PHPUnit ran %s tests", found[1])
	c.WaitForOffload(t)
}
