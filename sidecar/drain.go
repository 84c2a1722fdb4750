package main

import (
	"context"
	"time"
)

// drainLast brings home what it can within the deadline, and says what is left;
// that is safe in Redis and is synced after the next start.
func drainLast(ctx context.Context, p parts) {
	limit, cancel := context.WithTimeout(ctx, p.drain)
	defer cancel()
	for _, blog := range p.owner.Blogs() {
		synced, err := drainBlog(limit, p, blog)
		look, cancel := context.WithTimeout(ctx, time.Second)
		counts, unknown := p.store.Counts(look, blog)
		cancel()
		switch {
		case unknown != nil:
			p.logger.Warn("stopped, and cannot tell what is left to sync", "blog", blog, "synced", synced, "error", unknown)
		case counts.DirtyPosts > 0:
			p.logger.Warn("stopped before everything was synced", "blog", blog, "synced", synced,
				"posts_left", counts.DirtyPosts, "fields_left", counts.DirtyFields, "error", err)
		default:
			p.logger.Info("stopped with nothing left to sync", "blog", blog, "synced", synced)
		}
	}
}

// drainPause is between two tries for posts whose rows somebody holds.
const drainPause = 100 * time.Millisecond

// drainBlog syncs until nothing is left but slugs that no post has, which only
// a new post can help. An outage is not waited for.
func drainBlog(ctx context.Context, p parts, blog uint64) (synced int, err error) {
	for {
		report, err := p.syncer.Sync(ctx, blog)
		synced += report.Synced
		if err != nil || report.Left == report.Waiting {
			return synced, err
		}
		select {
		case <-ctx.Done():
			return synced, ctx.Err()
		case <-time.After(drainPause):
		}
	}
}
