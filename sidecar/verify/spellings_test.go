package verify_test

import (
	"slices"
	"testing"
)

// TestVerifySpellings: the column's collation takes two spellings for one key.
func TestVerifySpellings(t *testing.T) {
	b := open(t)
	b.raw.HSet(t.Context(), "appointment:4", "Status", "x")
	b.raw.HSet(t.Context(), "appointment:5", "STATUS", "a lie")
	b.raw.HSet(t.Context(), "appointment:6", "state", "x")
	if got := b.verify("", false); !slices.Equal(got, []string{"stale_copy 5 STATUS", "stale_copy 6 state"}) {
		t.Errorf("found %q", got)
	}
}
