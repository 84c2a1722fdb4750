package config

import (
	"errors"
	"net/url"
)

// WordPress is where WordPress is reached, if not at its own address; else nil.
func (c Config) WordPress() *url.URL { return c.wordPress }

func (c *Config) resolveWordPress() error {
	if c.WordPressURL == "" {
		return nil
	}
	u, err := url.Parse(c.WordPressURL)
	plain := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		u.User == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
	if !plain { // its text may hold a password
		return errors.New("want scheme, host and port, as in http://127.0.0.1:8080, and nothing behind")
	}
	c.wordPress = u
	return nil
}
