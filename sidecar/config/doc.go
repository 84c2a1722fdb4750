// Package config is what the sidecar is told: one struct, filled from three
// sources of which the later wins: defaults, wp-config.php, the environment.
//
// The struct's tags are the only list of settings. They carry the variable, the
// constant of wp-config.php that may stand in for it, default, range and
// meaning; the README's table is rendered from them. Every problem is reported
// at once and names its variable. No PHP is executed, and nothing is global.
package config
