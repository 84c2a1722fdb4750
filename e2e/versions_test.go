package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// TestVersions: this stack is what matrix.sh and README call it. Debian's sid
// moves on; who meets that here says so there.
func TestVersions(t *testing.T) {
	c := open(t)
	table, err := os.ReadFile("matrix.sh")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?m)^` + containers.Suite() + ` .* (WordPress [\d.]+), (PHP [\d.]+), ((?:MariaDB|MySQL) [\d.]+), (Redis [\d.]+)$`).FindStringSubmatch(string(table))
	if named == nil {
		t.Fatalf("matrix.sh names no versions of %s", containers.Suite())
	}
	is := c.Exec(t, "wordpress", "php", "-r", `require "/var/www/html/wp-includes/version.php"; echo "WordPress $wp_version, PHP ", PHP_VERSION;`)
	var server string
	if err := c.DB.QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&server); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(server, "MariaDB") {
		server = "MariaDB " + server
	} else {
		server = "MySQL " + server
	}
	info, err := c.Redis.Info(t.Context(), "server").Result()
	if err != nil {
		t.Fatal(err)
	}
	engine := regexp.MustCompile(`(redis|valkey)_version:(\S+)`).FindAllStringSubmatch(info, -1)
	is += ", " + server
	for _, each := range engine { // Valkey says which Redis it is like, too
		is += ", " + strings.ToUpper(each[1][:1]) + each[1][1:] + " " + each[2]
	}
	t.Log(is)
	if len(engine) > 1 {
		named[4] = regexp.MustCompile(`Valkey [\d.]+`).FindString(string(table))
	}
	for _, each := range named[1:] {
		if !regexp.MustCompile(regexp.QuoteMeta(each) + `\b`).MatchString(is) {
			t.Errorf("matrix.sh says %s; this is %s", each, is)
		}
	}
}
