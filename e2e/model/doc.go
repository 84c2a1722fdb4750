// Package model is the protocol, explored: every order of steps, crashes, late
// messages and lost answers within small bounds, breadth first, so that what
// it prints is the shortest story.
//
// One post of one or two fields. Writers are PHP processes (update, or core's
// own write after a barrier), or clients of the direct API. Time is abstract:
// a lease may end at any moment, and must have ended where somebody waited L;
// a connection may be reset before the deadline of its request, which has
// passed when PHP stops waiting. Counters are kept only in their order, so that
// the states are finitely many.
//
// A rule switched off is a mutant: for each line of the table at the end of
// the protocol, and for R1, a test shows that the story told there then
// happens, and that it does not with the rule in force.
package model
