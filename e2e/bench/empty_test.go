package bench

import (
	"os"
	"os/exec"
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// emptyServer starts the Echo server that answers with nothing, on port 8799 of
// the stack's loopback, unless it runs already.
func (r run) emptyServer() {
	r.t.Helper()
	address := r.Address(r.t, "localhost", 8799)
	if listens(address)(r.t.Context()) == nil {
		return
	}
	build := exec.CommandContext(r.t.Context(), "go", "build", "-o", containers.BenchFile(r.t, "empty"), "./empty")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		r.t.Fatalf("build the empty server: %v\n%s", err, said)
	}
	r.ExecAs(r.t, "localhost", "", "sh", "-c", "/bench/empty 0.0.0.0:8799 >/dev/null 2>&1 &")
	containers.Eventually(r.t, 10*time.Second, listens(address))
}
