package appointment

import "strconv"

// Tables knows the names of one WordPress network's tables. Base is
// $table_prefix, checked by whoever read it: it goes into SQL as it is.
type Tables struct{ Base string }

// State is the table of the site rows, one a blog.
func (t Tables) State() string { return t.Base + "hospital_sync_state" }

// Fence is the table of the fence rows, one a synced post; that of post 0 keeps
// the epoch of the last return.
func (t Tables) Fence() string { return t.Base + "hospital_sync_fence" }

// Native is the table of the native writes, which has rows only in an outage.
func (t Tables) Native() string { return t.Base + "hospital_native_write" }

// Notices is the table of what WordPress was not told of yet, which has rows
// only where a sidecar wrote without Redis.
func (t Tables) Notices() string { return t.Base + "hospital_sync_notice" }

// Posts is a blog's wp_posts.
func (t Tables) Posts(blog uint64) string { return t.blog(blog) + "posts" }

// Postmeta is a blog's wp_postmeta.
func (t Tables) Postmeta(blog uint64) string { return t.blog(blog) + "postmeta" }

// Options is a blog's wp_options.
func (t Tables) Options(blog uint64) string { return t.blog(blog) + "options" }

func (t Tables) blog(blog uint64) string {
	if blog <= 1 {
		return t.Base
	}
	return t.Base + strconv.FormatUint(blog, 10) + "_"
}
