// Package redisstore keeps offloaded fields in Redis, one Lua script for each
// atomic step. It is the only room that imports go-redis.
//
// A post's hash holds values, its dirty hash holds the marks of what MySQL
// does not have yet. A field is in one of these states:
//
//	hash   dirty hash   state
//	value  mark         dirty: Redis is its truth
//	-      mark with 0  tombstone: deleted, MySQL does not know yet
//	-      mark         its value was lost: it ends as a dead letter, and readers see the row
//	value  -            clean copy, a courtesy to other readers of Redis
//	-      -            clean: only MySQL has it
//
// A mark is "epoch-counter@milliseconds" and flags: d for a write that came
// past WordPress, u for one accepted while MySQL was away, s for one that came by
// a slug and moved to its post: alone it came before the post had the slug, with
// u its version says what it is newer than. Marks are compared as strings; no
// two writes have the same. The milliseconds of a tombstone begin with a 0, which
// older sidecars read like ours. What they left plain, up to the counter that
// "plain" beside the floor says, becomes like ours when it is claimed; a tombstone
// that one of them makes later, running beside ours, is a dead letter.
//
// The dirty set holds each post with a dirty field, scored by the time its
// sync is due. A claim rescores it to the end of its lease, so a crashed claim
// simply comes due again. There is no second index; a post that lost its place
// to somebody else's hands is found by Reconcile.
//
// A post is looked for under every key pattern that a sidecar ever noted beside
// the floor. One older than that notes nothing, and looks under its own alone:
// where it runs beside ours, types are best not changed.
//
// A d mark that is cleared moves, in the same step, to the notices: what
// WordPress has to be told of, until it has confirmed that it was.
package redisstore
