package httpapi

import (
	"context"
	"maps"
	"slices"

	"hospital-appointments-redis/sidecar/appointment"
)

// fakeRows is MySQL as the fakes have it.
type fakeRows struct{ *fakes }

func (f fakeRows) Resolve(_ context.Context, post appointment.Post, types []string) (appointment.Post, error) {
	f.lookups++
	if f.mysqlErr != nil {
		return post, f.mysqlErr
	}
	for _, each := range f.posts {
		same := each.ID == post.ID || post.ID == 0 && each.Slug == post.Slug
		if same && each.Blog == post.Blog && slices.Contains(types, each.Type) {
			each.Slug = ""
			return each, nil
		}
	}
	return post, appointment.ErrUnknownPost
}

func (f fakeRows) Rows(context.Context, appointment.Post) (map[string]string, error) {
	if f.beforeRow != nil {
		f.beforeRow()
	}
	return maps.Clone(f.rows), f.mysqlErr
}

// Later: of the keys that have a row.
func (f fakeRows) Later(_ context.Context, _ appointment.Post, field appointment.Dirty) (bool, error) {
	_, there := f.rows[field.Key]
	return there, f.mysqlErr
}

func (f fakeRows) Native(context.Context, appointment.Post) (appointment.Native, error) {
	return f.native, f.mysqlErr
}
