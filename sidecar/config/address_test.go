package config

import (
	"strings"
	"testing"
)

func TestListen(t *testing.T) {
	for _, test := range []struct{ listen, network, address, dial string }{
		{"127.0.0.1:8787", "tcp", "127.0.0.1:8787", "127.0.0.1:8787"},
		{"[::1]:8787", "tcp", "[::1]:8787", "[::1]:8787"},
		{"localhost:1", "tcp", "localhost:1", "localhost:1"},
		{"0.0.0.0:8787", "tcp", "0.0.0.0:8787", "127.0.0.1:8787"},
		{"[::]:8787", "tcp", "[::]:8787", "[::1]:8787"},
		{":8787", "tcp", ":8787", "127.0.0.1:8787"},
		{"unix:/run/hospital/sidecar.sock", "unix", "/run/hospital/sidecar.sock", "/run/hospital/sidecar.sock"},
		{"unix:///run/s.sock", "unix", "/run/s.sock", "/run/s.sock"},
	} {
		t.Run(test.listen+" is understood", func(t *testing.T) {
			c := must(t, minimum("HOSPITAL_LISTEN="+test.listen, "HOSPITAL_ALLOW_REMOTE=true"))
			network, address := c.Network()
			dialNetwork, dial := c.Dial()
			if network != test.network || address != test.address || dialNetwork != test.network || dial != test.dial {
				t.Errorf("got %s %s, dialled at %s %s", network, address, dialNetwork, dial)
			}
		})
	}
}

func TestDBHost(t *testing.T) {
	for _, test := range []struct{ host, network, address string }{
		{"localhost", "unix", "/tmp/mysql.sock"},
		{"localhost:3307", "tcp", "localhost:3307"},
		{"127.0.0.1", "tcp", "127.0.0.1:3306"},
		{"db:3307", "tcp", "db:3307"},
		{"localhost:/run/x.sock", "unix", "/run/x.sock"},
		{":/run/x.sock", "unix", "/run/x.sock"},
		{"db:/run/x.sock", "tcp", "db:3306"},
		{"[::1]:3307", "tcp", "[::1]:3307"},
		{"[::1]", "tcp", "[::1]:3306"},
		{"::1", "tcp", "[::1]:3306"},
		{"db.example.com", "tcp", "db.example.com:3306"},
		{":3306", "", ""},
		{"a:b", "", ""},
		{"mysql://db", "", ""},
	} {
		t.Run(test.host+" is read as WordPress reads it", func(t *testing.T) {
			c := Config{DBHost: test.host, DBTLS: "false"}
			err := c.resolveDBHost(func(path string) bool { return path == "/tmp/mysql.sock" })
			if c.dbNet != test.network || c.dbAddr != test.address || (err == nil) != (test.network != "") {
				t.Errorf("got %s %s, %v", c.dbNet, c.dbAddr, err)
			}
		})
	}
	t.Run("a bare localhost is TCP where there is no socket, or TLS is asked for", func(t *testing.T) {
		c := Config{DBHost: "localhost", DBTLS: "false"}
		if err := c.resolveDBHost(func(string) bool { return false }); err != nil || c.dbAddr != "localhost:3306" {
			t.Error(c.dbAddr, err)
		}
		c.DBTLS = "true"
		if err := c.resolveDBHost(func(string) bool { return true }); err != nil || c.dbAddr != "localhost:3306" {
			t.Error(c.dbAddr, err)
		}
	})
}

func TestMySQL(t *testing.T) {
	m := must(t, minimum("HOSPITAL_DB_PASSWORD=p:@/", "HOSPITAL_DB_TLS=preferred")).MySQL()
	if m.Passwd != "p:@/" || m.Net != "tcp" || m.Addr != "127.0.0.1:3306" || m.TLSConfig != "preferred" || !m.InterpolateParams || !m.RejectReadOnly || m.ReadTimeout == 0 || m.WriteTimeout == 0 {
		t.Errorf("got %+v", m)
	}
	for _, want := range []string{"collation=utf8mb4_general_ci", "innodb_lock_wait_timeout=1", "&lock_wait_timeout=1", "sql_mode=%27STRICT_ALL_TABLES%2CNO_ENGINE_SUBSTITUTION%27", "maxAllowedPacket=0"} {
		if dsn := m.FormatDSN(); !strings.Contains(dsn, want) {
			t.Errorf("%s is not in %s", want, dsn)
		}
	}
}

func TestRedis(t *testing.T) {
	for _, test := range []struct {
		name, network, addr, user, password string
		tls                                 bool
		environ                             []string
	}{
		{"single settings", "tcp", "r:6380", "u", "p", true, []string{"HOSPITAL_REDIS_HOST=r", "HOSPITAL_REDIS_PORT=6380", "HOSPITAL_REDIS_USERNAME=u", "HOSPITAL_REDIS_PASSWORD=p", "HOSPITAL_REDIS_TLS=true"}},
		{"an IPv6 address", "tcp", "[::1]:6379", "", "", false, []string{"HOSPITAL_REDIS_HOST=::1"}},
		{"a socket", "unix", "/run/redis.sock", "", "p", false, []string{"HOSPITAL_REDIS_HOST=/run/redis.sock", "HOSPITAL_REDIS_PASSWORD=p"}},
		{"a URL", "tcp", "r:6379", "u", "p", true, []string{"HOSPITAL_REDIS_URL=rediss://u:p@r/3"}},
		{"a URL with the password apart", "tcp", "r:1", "", "p", false, []string{"HOSPITAL_REDIS_URL=redis://r:1", "HOSPITAL_REDIS_PASSWORD=p"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := must(t, minimum(test.environ...)).Redis()
			if o.Network != test.network || o.Addr != test.addr || o.Username != test.user || o.Password != test.password || (o.TLSConfig != nil) != test.tls {
				t.Errorf("got %s %s %s %v", o.Network, o.Addr, o.Username, o.TLSConfig)
			}
			if o.MaxRetries != -1 || !o.ContextTimeoutEnabled {
				t.Error("a write script could be sent twice, or outlive its deadline")
			}
		})
	}
}

func TestSocketsTakeNoTLS(t *testing.T) {
	for _, environ := range [][]string{
		{"HOSPITAL_DB_HOST=:/x", "HOSPITAL_DB_TLS=true"},
		{"HOSPITAL_REDIS_HOST=/x", "HOSPITAL_REDIS_TLS=true"},
	} {
		if _, err := Load(minimum(environ...)); err == nil || !strings.Contains(err.Error(), "_TLS: ") {
			t.Errorf("%v: %v", environ, err)
		}
	}
}
