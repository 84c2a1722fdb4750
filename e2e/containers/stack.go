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

	services map[string]*dockertest.Resource
}

// Admin's log-in on every stack.
const (
	AdminUser     = "admin"
	AdminPassword = "admin-password"
)

const plugin = "hospital-appointments-redis/hospital-appointments-redis.php"

var sharedStack = sync.OnceValues(startStack)

// WholeStack returns the stack that all tests of one binary share, in offload
// and with everything running.
func WholeStack(t testing.TB) *Stack {
	t.Helper()
	needDocker(t)
	s, err := sharedStack()
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"database", "redis", "sidecar"} {
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

func startStack() (*Stack, error) {
	p, err := pool()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("hospital-e2e-%d", os.Getpid())
	network, err := p.CreateNetwork(name)
	if err != nil {
		return nil, fmt.Errorf("make network: %w", err)
	}
	started.Lock()
	started.networks = append(started.networks, network)
	started.Unlock()
	s := &Stack{services: map[string]*dockertest.Resource{}}
	for _, each := range services(name) {
		r, err := each.run(p, name, network)
		if err != nil {
			return nil, err
		}
		s.services[each.name] = r
	}
	return s, s.install()
}

// install waits for the servers, installs WordPress by wp_install() and
// activates the plugin.
func (s *Stack) install() error {
	local := s.services["localhost"]
	s.WordPress = "http://" + local.GetHostPort("80/tcp")
	s.API = "http://" + local.GetHostPort("8787/tcp")
	s.Browser = "ws://" + local.GetHostPort("9222/tcp")
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
	script := "/usr/local/share/hospital/install.php"
	for _, args := range [][]string{
		{"--url=http://localhost", "--title=Clinic", "--user=" + AdminUser, "--password=" + AdminPassword, "--email=admin@example.org"},
		{"--activate=" + plugin},
	} {
		var out string
		err := started.pool.Retry(func() (err error) {
			out, err = s.exec("wordpress", "www-data", append([]string{"php", script}, args...)...)
			return err
		})
		if err != nil {
			return fmt.Errorf("set up WordPress: %w\n%s", err, out)
		}
	}
	return s.DB.QueryRowContext(ctx, "SELECT option_value FROM wp_options WHERE option_name = 'hospital_appointments_redis_token'").Scan(&s.Token)
}

// connect opens clients of the database and Redis; their published ports change
// when they are started again.
func (s *Stack) connect() error {
	conf := mysql.NewConfig()
	conf.Net, conf.Addr, conf.User, conf.Passwd, conf.DBName = "tcp", s.services["database"].GetHostPort("3306/tcp"), "root", "test", "wordpress"
	conf.InterpolateParams, conf.Collation, conf.Logger = true, "utf8mb4_general_ci", quiet{}
	db, err := open(conf)
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

// Mode returns the mode of the site row.
func (s *Stack) Mode(t testing.TB) string {
	t.Helper()
	var mode string
	if err := s.DB.QueryRowContext(t.Context(), "SELECT mode FROM wp_hospital_sync_state WHERE blog_id = 1").Scan(&mode); err != nil {
		t.Fatal(err)
	}
	return mode
}

// WaitForOffload waits until the sidecar is ready and the site is in offload.
func (s *Stack) WaitForOffload(t testing.TB) {
	t.Helper()
	Eventually(t, time.Minute, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.API+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if mode := s.Mode(t); response.StatusCode != http.StatusOK || mode != "offload" {
			return fmt.Errorf("mode %s, /readyz answers %d", mode, response.StatusCode)
		}
		return nil
	})
}
