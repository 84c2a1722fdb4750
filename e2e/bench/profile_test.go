package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

// TestProfile says where the time of an update goes (make profile).
func TestProfile(t *testing.T) {
	if !*profile {
		t.Log("profiles only with -profile (make profile)")
		return
	}
	r := run{Stack: containers.BenchStack(t), t: t, report: &Report{}}
	r.posts(firstOurs, 2000, offloaded)
	r.posts(firstNative, 2000, native)
	plan, err := json.Marshal(map[string]int{"ours": firstOurs, "native": firstNative, "count": 400})
	if err != nil {
		t.Fatal(err)
	}
	said := r.Exec(t, "wordpress", append(append([]string{"php"}, phpOptions...), "/e2e/bench/php/profile.php", string(plan))...)
	fmt.Fprintln(os.Stdout, said)
}
