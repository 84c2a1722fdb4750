package ownership_test

import "testing"

// TestReturnWithForeignKeys: somebody has put a string where a post's fields
// would be. The site does not stay native for it: what waited there are dead letters.
func TestReturnWithForeignKeys(t *testing.T) {
	for name, c := range map[string]struct {
		key     string
		post    int
		waits   bool
		letters int
	}{
		"in a post's hash, after core wrote that post":     {key: "appointment:2", post: 2},
		"in a post's hash, after core wrote all posts":     {key: "appointment:2", post: 0},
		"in a post's dirty hash, which had no place":       {key: "appointment:2:dirty", post: 1},
		"in another kind of post's hash, which core wrote": {key: "doctor:2:availability", post: 2},
		"in a post's hash, of which a field waited":        {key: "appointment:2", post: 1, waits: true, letters: 1},
		"in a post's dirty hash, in which a field waited":  {key: "appointment:2:dirty", post: 1, waits: true, letters: 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			if c.waits {
				b.raw.HSet(t.Context(), "appointment:2", "status", "x")
				b.raw.HSet(t.Context(), "appointment:2:dirty", "status", "3-1@1000")
				b.raw.ZAdd(t.Context(), "appointments:dirty", zero("2"))
			}
			if err := b.raw.Set(t.Context(), c.key, "somebody's", 0).Err(); err != nil {
				t.Fatal(err)
			}
			b.exec(t, "INSERT INTO wp_hospital_native_write VALUES (1, ?, 'status', 4)", c.post)
			b.sidecar(t, b.redis).run(t)
			b.until(t, offload)
			if letters, err := b.redis.DeadLetters(t.Context(), 1); err != nil || len(letters) != c.letters {
				t.Errorf("letters %+v, %v; want %d", letters, err, c.letters)
			}
			if value := b.raw.Get(t.Context(), c.key).Val(); value != "somebody's" {
				t.Errorf("%s holds %q", c.key, value)
			}
		})
	}
}
