// Package syncer brings dirty fields home: it claims what is due in Redis,
// has it committed to wp_postmeta, and clears what was committed (R4). Run
// keeps time, FlushOnce does the work; a barrier is the same work for posts
// named by the caller, due or not (R5).
//
// The syncer holds nothing in memory that matters. Wherever it is killed, a
// claim comes due again and the fence leaves out what had been committed.
package syncer
