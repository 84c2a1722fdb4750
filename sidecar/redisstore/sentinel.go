package redisstore

import (
	"crypto/tls"

	"github.com/redis/go-redis/v9"
)

// Sentinels know which Redis of a group is the master now. The zero value: none
// are asked.
type Sentinels struct {
	Master             string   // the group's name
	Addrs              []string // host:port of each
	Username, Password string   // of the sentinels, not of Redis
}

// client connects to the master of the group, or to the one Redis that options
// name. go-redis drops its connections when the sentinels announce another
// master.
func (s Sentinels) client(o *redis.Options) *redis.Client {
	if s.Master == "" {
		return redis.NewClient(o)
	}
	var secure *tls.Config
	if o.TLSConfig != nil {
		secure = o.TLSConfig.Clone()
		secure.ServerName = "" // that of whichever server is connected to
	}
	return redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: s.Master, SentinelAddrs: s.Addrs, SentinelUsername: s.Username, SentinelPassword: s.Password,
		Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: secure, OnConnect: o.OnConnect,
		MaxRetries: o.MaxRetries, DialTimeout: o.DialTimeout, DialerRetries: o.DialerRetries,
		ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout, PoolTimeout: o.PoolTimeout, PoolSize: o.PoolSize, PipelinePoolSize: o.PipelinePoolSize,
		ContextTimeoutEnabled: o.ContextTimeoutEnabled,
	})
}
