package containers

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ory/dockertest/v3/docker"
)

// benchDir is shared with the containers of the bench's stack as /bench.
var benchDir = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "hospital-bench")
	if err != nil {
		return "", err
	}
	started.Lock()
	started.dirs = append(started.dirs, dir)
	started.Unlock()
	return dir, os.Chmod(dir, 0o777) // the sidecar and PHP are other users than this one
})

var sharedBench = sync.OnceValues(func() (*Stack, error) {
	dir, err := benchDir()
	if err != nil {
		return nil, err
	}
	return startStack("hospital-bench", false, func(name string) []service { return benchServices(name, dir) })
})

// BenchStack returns the stack of the bench, in offload: no browser, a WordPress
// with phpredis.
func BenchStack(t testing.TB) *Stack {
	t.Helper()
	needDocker(t)
	s, err := sharedBench()
	if err != nil {
		t.Fatal(err)
	}
	s.Start(t, "sidecar") // it gives up where there is no WordPress yet
	s.WaitForOffload(t)
	return s
}

// BenchFile is where a file that the containers see as /bench/name is here.
func BenchFile(t testing.TB, name string) string {
	t.Helper()
	dir, err := benchDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// Beside starts another sidecar on the same loopback, with more environment,
// and waits until it is ready. It ends with the test. A name stands for one
// environment: a second time it is the same one that is started again.
func (s *Stack) Beside(t testing.TB, name string, env ...string) {
	t.Helper()
	t.Cleanup(func() {
		if c, err := started.pool.Client.InspectContainer(s.services[name].Container.ID); err == nil && c.State.Running {
			s.Stop(t, name)
		}
	})
	if _, known := s.services[name]; known {
		s.Start(t, name)
		s.WaitForSidecar(t, name)
		return
	}
	dir, err := benchDir()
	if err != nil {
		t.Fatal(err)
	}
	list := benchServices(s.name, dir)
	one := list[slices.IndexFunc(list, func(each service) bool { return each.name == "sidecar" })]
	one.name, one.env = name, append(slices.Clone(one.env), env...)
	r, err := one.run(started.pool, s.name, s.network)
	if err != nil {
		t.Fatal(err)
	}
	s.services[name] = r
	s.WaitForSidecar(t, name)
}

// WaitForSidecar waits until a sidecar says itself that it is ready.
func (s *Stack) WaitForSidecar(t testing.TB, name string) {
	t.Helper()
	Eventually(t, time.Minute, func(context.Context) error {
		if out, err := s.exec(name, "", "/hospital-sidecar", "status"); err != nil {
			return fmt.Errorf("%s is not ready: %w\n%s", name, err, out)
		}
		return nil
	})
}

// Address is a port of a service as this machine reaches it, past Docker's
// proxy. Services on the shared loopback have that of "localhost".
func (s *Stack) Address(t testing.TB, service string, port int) string {
	t.Helper()
	for _, network := range s.services[service].Container.NetworkSettings.Networks {
		return fmt.Sprintf("%s:%d", network.IPAddress, port)
	}
	t.Fatalf("%s is in no network", service)
	return ""
}

// Used is what a service has cost since it was started.
type Used struct {
	CPU    time.Duration
	Memory uint64 // bytes now, without the page cache
}

// Used asks Docker what a service has cost.
func (s *Stack) Used(t testing.TB, service string) Used {
	t.Helper()
	answers := make(chan *docker.Stats, 1)
	err := started.pool.Client.Stats(docker.StatsOptions{ID: s.services[service].Container.ID, Stats: answers, Stream: false, Context: t.Context()})
	answer := <-answers
	if err != nil || answer == nil {
		t.Fatalf("stats of %s: %v", service, err)
	}
	memory := answer.MemoryStats.Stats.Rss // cgroup v1
	if memory == 0 {
		memory = answer.MemoryStats.Usage - answer.MemoryStats.Stats.InactiveFile
	}
	return Used{CPU: time.Duration(answer.CPUStats.CPUUsage.TotalUsage), Memory: memory}
}

// Name is what a service's container is called, and its host name inside.
func (s *Stack) Name(service string) string { return s.name + "-" + service }

// Direct opens the database past Docker's proxy, as the sidecar reaches it.
func (s *Stack) Direct(t testing.TB) *sql.DB {
	t.Helper()
	db, err := s.open(s.Address(t, "database", 3306))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
