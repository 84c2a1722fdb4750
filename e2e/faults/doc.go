// Package faults breaks the whole stack while it is written to, and checks that
// no acknowledged write was lost and no older one won.
//
// A campaign is chosen by its seed: clients write and read fields through
// WordPress and through the sidecars' API and note every call (history.go); the
// nemesis injects faults, one or several at a time, and heals them; when all is
// well again and drained, the checker compares what was noted with what MySQL
// and Redis hold (check.go, register.go) and the verdict says what it found.
//
// Three things a checker must know of a call: ok (acknowledged), refused (it
// certainly did not happen and never will), unknown (it may have happened, or
// may yet, once). What was taken with reserve and is neither in the row nor
// behind a later write has a dead letter.
//
// Beside campaigns, crash points kill a process before and after each step that
// anybody else can see (points_test.go), and mutants weaken the product's rules
// in turn, whose harm the checker must find (mutants_test.go).
package faults
