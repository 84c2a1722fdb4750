package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestDump(t *testing.T) {
	c, err := Load([]string{
		"HOSPITAL_WP_CONFIG=testdata/sample.php", "HOSPITAL_TOKEN=hidden-token", "HOSPITAL_REDIS_URL=redis://u:hidden-url@h",
		"HOSPITAL_REDIS_HSOT=x", "HOSPITAL_DB_USER=esc\x1b[2J", "HOSPITAL_EXCLUDED_META_KEYS=a",
	})
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := c.DumpJSON()
	if err != nil || !json.Valid(asJSON) {
		t.Fatalf("%s: %v", asJSON, err)
	}
	dump := c.Dump()
	fields := map[string][]string{}
	for line := range strings.Lines(dump) {
		words := strings.Fields(line)
		fields[words[0]] = words[1:]
	}
	t.Run("says each value and where it is from", func(t *testing.T) {
		for name, want := range map[string]string{
			"HOSPITAL_DB_NAME": "clinic", "HOSPITAL_SYNC_DELAY": "250ms default", "HOSPITAL_CLEAN_TTL": "1h default", "HOSPITAL_MAX_BODY": "16MiB default",
			"HOSPITAL_LOG_LEVEL": "info default", "HOSPITAL_TOKEN": "******** environment", "HOSPITAL_LISTEN": "127.0.0.1:8787 HOSPITAL_SIDECAR_ADDRESS",
		} {
			if got := strings.Join(fields[name], " "); !strings.HasPrefix(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		if got := fields["HOSPITAL_DB_NAME"]; !strings.HasSuffix(got[1], "/testdata/sample.php:12") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("masks secrets", func(t *testing.T) {
		logged := &strings.Builder{}
		slog.New(slog.NewJSONHandler(logged, nil)).Info("x", "config", c, "token", c.Token)
		for _, secret := range []string{"hidden", "your_redis_password", "slash $nota"} {
			if strings.Contains(dump+string(asJSON)+logged.String()+fmt.Sprintf("%v %+v %#v %s", c, c, c, c.Token), secret) {
				t.Errorf("%q is shown", secret)
			}
		}
	})
	t.Run("names variables that are no setting", func(t *testing.T) {
		if !strings.Contains(dump, "# HOSPITAL_REDIS_HSOT is not a setting of the sidecar: ignored") || strings.Contains(dump, "EXCLUDED") {
			t.Error(dump)
		}
	})
	t.Run("sends no control characters to a terminal", func(t *testing.T) {
		if strings.Contains(dump, "\x1b") {
			t.Errorf("%q", dump)
		}
	})
}

func TestSizes(t *testing.T) {
	for in, want := range map[string]string{"16MiB": "16MiB", "1024": "1KiB", "3 GB": "3GiB", "5k": "", "1000": "1000", "64K": "64KiB", "9999999999G": "", "": "", "-1": ""} {
		var size Size
		err := size.UnmarshalText([]byte(in))
		if (err == nil) != (want != "") || err == nil && size.String() != want {
			t.Errorf("%q: got %s, %v; want %q", in, size, err, want)
		}
	}
}
