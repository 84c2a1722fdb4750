// Package appointment is the domain: posts and their offloaded fields,
// versions, writes and what became of them, and the errors every room speaks.
// It does no I/O and imports nothing of ours.
//
// The rule everything follows from: a field (post, meta key) is dirty, and
// Redis is its truth, or clean, and MySQL is its truth. A write makes it dirty
// with a Version; a sync makes it clean only if that Version is still there.
package appointment
