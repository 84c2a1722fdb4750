package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// minimum is an environment that suffices.
func minimum(more ...string) []string {
	return append([]string{"HOSPITAL_DB_NAME=wp", "HOSPITAL_DB_USER=wp", "HOSPITAL_DB_HOST=127.0.0.1"}, more...)
}

func must(t testing.TB, environ []string) Config {
	t.Helper()
	c, err := Load(environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad(t *testing.T) {
	t.Run("defaults suffice but for the database", func(t *testing.T) {
		c := must(t, minimum("PATH=/bin", "HOSPITAL_REDIS_HOST="))
		if c.SyncDelay != 250*time.Millisecond || c.Lease() != 300*time.Millisecond || c.Timeout() != 250*time.Millisecond ||
			c.MaxBody != 16<<20 || c.RedisHost != "127.0.0.1" || c.TablePrefix != "wp_" || len(c.Types) != 2 {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("the environment overrides wp-config.php, which overrides defaults", func(t *testing.T) {
		c := must(t, []string{"HOSPITAL_WP_CONFIG=testdata/sample.php", "HOSPITAL_REDIS_HOST=other"})
		if c.DBName != "clinic" || c.DBHost != "db.example.com:3307" || c.TablePrefix != "clinic_" || c.RedisHost != "other" || c.RedisPassword != "your_redis_password" || c.RedisUsername != "" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("what only PHP can evaluate is no problem once the environment says it", func(t *testing.T) {
		c := must(t, minimum("HOSPITAL_WP_CONFIG=testdata/docker.php", "HOSPITAL_DB_PASSWORD=x", "HOSPITAL_TABLE_PREFIX=wp_"))
		if len(c.Warnings) != 1 {
			t.Errorf("warnings: %q", c.Warnings)
		}
	})
	t.Run("a secret is read from the file that _FILE names", func(t *testing.T) {
		path := secretFile(t, "s3cret\r\n")
		c := must(t, minimum("HOSPITAL_TOKEN_FILE="+path, "HOSPITAL_DB_PASSWORD_FILE="+path, "HOSPITAL_REDIS_PASSWORD_FILE="+path))
		if c.Token != "s3cret" || c.DBPassword != "s3cret" || c.RedisPassword != "s3cret" {
			t.Error("not read")
		}
	})
	t.Run("a Redis in the environment overrides either form in wp-config.php", func(t *testing.T) {
		c := must(t, []string{"HOSPITAL_WP_CONFIG=testdata/sample.php", "HOSPITAL_REDIS_URL=redis://u:p@redis:1/2"})
		if o := c.Redis(); o.Addr != "redis:1" || o.DB != 2 || o.Password != "p" {
			t.Errorf("got %+v", o)
		}
	})
}

func secretFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEachProblemNamesItsVariable(t *testing.T) {
	empty := secretFile(t, "\n")
	for _, test := range []struct{ setting, problem string }{
		{"HOSPITAL_WP_CONFIG=/no/such/file", "HOSPITAL_WP_CONFIG: open /no/such/file: no such file or directory"},
		{"HOSPITAL_LISTEN=8787", `HOSPITAL_LISTEN: "8787": want host:port, or unix:/path`},
		{"HOSPITAL_LISTEN=127.0.0.1:http", "HOSPITAL_LISTEN: "},
		{"HOSPITAL_LISTEN=127.0.0.1:0", "HOSPITAL_LISTEN: "},
		{"HOSPITAL_LISTEN=unix:relative", "HOSPITAL_LISTEN: "},
		{"HOSPITAL_LISTEN=:8787", `HOSPITAL_LISTEN: ":8787" is not a loopback address: other machines could reach it; HOSPITAL_ALLOW_REMOTE=true permits that`},
		{"HOSPITAL_LISTEN=0.0.0.0:8787", "HOSPITAL_LISTEN: "},
		{"HOSPITAL_SIDECAR_ADDRESS=sidecar:8787", "HOSPITAL_SIDECAR_ADDRESS: "},
		{"HOSPITAL_ALLOW_REMOTE=maybe", `HOSPITAL_ALLOW_REMOTE: "maybe" (environment) is not true or false`},
		{"HOSPITAL_TOKEN_FILE=/no/such/file", "HOSPITAL_TOKEN: read HOSPITAL_TOKEN_FILE: open /no/such/file"},
		{"HOSPITAL_TOKEN_FILE=" + empty, "HOSPITAL_TOKEN: HOSPITAL_TOKEN_FILE: "},
		{"HOSPITAL_DB_HOST=mysql://db", "HOSPITAL_DB_HOST: "},
		{"HOSPITAL_DB_HOST=a b", "HOSPITAL_DB_HOST: "},
		{"HOSPITAL_DB_TLS=yes", `HOSPITAL_DB_TLS: "yes" is not one of false, true, skip-verify, preferred`},
		{"HOSPITAL_TABLE_PREFIX=wp-", "HOSPITAL_TABLE_PREFIX: "},
		{"HOSPITAL_REDIS_URL=http://x:secret@y", "HOSPITAL_REDIS_URL: "},
		{"HOSPITAL_REDIS_HOST=redis:6379", "HOSPITAL_REDIS_HOST: "},
		{"HOSPITAL_REDIS_PORT=tcp://10.0.0.1:6379", `HOSPITAL_REDIS_PORT: "tcp://10.0.0.1:6379" (environment) is not a whole number`},
		{"HOSPITAL_REDIS_PORT=70000", "HOSPITAL_REDIS_PORT: 70000 is outside 1 to 65535"},
		{"HOSPITAL_REDIS_SENTINELS=one:26379,two", `HOSPITAL_REDIS_SENTINELS: "two": want host:port`},
		{"HOSPITAL_REDIS_TLS=preferred", "HOSPITAL_REDIS_TLS: "},
		{"HOSPITAL_REDIS_PREFIX={x}", "HOSPITAL_REDIS_PREFIX: "},
		{"HOSPITAL_APPOINTMENT_POST_TYPES=A", "HOSPITAL_APPOINTMENT_POST_TYPES: "},
		{"HOSPITAL_SYNC_DELAY=250", `HOSPITAL_SYNC_DELAY: "250" (environment) is not a duration such as 250ms or 10s`},
		{"HOSPITAL_SYNC_DELAY=2h", "HOSPITAL_SYNC_DELAY: 2h is outside 1ms to 1h"},
		{"HOSPITAL_SYNC_BATCH=0", "HOSPITAL_SYNC_BATCH: "},
		{"HOSPITAL_SIDECAR_TIMEOUT_MS=500", "HOSPITAL_LEASE_MS: 300 is less than HOSPITAL_SIDECAR_TIMEOUT_MS, 500"},
		{"HOSPITAL_MAX_BODY=1MiB", "HOSPITAL_MAX_VALUE: 4MiB is more than HOSPITAL_MAX_BODY, 1MiB"},
		{"HOSPITAL_MAX_VALUE=lots", `HOSPITAL_MAX_VALUE: "lots" (environment) is not a size such as 16MiB`},
		{"HOSPITAL_LOG_LEVEL=loud", "HOSPITAL_LOG_LEVEL: "},
	} {
		t.Run(test.setting, func(t *testing.T) {
			_, err := Load(minimum(test.setting))
			if err == nil || !strings.HasPrefix(err.Error(), test.problem) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got  %v\nwant %s", err, test.problem)
			}
			if err != nil && strings.Contains(err.Error(), "secret@") {
				t.Error("the error holds a password")
			}
		})
	}
}

func TestLoadReportsEveryProblemAtOnce(t *testing.T) {
	_, err := Load([]string{"HOSPITAL_WP_CONFIG=testdata/docker.php", "HOSPITAL_REDIS_PORT=x", "HOSPITAL_REDIS_URL=redis://h", "HOSPITAL_REDIS_HOST=h", "HOSPITAL_MAX_OPS=0"})
	var variables []string
	for _, each := range err.(interface{ Unwrap() []error }).Unwrap() {
		var problem Problem
		if !errors.As(each, &problem) {
			t.Fatalf("%v is no Problem", each)
		}
		variables = append(variables, strings.TrimPrefix(problem.Variable, "HOSPITAL_"))
	}
	want := []string{"DB_HOST", "DB_NAME", "DB_USER", "DB_PASSWORD", "TABLE_PREFIX", "REDIS_URL", "REDIS_PORT", "MAX_OPS"}
	if !slices.Equal(variables, want) {
		t.Errorf("got  %v\nwant %v", variables, want)
	}
	if !strings.Contains(err.Error(), "gives DB_NAME by a call of getenv_docker(), which only PHP can evaluate: set HOSPITAL_DB_NAME in the environment") {
		t.Error(err)
	}
}

func TestLoadClient(t *testing.T) {
	t.Run("needs no database", func(t *testing.T) {
		if c, err := LoadClient(nil); err != nil || c.Listen != "127.0.0.1:8787" {
			t.Error(err)
		}
	})
	t.Run("minds the address", func(t *testing.T) {
		if _, err := LoadClient([]string{"HOSPITAL_LISTEN=x"}); err == nil {
			t.Error("no error")
		}
	})
}

func TestMissingSettingSaysWhereItCouldComeFrom(t *testing.T) {
	_, err := Load(nil)
	if err == nil || !strings.Contains(err.Error(), "HOSPITAL_DB_NAME: not set; set it, or HOSPITAL_WP_CONFIG to a wp-config.php that defines DB_NAME") {
		t.Error(err)
	}
	_, err = Load([]string{"HOSPITAL_WP_CONFIG=testdata/unfollowed.php"})
	if err == nil || !strings.Contains(err.Error(), "unfollowed.php does not define DB_NAME (") || !strings.Contains(err.Error(), ":2: cannot follow the include") {
		t.Error(err)
	}
}
