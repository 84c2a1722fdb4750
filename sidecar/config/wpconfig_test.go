package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// values returns the constants that are known, and for the others why not.
func values(t testing.TB, file string) (map[string]string, wpConfig) {
	t.Helper()
	found, err := readWPConfig(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for name, c := range found.constants {
		if c.why != "" {
			values[name] = "? " + c.why
		} else {
			values[name] = c.value
		}
	}
	return values, found
}

func TestWPConfig(t *testing.T) {
	for _, test := range []struct {
		name, file string
		want       map[string]string
	}{
		{"reads the file that WordPress ships", "sample.php", map[string]string{
			"DB_NAME": "clinic", "DB_USER": "wp", "DB_PASSWORD": `it's a \ back\slash $notavariable`, "DB_HOST": "db.example.com:3307",
			"$table_prefix": "clinic_", "NONCE_SALT": "`[:\"#/*//?><<<EOT", "WP_DEBUG": "false",
			"HOSPITAL_REDIS_HOST": "your-redis-host.example.com", "HOSPITAL_REDIS_PORT": "6379", "HOSPITAL_REDIS_PASSWORD": "your_redis_password",
		}},
		{"says of the official image's file that PHP must run", "docker.php", map[string]string{
			"DB_NAME": "? a call of getenv_docker()", "$table_prefix": "? a call of getenv_docker()",
		}},
		{"reads every literal form", "forms.php", map[string]string{
			"DB_NAME": "by_const", "DB_USER": "double!😀A$", "DB_HOST": "localhost:/run/mysqld/mysqld.sock", "DB_PASSWORD": "",
			"HOSPITAL_LEASE_MS": "512", "HOSPITAL_SIDECAR_TIMEOUT_MS": "100", "HOSPITAL_REDIS_DB": "-1", "HOSPITAL_ALLOW_REMOTE": "true",
			"HOSPITAL_UNSAFE_REDIS": "false", "HOSPITAL_REDIS_USERNAME": "", "HOSPITAL_LOG_LEVEL": "debug", "$table_prefix": "last_",
			"HOSPITAL_TOKEN": "ends here ?>", "HOSPITAL_REDIS_PREFIX": "a:", "HOSPITAL_MAX_OPS": "7",
			"HOSPITAL_SYNC_DELAY": "-", "HOSPITAL_LISTEN": "-",
		}},
		{"follows conditions as far as they can be known", "conditions.php", map[string]string{
			"DB_NAME": "guarded", "DB_USER": "by_or", "DB_PASSWORD": "by_and", "DB_HOST": "else", "HOSPITAL_TOKEN": "colon form",
			"HOSPITAL_REDIS_HOST": "? code that may or may not run", "HOSPITAL_REDIS_PORT": "6380",
			"HOSPITAL_REDIS_DB": "? code that may or may not run", "HOSPITAL_REDIS_PREFIX": "? code that may or may not run",
			"HOSPITAL_LOG_LEVEL": "? code that may or may not run", "$table_prefix": "? code that may or may not run",
			"HOSPITAL_MAX_OPS": "-", "ABSPATH": "-",
		}},
		{"says why a value is no literal", "opaque.php", map[string]string{
			"DB_NAME": "? a call of getenv()", "DB_USER": "? a concatenation", "DB_PASSWORD": "? the variable $password", "DB_HOST": "? a condition",
			"HOSPITAL_TOKEN": "? a string that PHP fills in", "HOSPITAL_REDIS_HOST": "? the constant DB_HOST",
			"HOSPITAL_REDIS_PASSWORD": "? a string that PHP fills in", "HOSPITAL_REDIS_DB": "? an expression", "$table_prefix": "? code that may or may not run",
		}},
		{"follows includes of literal paths", "includes.php", map[string]string{
			"DB_NAME": "included", "DB_USER": "user", "DB_HOST": "after", "$table_prefix": "inc_",
		}},
		{"doubts a guard behind an include that it could not follow", "unfollowed.php", map[string]string{
			"DB_HOST": "? code that may or may not run", "DB_USER": "certain",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := values(t, test.file)
			for name, want := range test.want {
				value, ok := got[name]
				if want == "-" && ok {
					t.Errorf("%s is %q, want it not defined", name, value)
				} else if want != "-" && (value != want || !ok) {
					t.Errorf("%s is %q, want %q", name, value, want)
				}
			}
		})
	}
}

func TestWPConfigWarnings(t *testing.T) {
	for file, want := range map[string][]string{
		"sample.php":     nil,
		"forms.php":      nil,
		"conditions.php": nil,
		"includes.php":   nil,
		"docker.php":     {"cannot follow eval()"},
		"unfollowed.php": {":2: cannot follow the include: its path is not a literal", ":3: cannot follow the include: open /no/such/file.php", ":4: cannot follow define(): the name is not a literal"},
	} {
		t.Run(file+" warns of what could not be followed and of nothing else", func(t *testing.T) {
			_, found := values(t, file)
			if len(found.warnings) != len(want) {
				t.Fatalf("got %q, want %q", found.warnings, want)
			}
			for i := range want {
				if !strings.Contains(found.warnings[i], want[i]) {
					t.Errorf("got %q, want %q in it", found.warnings[i], want[i])
				}
			}
		})
	}
}

func TestWPConfigNamesFileAndLine(t *testing.T) {
	_, found := values(t, "includes.php")
	if where := found.constants["DB_USER"].where; !strings.HasSuffix(where, "/testdata/included/user.php:1") {
		t.Errorf("DB_USER is said to be from %s", where)
	}
}

func TestWPConfigRefuses(t *testing.T) {
	for name, path := range map[string]string{"a missing file": "testdata/none.php", "a directory": "testdata"} {
		t.Run(name, func(t *testing.T) {
			if _, err := readWPConfig(path); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestWPConfigStopsAtFilesThatIncludeEachOther(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "wp-config.php")
	if err := os.WriteFile(path, []byte(`<?php require __DIR__ . '/wp-config.php'; define('DB_NAME', 'x');`), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := readWPConfig(path)
	if err != nil || len(found.warnings) == 0 || found.constants["DB_NAME"].value != "x" {
		t.Errorf("got %+v, %v", found, err)
	}
}

// FuzzWPConfig: whatever the file, reading it ends, and without a panic.
func FuzzWPConfig(f *testing.F) {
	files, err := filepath.Glob("testdata/*.php")
	if err != nil || len(files) == 0 {
		f.Fatal("no fixtures", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	f.Add("<?php if((")
	f.Add("<?php if(if(if(({[<<<A\n'")
	f.Add(`<?php include dirname(dirname(__FILE__, 9), . '`)
	f.Add(`<?php define('DB_NAME', "\`)
	f.Fuzz(func(t *testing.T, src string) {
		r := &reader{found: wpConfig{constants: map[string]constant{}}, once: map[string]bool{}}
		r.files = maxFiles // follow nothing
		file := &phpFile{reader: r, path: "/nowhere/wp-config.php", tokens: tokenize(src)}
		for file.more() {
			before := file.at
			file.statement(run)
			if file.at <= before {
				t.Fatal("a statement did not move on")
			}
		}
	})
}
