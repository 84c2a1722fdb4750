package config

import (
	"log/slog"
	"net/url"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// Config is every setting of the sidecar. Load fills and checks it.
//
// Tags: env and envDefault are those of caarlos0/env; wp names what else than
// the variable itself is looked for in wp-config.php; range is inclusive; oneof
// lists the words allowed; doc is the meaning, in the README's words.
type Config struct {
	WPConfig string `env:"HOSPITAL_WP_CONFIG" doc:"Path of wp-config.php. Database, prefix and every setting below are read from it as constants, as far as they are literals."`

	Address     string `env:"HOSPITAL_SIDECAR_ADDRESS" envDefault:"127.0.0.1:8787" doc:"Where the plugin finds the sidecar: host:port, or unix:/path."`
	Listen      string `env:"HOSPITAL_LISTEN" doc:"Where the sidecar listens, if not at HOSPITAL_SIDECAR_ADDRESS: host:port, or unix:/path."`
	AllowRemote bool   `env:"HOSPITAL_ALLOW_REMOTE" envDefault:"false" doc:"Permits an address that is not loopback. The API speaks plain HTTP: keep it in a private network."`
	Token       Secret `env:"HOSPITAL_TOKEN" doc:"Bearer token of the API. Unset: the one that the plugin keeps in the options table."`

	DBHost      string `env:"HOSPITAL_DB_HOST" envDefault:"localhost" wp:"DB_HOST" doc:"MySQL, as WordPress writes it: host, host:port, host:/socket, :/socket, [::1]:3306. A bare localhost means the server's socket where there is one, as in PHP."`
	DBName      string `env:"HOSPITAL_DB_NAME,notEmpty" wp:"DB_NAME" doc:"Database of the WordPress site."`
	DBUser      string `env:"HOSPITAL_DB_USER,notEmpty" wp:"DB_USER" doc:"MySQL user."`
	DBPassword  Secret `env:"HOSPITAL_DB_PASSWORD" wp:"DB_PASSWORD" doc:"Password of the MySQL user."`
	DBTLS       string `env:"HOSPITAL_DB_TLS" envDefault:"false" oneof:"false true skip-verify preferred" doc:"TLS to MySQL: false, true, skip-verify or preferred. SSL_CERT_FILE names a private CA."`
	TablePrefix string `env:"HOSPITAL_TABLE_PREFIX" envDefault:"wp_" wp:"$table_prefix" doc:"Table prefix, in a network the main site's."`

	WordPressURL string `env:"HOSPITAL_WORDPRESS_URL" doc:"Where the sidecar reaches WordPress to tell it of updates that came past it, if not at the site's own address: http://127.0.0.1:8080, as where a container, a proxy or a login is in between. Scheme, host and port; WordPress is called by its own name there."`

	RedisURL              Secret `env:"HOSPITAL_REDIS_URL" doc:"Redis in one line, instead of host, port, database and TLS: redis://user:password@host:6379/0, rediss:// or unix:///path."`
	RedisHost             string `env:"HOSPITAL_REDIS_HOST" envDefault:"127.0.0.1" doc:"Redis server, or the path of its socket."`
	RedisPort             int    `env:"HOSPITAL_REDIS_PORT" envDefault:"6379" range:"1..65535" doc:"Redis port."`
	RedisSentinels        string `env:"HOSPITAL_REDIS_SENTINELS" doc:"Sentinels that know which Redis is the master, instead of host and port: host:port, separated by commas."`
	RedisSentinelMaster   string `env:"HOSPITAL_REDIS_SENTINEL_MASTER" envDefault:"mymaster" doc:"Name of the group that the sentinels watch."`
	RedisSentinelUsername string `env:"HOSPITAL_REDIS_SENTINEL_USERNAME" doc:"ACL user of the sentinels."`
	RedisSentinelPassword Secret `env:"HOSPITAL_REDIS_SENTINEL_PASSWORD" doc:"Password of the sentinels."`

	RedisUsername string `env:"HOSPITAL_REDIS_USERNAME" doc:"Redis ACL user."`
	RedisPassword Secret `env:"HOSPITAL_REDIS_PASSWORD" doc:"Redis password."`
	RedisDB       int    `env:"HOSPITAL_REDIS_DB" envDefault:"0" range:"0..65535" doc:"Redis database number."`
	RedisTLS      string `env:"HOSPITAL_REDIS_TLS" envDefault:"false" oneof:"false true skip-verify" doc:"TLS to Redis: false, true or skip-verify."`
	RedisPrefix   string `env:"HOSPITAL_REDIS_PREFIX" doc:"Put before every Redis key, to keep two installations in one Redis apart."`
	UnsafeRedis   bool   `env:"HOSPITAL_UNSAFE_REDIS" envDefault:"false" doc:"true: start with a Redis whose eviction or persistence settings can lose writes, and say so in status. false: refuse it."`

	AdoptRedis bool `env:"HOSPITAL_ADOPT_REDIS" envDefault:"false" doc:"true: work with a Redis that holds the fields of another site, database or address, as after a site moved or its database was restored. What it still holds dirty is then synced into this one."`

	PostTypes string            `env:"HOSPITAL_APPOINTMENT_POST_TYPES" envDefault:"hospital_appointment=appointment:{id},hospital_doctor=doctor:{id}:availability" doc:"Post types that are offloaded, and their Redis keys."`
	Types     appointment.Types `env:"-"` // PostTypes, parsed

	SyncDelay     time.Duration `env:"HOSPITAL_SYNC_DELAY" envDefault:"250ms" range:"1ms..1h" doc:"How long a write may wait for more of its kind before it goes to MySQL."`
	SyncBatch     int           `env:"HOSPITAL_SYNC_BATCH" envDefault:"500" range:"1..10000" doc:"Posts per MySQL transaction; fewer where they have more than 10,000 fields or 8 MiB together."`
	ClaimLease    time.Duration `env:"HOSPITAL_CLAIM_LEASE" envDefault:"10s" range:"100ms..10m" doc:"When a post whose syncer died is taken up again."`
	BackoffMax    time.Duration `env:"HOSPITAL_BACKOFF_MAX" envDefault:"30s" range:"100ms..10m" doc:"Longest pause before a post whose rows somebody else holds is tried again."`
	UnresolvedTTL time.Duration `env:"HOSPITAL_UNRESOLVED_TTL" envDefault:"10m" range:"1s..720h" doc:"How long writes for an unknown slug wait for its post before they become dead letters."`
	CleanTTL      time.Duration `env:"HOSPITAL_CLEAN_TTL" envDefault:"1h" range:"1s..720h" doc:"How long a synced copy stays in Redis."`
	Reconcile     time.Duration `env:"HOSPITAL_RECONCILE_EVERY" envDefault:"5m" range:"1s..24h" doc:"How often Redis is searched for unsynced fields that no sync would look at; also at start and whenever Redis is another one."`
	TimeoutMS     int           `env:"HOSPITAL_SIDECAR_TIMEOUT_MS" envDefault:"250" range:"10..10000" doc:"How long the plugin waits for the sidecar."`
	LeaseMS       int           `env:"HOSPITAL_LEASE_MS" envDefault:"300" range:"10..60000" doc:"How long the sidecar may acknowledge writes after it looked at MySQL; the same on both sides, and at least HOSPITAL_SIDECAR_TIMEOUT_MS."`
	ReturnMax     time.Duration `env:"HOSPITAL_RETURN_MAX" envDefault:"1m" range:"1s..1h" doc:"Longest wait before a site is offloaded again that is taken over again and again, as where one of two hosts has a sick sidecar. The first wait is a second, each further one twice as long."`
	DrainTimeout  time.Duration `env:"HOSPITAL_DRAIN_TIMEOUT" envDefault:"10s" range:"0s..10m" doc:"How long a stop waits for the last sync."`

	Ack      string     `env:"HOSPITAL_ACK" envDefault:"memory" oneof:"memory fsynced sql" doc:"What a write waits for, if its X-Hospital-Ack header does not say: memory (Redis has it), fsynced (Redis has flushed it; refused at start where Redis cannot tell) or sql (it is in MySQL). A level that is not reached in time costs only the wait; each reply says which was."`
	MaxBody  Size       `env:"HOSPITAL_MAX_BODY" envDefault:"16MiB" range:"1KiB..1GiB" doc:"Largest request."`
	MaxValue Size       `env:"HOSPITAL_MAX_VALUE" envDefault:"4MiB" range:"1KiB..64MiB" doc:"Largest value; not above HOSPITAL_MAX_BODY."`
	MaxOps   int        `env:"HOSPITAL_MAX_OPS" envDefault:"1000" range:"1..100000" doc:"Most updates in one request."`
	MaxDirty int64      `env:"HOSPITAL_MAX_DIRTY" envDefault:"1000000" range:"0..1000000000" doc:"Most fields of a site that may wait for MySQL; then writes are refused (507 backlog_full), and WordPress writes by itself. 0: any number."`
	MaxRedis Size       `env:"HOSPITAL_MAX_REDIS_MEMORY" envDefault:"0B" range:"0B..1024GiB" doc:"Memory that Redis may use before writes are refused (507 redis_full), beside its own maxmemory. 0B: that alone."`
	LogLevel slog.Level `env:"HOSPITAL_LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error."`

	ProfilePort int `env:"HOSPITAL_PROFILE_PORT" envDefault:"0" range:"0..65535" doc:"For finding out what is slow: a port of 127.0.0.1 where Go's profiles of the sidecar are served to anybody on this machine. 0: nowhere."`

	// Warnings are what a person should know though it stops nothing, such as
	// an include in wp-config.php that could not be followed.
	Warnings []string `env:"-"`

	sources          map[string]string // variable -> where its value is from
	dbNet, dbAddr    string            // DBHost, as the driver wants it
	ignored          []string          // HOSPITAL_ variables that are no setting
	network, address string            // Listen, as net.Listen wants it
	wordPress        *url.URL          // WordPressURL, nil if there is none
}

// Lease is LeaseMS as a duration: L of the protocol.
func (c Config) Lease() time.Duration { return time.Duration(c.LeaseMS) * time.Millisecond }

// Timeout is TimeoutMS as a duration: how long WordPress waits for an answer.
func (c Config) Timeout() time.Duration { return time.Duration(c.TimeoutMS) * time.Millisecond }
