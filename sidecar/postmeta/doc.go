// Package postmeta brings readings of Redis into wp_postmeta, in one READ
// COMMITTED transaction a batch, and reads what is there.
//
// The fence makes it safe to try again after anything: a batch whose COMMIT
// was not answered is forgotten and read anew, and what did commit is left out
// the second time. So an error here never says that something was lost, only
// that it is still in Redis.
package postmeta
