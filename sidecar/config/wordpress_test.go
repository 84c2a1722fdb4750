package config

import "testing"

func TestWordPressURL(t *testing.T) {
	load := func(value string) (Config, error) {
		return Load([]string{"HOSPITAL_DB_NAME=x", "HOSPITAL_DB_USER=x", "HOSPITAL_WORDPRESS_URL=" + value})
	}
	for _, good := range []string{"http://127.0.0.1:8080", "https://wordpress", "http://[::1]/"} {
		if c, err := load(good); err != nil || c.WordPress().String() != good {
			t.Errorf("%s: %v, %v", good, c.WordPress(), err)
		}
	}
	if c, err := load(""); err != nil || c.WordPress() != nil {
		t.Errorf("none: %v, %v", c.WordPress(), err)
	}
	for _, bad := range []string{"127.0.0.1:8080", "ftp://h", "http://", "http://h/blog", "http://u:p@h", "http://h?x=1", "::"} {
		if _, err := load(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
