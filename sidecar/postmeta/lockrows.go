package postmeta

import (
	"context"
	"database/sql"
	"maps"
	"slices"
)

// rows finds the posts' meta rows as they are now, and locks those that are to
// be changed, by their primary key: locked through the index of post_id they
// would meet core's DELETE, which takes the two the other way round, and one of
// both would be the deadlock's victim.
//
// A post in which a row may be born, or a key has rows of several spellings, is
// locked through that index all the same, so that a row which somebody else is
// adding is waited for, not doubled; and of its keys MySQL is asked which are one.
func (l locker) rows(ctx context.Context, s *state) error {
	found, err := l.find(ctx, "post_id IN ("+l.in+") ORDER BY post_id, meta_id", l.ids)
	if err != nil {
		return err
	}
	if s.spelt, err = l.spell(ctx, l.doubtful(found)); err != nil {
		return err
	}
	ids, bearing := l.wanted(found, s.spelt)
	if len(ids) > 0 {
		locked, err := l.find(ctx, "meta_id IN ("+marks(len(ids))+") ORDER BY meta_id"+l.update, ids)
		if err != nil {
			return err
		}
		for post, keys := range locked {
			s.rows[post] = keys
		}
		for _, post := range missing(found, locked, ids) { // deleted in between: perhaps a birth now
			bearing = append(bearing, post)
		}
	}
	if len(bearing) == 0 {
		return nil
	}
	slices.SortFunc(bearing, func(x, y any) int { return int(int64(x.(uint64)) - int64(y.(uint64))) })
	bearing = slices.Compact(bearing)
	whole, err := l.find(ctx, "post_id IN ("+marks(len(bearing))+") ORDER BY post_id, meta_id"+l.update, bearing)
	if err != nil {
		return err
	}
	for _, post := range bearing {
		s.rows[post.(uint64)] = whole[post.(uint64)]
	}
	s.spelt, err = l.spell(ctx, l.keys(s, bearing))
	return err
}

// doubtful are the keys, of fields and of rows of the same post, that may be one
// key to MySQL though they are not to us. As a rule there are none.
func (l locker) doubtful(found map[uint64]map[string][]uint64) []string {
	keys := map[string]bool{}
	meet := func(fields, rows []string) {
		if all := slices.Concat(fields, rows); len(fields) > 0 && len(rows) > 0 && slices.ContainsFunc(all, func(key string) bool { return key != all[0] }) {
			for _, key := range all {
				keys[key] = true
			}
		}
	}
	for _, r := range l.readings {
		fields, rows := map[string][]string{}, map[string][]string{} // by what they may be one by
		for _, field := range r.Fields {
			fields[folded(field.Key)] = append(fields[folded(field.Key)], field.Key)
		}
		for key := range found[r.Post.ID] {
			rows[folded(key)] = append(rows[folded(key)], key)
		}
		for fold, those := range fields {
			meet(those, rows[fold])
		}
		if len(rows[unfolded]) > 0 {
			meet(slices.Concat(slices.Collect(maps.Values(fields))...), rows[unfolded])
		}
		if len(fields[unfolded]) > 0 {
			meet(fields[unfolded], slices.Concat(slices.Collect(maps.Values(rows))...))
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// keys are all that matter in the posts: of their fields, rows and native writes.
func (l locker) keys(s *state, posts []any) []string {
	keys := map[string]bool{}
	for _, r := range l.readings {
		if !slices.Contains(posts, any(r.Post.ID)) {
			continue
		}
		for _, field := range r.Fields {
			keys[field.Key] = true
		}
		for key := range s.rows[r.Post.ID] {
			keys[key] = true
		}
		for _, which := range []uint64{r.Post.ID, 0} {
			for key := range s.natives[which] {
				keys[key] = true
			}
		}
	}
	delete(keys, "") // of a native write: all keys
	return slices.Sorted(maps.Keys(keys))
}

// values reads the rows' values where plan compares them: of what came by a
// slug, which as a rule is nothing. NULL is no value.
func (l locker) values(ctx context.Context, s *state) error {
	var ids []any
	for _, r := range l.readings {
		for _, field := range r.Fields {
			if field.BySlug {
				for _, id := range s.ids(r.Post.ID, field.Key) {
					ids = append(ids, id)
				}
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	s.values = make(map[uint64]string, len(ids))
	query := "SELECT meta_id, meta_value FROM " + l.tables.Postmeta(l.blog) + " WHERE meta_value IS NOT NULL AND meta_id IN (" + marks(len(ids)) + ")"
	return l.each(ctx, query, ids, func(scan func(...any) error) error {
		var id uint64
		var value string
		err := scan(&id, &value)
		s.values[id] = value
		return err
	})
}

// find reads rows: post -> key -> meta ids, ascending.
func (l locker) find(ctx context.Context, where string, args []any) (map[uint64]map[string][]uint64, error) {
	found := map[uint64]map[string][]uint64{}
	query := "SELECT meta_id, post_id, meta_key FROM " + l.tables.Postmeta(l.blog) + " WHERE " + where
	return found, l.each(ctx, query, args, func(scan func(...any) error) error {
		var id, post uint64
		var key sql.NullString
		if err := scan(&id, &post, &key); err != nil {
			return err
		}
		if found[post] == nil {
			found[post] = map[string][]uint64{}
		}
		found[post][key.String] = append(found[post][key.String], id)
		return nil
	})
}

// wanted are the ids of the rows that the readings may change, ascending, and
// the posts where that is not all: they have none of just that key, which may be
// born, or some of it that are spelt otherwise.
func (l locker) wanted(found map[uint64]map[string][]uint64, spelt spellings) (ids, bearing []any) {
	var wanted []uint64
	for _, r := range l.readings {
		ways := spelt.ways(found[r.Post.ID])
		for _, field := range r.Fields {
			rows := found[r.Post.ID][field.Key]
			wanted = append(wanted, rows...)
			if len(rows) == 0 || ways[spelt.of(field.Key)] > 1 {
				bearing = append(bearing, r.Post.ID)
			}
		}
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	ids = make([]any, len(wanted))
	for i, id := range wanted {
		ids[i] = id
	}
	return ids, bearing
}

// missing are the posts with rows that were found, wanted, and are not there
// any more under the same key.
func missing(found, locked map[uint64]map[string][]uint64, ids []any) []any {
	var posts []any
	for post, keys := range found {
		for key, rows := range keys {
			if slices.Equal(rows, locked[post][key]) {
				continue
			}
			for _, id := range rows {
				if _, wanted := slices.BinarySearchFunc(ids, id, func(x any, id uint64) int { return int(int64(x.(uint64)) - int64(id)) }); wanted && !slices.Contains(locked[post][key], id) {
					posts = append(posts, post)
				}
			}
		}
	}
	return posts
}
