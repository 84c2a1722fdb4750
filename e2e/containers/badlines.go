package containers

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ory/dockertest/v3"
)

// The lines of a stack with bad lines, each named by who calls whom.
const (
	SidecarToRedis = "sidecar-redis"
	SidecarToDB    = "sidecar-database"
	SecondToRedis  = "second-redis"
	SecondToDB     = "second-database"
	PHPToSidecar   = "php-sidecar"
	PHPToSecond    = "php-second"
	PHPToDB        = "php-database"
)

// Lines are all of them.
var Lines = []string{SidecarToRedis, SidecarToDB, SecondToRedis, SecondToDB, PHPToSidecar, PHPToSecond, PHPToDB}

// BadLines is a stack with a second sidecar on the same loopback, and with a
// proxy in every line between two of its services. Clients from here use the
// servers directly.
type BadLines struct {
	*Stack
	Second string // base URL of the second sidecar's API from here
	Copy   string // of a third one's, which works with the database "copy"; it is not running
	Line   map[string]*Proxy

	network *dockertest.Network
}

// Wanted is what a test wants of such a stack.
type Wanted struct {
	Redis    []string // arguments of the Redis server
	MustUse  string   // PHP file that WordPress loads: a path below e2e
	Plugin   string   // the plugin's directory on this machine; "" is the work tree's
	Binary   string   // the sidecars' program: a file of this machine; "" is the image's own
	Settings []string // environment of the sidecars
}

// StartBadLines starts one. It lives as long as the test binary.
func StartBadLines(t testing.TB, wanted Wanted) *BadLines {
	t.Helper()
	needDocker(t)
	p, err := pool()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("hospital-faults-%d-%d", os.Getpid(), badLines())
	network, err := p.CreateNetwork(name)
	if err != nil {
		t.Fatalf("make network: %v", err)
	}
	started.Lock()
	started.networks = append(started.networks, network)
	started.volumes = append(started.volumes, name+"-redis", name+"-clock")
	started.Unlock()
	b := &BadLines{Stack: &Stack{services: map[string]*dockertest.Resource{}}, Line: map[string]*Proxy{}, network: network}
	about, err := p.Client.NetworkInfo(network.Network.ID)
	if err != nil || len(about.IPAM.Config) == 0 {
		t.Fatalf("network %s has no address: %v", name, err)
	}
	for _, each := range Lines {
		// The bridge's own address is the one of this machine that both we and the containers reach.
		if b.Line[each], err = newProxy(about.IPAM.Config[0].Gateway, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, each := range b.services(name, wanted) {
		if b.Stack.services[each.name], err = each.run(p, name, network); err != nil {
			t.Fatal(err)
		}
		b.aim()
	}
	b.Second = "http://" + b.Stack.services["localhost"].GetHostPort("8788/tcp")
	if err := b.install(false); err != nil {
		t.Fatal(err)
	}
	b.Copy = "http://" + b.Stack.services["localhost"].GetHostPort("8789/tcp")
	b.Start(t, "copy") // to have it where Kill can end it
	b.Kill(t, "copy")
	for _, each := range []string{"sidecar", "second"} { // they have ended if there was no wp-config.php yet
		b.Start(t, each)
	}
	return b
}

var badLines = func() func() int {
	var mu sync.Mutex
	n := 0
	return func() int { mu.Lock(); defer mu.Unlock(); n++; return n }
}()

// services are the stack's own, each told to call by way of its proxies.
func (b *BadLines) services(name string, wanted Wanted) []service {
	list := services(name)
	list = slices.DeleteFunc(list, func(s service) bool { return s.name == "browser" })
	// WordPress right after the network: a new volume takes over what its image has there, and others find it.
	slices.SortStableFunc(list, func(a, b service) int { return cmp.Compare(order(a.name), order(b.name)) })
	var second, copied service
	for i := range list {
		s := &list[i]
		switch s.name {
		case "localhost":
			s.ports = append(s.ports, "8788/tcp", "8789/tcp")
		case "database":
			clocked(s, name+"-clock")
		case "redis":
			s.cmd, s.mounts = wanted.Redis, []string{name + "-redis:/data"}
			clocked(s, name+"-clock")
		case "wordpress":
			if wanted.Plugin != "" {
				const at = ":/var/www/html/wp-content/plugins/hospital-appointments-redis:ro"
				s.mounts = slices.DeleteFunc(slices.Clone(s.mounts), func(m string) bool { return strings.HasSuffix(m, at) })
				s.mounts = append(s.mounts, wanted.Plugin+at)
			}
			s.env = override(s.env, "DB_HOST="+b.Line[PHPToDB].Addr, "HOSPITAL_SIDECAR_ADDRESS="+b.Line[PHPToSidecar].Addr)
			s.mounts = append(s.mounts, name+"-redis:/redis-data", name+"-clock:"+clockDir,
				filepath.Join(root(), "e2e", wanted.MustUse)+":/var/www/html/wp-content/mu-plugins/faults.php:ro")
		case "sidecar":
			if wanted.Binary != "" {
				s.mounts = append(s.mounts, wanted.Binary+":/hospital-sidecar:ro")
			}
			s.env = override(s.env, wanted.Settings...)
			second = *s
			second.name = "second"
			second.env = override(s.env, append(b.behind(SecondToRedis, SecondToDB), "HOSPITAL_LISTEN=0.0.0.0:8788", StepsClock+"="+clockFile("second"))...)
			copied = *s
			copied.name = "copy"
			copied.env = override(s.env, "HOSPITAL_DB_NAME=copy", "HOSPITAL_LISTEN=0.0.0.0:8789")
			s.env = override(s.env, append(b.behind(SidecarToRedis, SidecarToDB), StepsClock+"="+clockFile("sidecar"))...)
		}
	}
	return append(list, second, copied)
}

func order(service string) int {
	return slices.Index([]string{"localhost", "wordpress", "database", "redis", "sidecar"}, service)
}

func (b *BadLines) behind(redis, database string) []string {
	host, port, _ := strings.Cut(b.Line[redis].Addr, ":")
	return []string{"HOSPITAL_REDIS_HOST=" + host, "HOSPITAL_REDIS_PORT=" + port, "HOSPITAL_DB_HOST=" + b.Line[database].Addr}
}

// override sets variables that may be set already.
func override(env []string, more ...string) []string {
	env = slices.Clone(env)
	for _, each := range more {
		name, _, _ := strings.Cut(each, "=")
		env = slices.DeleteFunc(env, func(old string) bool { return strings.HasPrefix(old, name+"=") })
		env = append(env, each)
	}
	return env
}

// aim points the proxies at their servers, wherever these are now.
func (b *BadLines) aim() {
	at := func(service, port string) string {
		r := b.Stack.services[service]
		if r == nil {
			return ""
		}
		return r.GetIPInNetwork(b.network) + ":" + port
	}
	for _, each := range []string{SidecarToRedis, SecondToRedis} {
		b.Line[each].Retarget(at("redis", "6379"))
	}
	for _, each := range []string{SidecarToDB, SecondToDB, PHPToDB} {
		b.Line[each].Retarget(at("database", "3306"))
	}
	b.Line[PHPToSidecar].Retarget(at("localhost", "8787"))
	b.Line[PHPToSecond].Retarget(at("localhost", "8788"))
}

// Start starts a service that is not running, and points its lines at it.
func (b *BadLines) Start(t testing.TB, service string) {
	t.Helper()
	b.Stack.Start(t, service)
	b.aim()
}
