package appointment

// Fate is what a sync did with one Reading.
type Fate int

// The fates. Committed changed rows; Committed and Doomed have used up the
// reading's stamp.
const (
	Committed Fate = iota // every field was written or left out for good
	Forgotten             // a newer read was committed before; this one counts for nothing
	Locked                // somebody else holds its rows; to be put back
	Doomed                // some fields can never be written; to be buried, and the rest claimed anew
)

// Verdict is a sync's answer to one Reading.
type Verdict struct {
	Fate    Fate
	Settled []Settled    // of Committed
	Doomed  []DeadLetter // of Doomed
	Lift    uint64       // of Forgotten: MySQL has seen this stamp; Redis' counter is behind it
}
