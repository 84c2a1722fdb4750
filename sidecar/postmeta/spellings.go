package postmeta

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"
)

// spellings knows which keys are one key to MySQL: core's statements compare
// them by the column's collation, which as a rule ignores case and accents. It
// maps a key to the one that stands for all that equal it.
type spellings map[string]string

// of is what a key is compared by. What was not asked for stands for itself.
func (s spellings) of(key string) string {
	if one, known := s[key]; known {
		return one
	}
	return key
}

// ways counts how rows' keys are spelt, by the key that stands for them; of
// what was not asked for there is one.
func (s spellings) ways(rows map[string][]uint64) map[string]int {
	if len(s) == 0 {
		return nil
	}
	ways := make(map[string]int, len(rows))
	for key := range rows {
		ways[s.of(key)]++
	}
	return ways
}

// newest returns epochs of keys by the key that stands for them.
func (s spellings) newest(epochs map[string]uint64) map[string]uint64 {
	newest := make(map[string]uint64, len(epochs))
	for key, epoch := range epochs {
		newest[s.of(key)] = max(newest[s.of(key)], epoch)
	}
	return newest
}

// mayBeOne tells whether MySQL has to be asked.
func mayBeOne(one, other string) bool {
	return folded(one) == folded(other) || folded(one) == unfolded || folded(other) == unfolded
}

// unfolded is what keys are folded to of which only MySQL knows what they equal.
const unfolded = "\xff"

// folded is the same for keys that may be one. Of plain ASCII a collation ignores
// case and trailing spaces at most.
func folded(key string) string {
	for i := range len(key) {
		if key[i] >= utf8.RuneSelf {
			return unfolded
		}
	}
	return strings.ToLower(strings.TrimRight(key, " "))
}

// spell asks MySQL which of some keys are one.
func (l locker) spell(ctx context.Context, keys []string) (spellings, error) {
	return spell(ctx, l.tx, l.tables.Postmeta(l.blog), keys)
}

// spell compares keys in a union with the column, whose collation weighs more
// than a literal's: as the column is compared.
func spell(ctx context.Context, in querier, postmeta string, keys []string) (spellings, error) {
	if len(keys) < 2 {
		return nil, nil
	}
	var query strings.Builder
	query.WriteString("SELECT n, MIN(n) OVER (PARTITION BY k) FROM (SELECT meta_key AS k, -1 AS n FROM " + postmeta + " WHERE 1 = 0")
	args := make([]any, len(keys))
	for i, key := range keys {
		query.WriteString(" UNION ALL SELECT ?, " + strconv.Itoa(i))
		args[i] = key
	}
	query.WriteString(") AS names")
	s := spellings{}
	return s, each(ctx, in, query.String(), args, func(scan func(...any) error) error {
		var n, one int
		err := scan(&n, &one)
		s[keys[n]] = keys[one]
		return err
	})
}
