// Package containers starts the project's own images for tests. It is the only
// importer of dockertest.
//
// One server of a kind is shared by all tests of a test binary, each with its
// own keys or its own database. Every container expires by itself, and Main
// purges what was started, so that a killed run leaves nothing for long.
package containers
