package ownership_test

import "testing"

// TestReturnWithForeignKeys: somebody has put a string where a post's fields
// would be. Nothing of the post is dirty, so the site does not stay native for it.
func TestReturnWithForeignKeys(t *testing.T) {
	for name, c := range map[string]struct {
		key  string
		post int
	}{
		"in a post's hash, after core wrote that post":     {"appointment:2", 2},
		"in a post's hash, after core wrote all posts":     {"appointment:2", 0},
		"in a post's dirty hash, which had no place":       {"appointment:2:dirty", 1},
		"in another kind of post's hash, which core wrote": {"doctor:2:availability", 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			if err := b.raw.Set(t.Context(), c.key, "somebody's", 0).Err(); err != nil {
				t.Fatal(err)
			}
			b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (1, ?, 'status', 4)", c.post)
			b.sidecar(t, b.redis).run(t)
			b.until(t, offload)
		})
	}
}
