package containers

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/ory/dockertest/v3"
	"github.com/redis/go-redis/v9"
)

// Stack is the whole clinic: WordPress with the plugin, the sidecar, Redis, the
// database and a browser. WordPress, sidecar and browser share one loopback.
type Stack struct {
	WordPress string // base URL from here; inside it is http://localhost
	API       string // base URL of the sidecar's API from here
	Token     string // of the API
	Browser   string // DevTools websocket of Chromium
	DB        *sql.DB
	Redis     *redis.Client

	name     string
	network  *dockertest.Network
	services map[string]*dockertest.Resource
}

// Admin's log-in on every stack.
const (
	AdminUser     = "admin"
	AdminPassword = "admin-password"
)

const plugin = "hospital-appointments-redis/hospital-appointments-redis.php"

var (
	sharedStack   = sync.OnceValues(func() (*Stack, error) { return startStack("hospital-e2e", Multisite(), services) })
	sharedNetwork = sync.OnceValues(func() (*Stack, error) {
		if Multisite() {
			return sharedStack()
		}
		return startStack("hospital-network", true, services)
	})
)

// WholeStack returns the stack that all tests of one binary share, in offload
// and with everything running.
func WholeStack(t testing.TB) *Stack {
	t.Helper()
	needDocker(t)
	return running(t, sharedStack)
}

// Network is the same with a WordPress that is a network, whatever the suite's
// other tests run on.
func Network(t testing.TB) *Stack {
	t.Helper()
	needDocker(t)
	return running(t, sharedNetwork)
}

// running starts what a test before this one has stopped.
func running(t testing.TB, start func() (*Stack, error)) *Stack {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"database", "redis", "wordpress", "sidecar"} {
		s.Resume(t, service)
		s.Start(t, service)
	}
	s.WaitForOffload(t)
	return s
}

func root() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "../..")
}

// startStack starts services and installs WordPress, as a network if multisite.
func startStack(prefix string, multisite bool, list func(name string) []service) (*Stack, error) {
	p, err := pool()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s-%d", prefix, os.Getpid())
	bridge, err := p.CreateNetwork(name)
	if err != nil {
		return nil, fmt.Errorf("make network: %w", err)
	}
	started.Lock()
	started.networks = append(started.networks, bridge)
	started.Unlock()
	s := &Stack{name: name, network: bridge, services: map[string]*dockertest.Resource{}}
	for _, each := range list(name) {
		r, err := each.run(p, name, bridge)
		if err != nil {
			return nil, err
		}
		s.services[each.name] = r
	}
	return s, s.install(multisite)
}

// install waits for the servers, installs WordPress by wp_install() and
// activates the plugin; in a network in all of it.
func (s *Stack) install(network bool) error {
	local := s.services["localhost"]
	s.WordPress = "http://" + local.GetHostPort("80/tcp")
	s.API = "http://" + local.GetHostPort("8787/tcp")
	s.Browser = "ws://" + local.GetHostPort("9222/tcp") // of no use where no browser runs
	if err := s.connect(); err != nil {
		return err
	}
	ctx := context.Background()
	if err := started.pool.Retry(func() error { return s.DB.PingContext(ctx) }); err != nil {
		return fmt.Errorf("wait for the database: %w", err)
	}
	if err := started.pool.Retry(func() error { return s.Redis.Ping(ctx).Err() }); err != nil {
		return fmt.Errorf("wait for Redis: %w", err)
	}
	for _, call := range installation(network) {
		var out string
		err := started.pool.Retry(func() (err error) {
			out, err = s.exec("wordpress", call.user, append([]string{"php", "/usr/local/share/hospital/install.php"}, call.args...)...)
			return err
		})
		if err != nil {
			return fmt.Errorf("set up WordPress: %w\n%s", err, out)
		}
	}
	if alwaysCached() {
		if out, err := s.exec("wordpress", "www-data", "sh", "-c", putDropIn); err != nil {
			return fmt.Errorf("give WordPress an object cache: %w\n%s", err, out)
		}
	}
	return s.DB.QueryRowContext(ctx, "SELECT option_value FROM wp_options WHERE option_name = 'hospital_appointments_redis_token'").Scan(&s.Token)
}

// installer is one call of install.php.
type installer struct {
	user string
	args []string
}

// installation lists the calls. What makes a network writes wp-config.php again,
// which only root may.
func installation(network bool) []installer {
	site := []string{"--url=http://localhost", "--title=Clinic", "--user=" + AdminUser, "--password=" + AdminPassword, "--email=admin@example.org"}
	if !network {
		return []installer{{"www-data", site}, {"www-data", []string{"--activate=" + plugin}}}
	}
	return []installer{
		{"www-data", site},
		{"root", append(site, "--multisite")},
		{"www-data", []string{"--activate=" + plugin, "--network"}},
	}
}

// connect opens clients of the database and Redis; their published ports change
// when they are started again.
func (s *Stack) connect() error {
	db, err := s.open(s.services["database"].GetHostPort("3306/tcp"))
	if err != nil {
		return err
	}
	if s.DB != nil {
		_, _ = s.DB.Close(), s.Redis.Close() // what is in use is closed after its use
	}
	s.DB = db
	s.Redis = redis.NewClient(&redis.Options{Addr: s.services["redis"].GetHostPort("6379/tcp"), Username: "admin", Password: "test"})
	return nil
}

// open opens WordPress's database at an address.
func (s *Stack) open(address string) (*sql.DB, error) {
	conf := mysql.NewConfig()
	conf.Net, conf.Addr, conf.User, conf.Passwd, conf.DBName = "tcp", address, "root", "test", "wordpress"
	conf.InterpolateParams, conf.Collation, conf.Logger = true, "utf8mb4_general_ci", quiet{}
	return open(conf)
}

// Mode returns the mode of the site row.
func (s *Stack) Mode(t testing.TB) string {
	t.Helper()
	var mode string
	if err := s.DB.QueryRowContext(t.Context(), "SELECT mode FROM wp_hospital_sync_state WHERE blog_id = 1").Scan(&mode); err != nil {
		t.Fatal(err)
	}
	return mode
}

// get is the status that a URL answers with.
func get(ctx context.Context, url string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// WaitForAPI waits until the sidecar whose API has this base URL listens.
func WaitForAPI(t testing.TB, base string) {
	t.Helper()
	Eventually(t, time.Minute, func(ctx context.Context) error {
		_, err := get(ctx, base+"/livez")
		return err
	})
}

// WaitForOffload waits until the sidecar is ready and the site is in offload.
func (s *Stack) WaitForOffload(t testing.TB) {
	t.Helper()
	Eventually(t, time.Minute, func(ctx context.Context) error {
		ready, err := get(ctx, s.API+"/readyz")
		if err != nil {
			return err
		}
		if mode := s.Mode(t); ready != http.StatusOK || mode != "offload" {
			return fmt.Errorf("mode %s, /readyz answers %d", mode, ready)
		}
		return nil
	})
}
