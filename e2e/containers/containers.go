package containers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ory/dockertest/v3"
	"github.com/ory/dockertest/v3/docker"
)

// lifetime is how long a container lives if nobody purges it, in seconds.
var lifetime uint = 30 * 60

// LiveFor lets the containers started from now on live longer than usual: for a
// run that is asked to take hours. Called before any is started.
func LiveFor(d time.Duration) { lifetime = max(lifetime, uint(d.Seconds())) }

// Suite is the Debian release whose images are used.
func Suite() string { return cmp.Or(os.Getenv("HOSPITAL_SUITE"), "trixie") }

// sidecarTag is the sidecar's image, which every work tree may build its own of.
func sidecarTag() string { return cmp.Or(os.Getenv("HOSPITAL_SIDECAR_TAG"), "dev") }

var started struct {
	sync.Mutex
	pool      *dockertest.Pool
	resources []*dockertest.Resource
	networks  []*dockertest.Network
	volumes   []string
}

// Main runs the tests and purges every container they started. It is the whole
// of a TestMain: os.Exit(containers.Main(m)).
func Main(m *testing.M) int {
	code := m.Run()
	started.Lock()
	defer started.Unlock()
	for _, r := range slices.Backward(started.resources) {
		code = max(code, complain("purge container "+r.Container.Name, started.pool.Purge(r)))
	}
	for _, n := range started.networks {
		code = max(code, complain("remove network", n.Close()))
	}
	slices.Sort(started.volumes)
	for _, v := range slices.Compact(started.volumes) {
		code = max(code, complain("remove volume "+v, started.pool.Client.RemoveVolume(v)))
	}
	return code
}

// complain is 1 if there was an error.
func complain(doing string, err error) int {
	var gone *docker.NoSuchContainer // a test killed it, and Docker removed it
	if err == nil || errors.Is(err, docker.ErrNoSuchVolume) || errors.As(err, &gone) {
		return 0
	}
	fmt.Fprintf(os.Stderr, "%s: %v\n", doing, err)
	return 1
}

func pool() (*dockertest.Pool, error) {
	started.Lock()
	defer started.Unlock()
	if started.pool == nil {
		p, err := dockertest.NewPool("")
		if err != nil {
			return nil, fmt.Errorf("reach Docker: %w", err)
		}
		p.MaxWait = 90 * time.Second
		started.pool = p
	}
	return started.pool, nil
}

// start runs one of our images, its ports published on 127.0.0.1 only.
func start(image, tag string, env, args []string, ports ...string) (*dockertest.Resource, error) {
	return startBy(nil, image, tag, env, args, ports...)
}

// startBy is start with another entrypoint than the image's.
func startBy(entrypoint []string, image, tag string, env, args []string, ports ...string) (*dockertest.Resource, error) {
	p, err := pool()
	if err != nil {
		return nil, err
	}
	bindings := map[docker.Port][]docker.PortBinding{}
	for _, port := range ports {
		bindings[docker.Port(port)] = []docker.PortBinding{{HostIP: "127.0.0.1", HostPort: "0"}}
	}
	repository := "hospital-appointments/" + image
	if _, err := p.Client.InspectImage(repository + ":" + tag); err != nil {
		return nil, fmt.Errorf("image %s:%s is not built (make images): %w", repository, tag, err)
	}
	r, err := p.RunWithOptions(&dockertest.RunOptions{
		Repository: repository, Tag: tag, Env: env, Entrypoint: entrypoint, Cmd: args, ExposedPorts: ports, PortBindings: bindings,
		Labels: map[string]string{"hospital.test": fmt.Sprint(os.Getpid())},
	}, func(c *docker.HostConfig) { c.AutoRemove = true; c.PublishAllPorts = false })
	if err != nil {
		return nil, fmt.Errorf("start %s:%s: %w", repository, tag, err)
	}
	started.Lock()
	started.resources = append(started.resources, r)
	started.Unlock()
	return r, r.Expire(lifetime)
}

// needDocker ends a test under -short, and fails it where Docker is not there.
func needDocker(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.SkipNow()
	}
}

// Eventually calls check until it returns nil, and fails the test with its
// last error after the patience.
func Eventually(t testing.TB, patience time.Duration, check func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("still not so after %s: %v", patience, err)
		case <-tick.C:
		}
	}
}
