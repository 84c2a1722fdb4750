// Package verify holds Redis against MySQL and says, in a sentence for each
// thing, what is wrong; and mends what can be mended without a decision.
//
// Both live on while they are looked at. So what looks wrong is looked at a
// second time, a little more than a sync later, and only what is still the same
// is told.
package verify
