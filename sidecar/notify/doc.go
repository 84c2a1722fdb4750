// Package notify tells WordPress which fields were synced that came past it, so
// that it drops its caches and lets other plugins know.
//
// A sync notes them in Redis in the step that clears them. From there each
// blog's are sent to the plugin's REST route, signed, and removed when it has
// confirmed them and nobody synced them again meanwhile. So WordPress hears of
// each at least once, whoever crashes, and no sync ever waits for WordPress.
package notify
