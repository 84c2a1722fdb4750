package containers

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ory/dockertest/v3"
	"github.com/ory/dockertest/v3/docker"
)

// service is one container of the stack.
type service struct {
	name, image, tag string
	shares           string // the container whose network it shares
	env, cmd, mounts []string
	ports            []string
	user             string
}

func services(name string) []service {
	loopback := "container:" + name + "-localhost"
	config := name + "-config:/config"
	return []service{
		{name: "localhost", image: "base", cmd: []string{"sleep", "infinity"}, ports: []string{"80/tcp", "8787/tcp", "9222/tcp"}},
		{name: "database", image: "database", env: []string{"DB_PASSWORD=test", "DB_ROOT_PASSWORD=test", "DB_ROOT_HOST=%"}, ports: []string{"3306/tcp"}},
		{name: "redis", image: "redis", tag: redisTag(), env: []string{"HOSPITAL_REDIS_PASSWORD=test", "HOSPITAL_REDIS_ADMIN_PASSWORD=test"}, ports: []string{"6379/tcp"}},
		{name: "wordpress", image: "tests", shares: loopback, env: []string{
			"DB_HOST=" + name + "-database", "DB_PASSWORD=test", "HOSPITAL_REDIS_HOST=" + name + "-redis", "HOSPITAL_REDIS_PORT=6379",
		}, mounts: []string{
			config,
			filepath.Join(root(), "wp-plugin/hospital-appointments-redis") + ":/var/www/html/wp-content/plugins/hospital-appointments-redis:ro",
			filepath.Join(root(), "e2e/wordpress/fixtures.php") + ":/var/www/html/wp-content/mu-plugins/fixtures.php:ro",
			filepath.Join(root(), "e2e/wordpress/booking") + ":/var/www/html/wp-content/plugins/booking:ro",
			filepath.Join(root(), "e2e/wordpress/caches.php") + ":/var/www/html/wp-content/mu-plugins/caches.php:ro",
			filepath.Join(root(), "e2e") + ":/e2e:ro",
		}},
		{name: "sidecar", image: "sidecar", tag: sidecarTag(), shares: loopback, user: "65532:65532", cmd: []string{"serve"}, mounts: []string{config}, env: []string{
			"HOSPITAL_WP_CONFIG=/config/wp-config.php", "HOSPITAL_LISTEN=0.0.0.0:8787", "HOSPITAL_ALLOW_REMOTE=true",
			"HOSPITAL_RETURN_MAX=1s", // one outage after the other is what tests are made of
			"HOSPITAL_REDIS_HOST=" + name + "-redis", "HOSPITAL_REDIS_USERNAME=hospital", "HOSPITAL_REDIS_PASSWORD=test",
		}},
		// The browser asks nobody outside either: a page must not wait for an avatar.
		{name: "browser", image: "browser", tag: "trixie", shares: loopback, cmd: []string{"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost", "about:blank"}},
	}
}

// benchServices is the same without a browser. Its WordPress has phpredis and
// the bench's own plugin; dir is shared with the sidecars, for their sockets.
func benchServices(name, dir string) []service {
	var list []service
	for _, each := range services(name) {
		switch each.name {
		case "browser":
			continue
		case "wordpress":
			each.image = "bench"
			each.mounts = append(each.mounts, filepath.Join(root(), "e2e/bench/php/plugin.php")+":/var/www/html/wp-content/mu-plugins/bench.php:ro", dir+":/bench")
		case "sidecar":
			each.mounts = append(each.mounts, dir+":/bench")
		case "localhost":
			each.mounts = append(each.mounts, dir+":/bench")
		}
		list = append(list, each)
	}
	return list
}

func (each service) run(p *dockertest.Pool, name string, network *dockertest.Network) (*dockertest.Resource, error) {
	repository, tag := "hospital-appointments/"+each.image, each.tag
	if tag == "" {
		tag = Suite()
	}
	if _, err := p.Client.InspectImage(repository + ":" + tag); err != nil {
		return nil, fmt.Errorf("image %s:%s is not built (make images): %w", repository, tag, err)
	}
	bindings := map[docker.Port][]docker.PortBinding{}
	for _, port := range each.ports {
		bindings[docker.Port(port)] = []docker.PortBinding{{HostIP: "127.0.0.1", HostPort: "0"}}
	}
	options := &dockertest.RunOptions{
		Name: name + "-" + each.name, Repository: repository, Tag: tag, Env: each.env, Cmd: each.cmd, User: each.user,
		Mounts: each.mounts, ExposedPorts: each.ports, PortBindings: bindings, Labels: map[string]string{"hospital.test": fmt.Sprint(os.Getpid())},
	}
	if each.shares == "" {
		options.Networks = []*dockertest.Network{network}
	}
	r, err := p.RunWithOptions(options, func(c *docker.HostConfig) { c.PublishAllPorts, c.NetworkMode = false, each.shares })
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", each.name, err)
	}
	started.Lock()
	started.resources = append(started.resources, r)
	started.volumes = append(started.volumes, name+"-config")
	started.Unlock()
	return r, r.Expire(lifetime)
}
