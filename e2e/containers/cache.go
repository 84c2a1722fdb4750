package containers

import (
	"fmt"
	"os"
	"testing"
)

const (
	dropIn      = "/var/www/html/wp-content/object-cache.php"
	putDropIn   = "cp /e2e/wordpress/object-cache.php " + dropIn
	entries     = "/dev/shm/hospital-object-cache"
	emptyDropIn = "mkdir -p -m 777 " + entries + " && find " + entries + " -mindepth 1 -ignore_readdir_race -delete" // the web server may write meanwhile
)

// ObjectCache gives WordPress a persistent object cache, empty, or takes it
// away, until the test ends. HOSPITAL_OBJECT_CACHE=1 gives every test one.
func (s *Stack) ObjectCache(t testing.TB, persistent bool) {
	t.Helper()
	set := func(t testing.TB, persistent bool) {
		t.Helper()
		command := putDropIn
		if !persistent {
			command = "rm -f " + dropIn
		}
		s.Exec(t, "wordpress", "sh", "-c", emptyDropIn+" && "+command)
		if got := s.Exec(t, "wordpress", "php", "-r", `require "/e2e/wordpress/load.php"; echo wp_using_ext_object_cache() ? "true" : "false";`); got != fmt.Sprint(persistent) {
			t.Fatalf("a persistent object cache: %s, want %t", got, persistent)
		}
	}
	set(t, persistent)
	t.Cleanup(func() { set(t, alwaysCached()) })
}

func alwaysCached() bool { return os.Getenv("HOSPITAL_OBJECT_CACHE") == "1" }
