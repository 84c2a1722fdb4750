package verify

import (
	"context"
	"fmt"
	"slices"

	"hospital-appointments-redis/sidecar/appointment"
)

// repair hands posts to the syncer, and drops copies. It decides nothing: what
// a sync makes of a post is R4's.
func (l looking) repair(ctx context.Context, all []found) error {
	hasten, drop := map[string]bool{}, map[string]bool{}
	for i := range all {
		switch all[i].mend {
		case sync:
			hasten[all[i].Post] = true
		case dropCopies:
			drop[all[i].Post] = true
		}
		all[i].Repaired = all[i].mend != nothing
	}
	if len(hasten)+len(drop) == 0 {
		return nil
	}
	lease, err := l.Owner.Ticket(ctx, l.is.Blog)
	if err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	for chunk := range slices.Chunk(sorted(hasten), batch) {
		if _, err := l.Redis.Hasten(ctx, lease, chunk); err != nil {
			return fmt.Errorf("repair: %w", err)
		}
	}
	var posts []appointment.Post
	for _, name := range sorted(drop) {
		if post, err := appointment.ParsePost(l.is.Blog, name); err == nil {
			posts = append(posts, post)
		}
	}
	for chunk := range slices.Chunk(posts, batch) {
		if err := l.Redis.Drop(ctx, l.is.Blog, chunk, nil); err != nil {
			return fmt.Errorf("repair: %w", err)
		}
	}
	return nil
}
