// Package differential compares WordPress with the plugin to WordPress without
// it: random sequences of calls are made on two posts of types that are alike in
// everything, but that one is offloaded, and after every step everything that can
// be observed must be equal.
//
// The program is PHP and lives in php: a sequence is data (Sequence), drawn from
// a seed (Draw), played (Player) and, where it fails, made as short as it can be
// (Shrinker). What can be done to a post are the files of php/operations; every
// file that is put there takes part. Here is what PHP cannot do: start the
// program, end and start the sidecar, and fail the test.
//
// After every step are compared: what it returned and its type, what it threw,
// the actions and filters of the meta API with their arguments in order, whether
// last_changed moved, what the listeners of the sequence saw, every reader's
// answer; and at random steps one row by its id, the REST answer, and what a
// second PHP process reads. At the end, after a barrier, the rows byte for byte,
// and every reader in a new request. Queries and barriers bring everything home,
// so they are steps by themselves and not made after each.
//
// On a WordPress that is a network (HOSPITAL_MULTISITE=1) steps are made on a post
// of its second site too. A persistent object cache is a side's own cache that a
// new request keeps; or, with HOSPITAL_OBJECT_CACHE=1 and in TestTheSameCached, the
// tests' drop-in, which every process shares.
package differential
