package config

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Redis is the client's configuration. Retries are off: a write script that was
// sent twice would be two writes. The caller's context bounds each call; the
// timeouts here are for calls that have no deadline.
func (c Config) Redis() *redis.Options {
	options, err := c.redisAddress()
	if err != nil { // Load has refused it
		options = &redis.Options{}
	}
	options.Username = cmp.Or(options.Username, c.RedisUsername)
	options.Password = cmp.Or(options.Password, string(c.RedisPassword))
	options.MaxRetries = -1
	options.DialTimeout = time.Second
	options.DialerRetries = 1
	options.ReadTimeout = 2 * time.Second
	options.WriteTimeout = 2 * time.Second
	options.PoolTimeout = time.Second
	// Who waits for a flush to disk holds one of these, and none of those that
	// everybody needs.
	options.PipelinePoolSize = 256
	options.ContextTimeoutEnabled = true
	// A hosted service's extra: without it a new connection says nothing that
	// a tight ACL could refuse.
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return options
}

func (c Config) redisAddress() (*redis.Options, error) {
	if c.RedisURL != "" {
		options, err := redis.ParseURL(string(c.RedisURL))
		if err != nil { // its text may hold the password
			return nil, errors.New("want redis://user:password@host:6379/0, rediss:// or unix:///path; special characters of a password as %XX")
		}
		return options, nil
	}
	options := &redis.Options{DB: c.RedisDB}
	if strings.HasPrefix(c.RedisHost, "/") {
		options.Network, options.Addr = "unix", c.RedisHost
		return options, nil
	}
	host := strings.TrimSuffix(strings.TrimPrefix(c.RedisHost, "["), "]")
	if strings.ContainsAny(host, "/@ ") || strings.Count(host, ":") == 1 {
		return nil, fmt.Errorf("%q: want a host name, an address or the path of a socket; the port goes into HOSPITAL_REDIS_PORT, a URL into HOSPITAL_REDIS_URL", c.RedisHost)
	}
	options.Network = "tcp"
	options.Addr = net.JoinHostPort(host, strconv.Itoa(c.RedisPort))
	if c.RedisTLS != "false" {
		options.TLSConfig = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.RedisTLS == "skip-verify"}
	}
	return options, nil
}

// Sentinels returns host:port of each sentinel; none: Redis is where Redis says.
func (c Config) Sentinels() []string {
	var addrs []string
	for addr := range strings.SplitSeq(c.RedisSentinels, ",") {
		if addr = strings.TrimSpace(addr); addr != "" {
			addrs = append(addrs, addr)
		}
	}
	return addrs
}

// checkSentinels returns the variable that is to blame, too.
func (c Config) checkSentinels() (string, error) {
	addrs := c.Sentinels()
	for _, addr := range addrs {
		if host, port, err := net.SplitHostPort(addr); err != nil || host == "" || port == "" {
			return "HOSPITAL_REDIS_SENTINELS", fmt.Errorf("%q: want host:port of each sentinel, separated by commas", addr)
		}
	}
	switch {
	case len(addrs) > 0 && c.RedisURL != "":
		return "HOSPITAL_REDIS_SENTINELS", errors.New("HOSPITAL_REDIS_URL is set too: want one of both")
	case len(addrs) > 0 && c.RedisSentinelMaster == "":
		return "HOSPITAL_REDIS_SENTINEL_MASTER", errors.New("want the name of the group that the sentinels watch")
	}
	return "", nil
}

// checkRedis returns the variable that is to blame, too.
func (c Config) checkRedis() (string, error) {
	_, err := c.redisAddress()
	if c.RedisURL != "" {
		return "HOSPITAL_REDIS_URL", err
	}
	if err == nil && strings.HasPrefix(c.RedisHost, "/") && c.RedisTLS != "false" {
		return "HOSPITAL_REDIS_TLS", fmt.Errorf("%s is a socket, which takes no TLS: want false", c.RedisHost)
	}
	return "HOSPITAL_REDIS_HOST", err
}
