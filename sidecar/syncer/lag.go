package syncer

import (
	"slices"
	"sync"
	"time"
)

// Lag remembers how long each of the last fields that were written took, from
// its acknowledgement to its COMMIT. The zero value is ready.
type Lag struct {
	mu    sync.Mutex
	ring  [16384]time.Duration
	count uint64
}

// Add adds one field.
func (l *Lag) Add(d time.Duration) {
	l.mu.Lock()
	l.ring[l.count%uint64(len(l.ring))] = max(d, 0)
	l.count++
	l.mu.Unlock()
}

// Quantiles returns the median and the 99th percentile of what is remembered,
// and how many fields were added since start.
func (l *Lag) Quantiles() (p50, p99 time.Duration, count uint64) {
	l.mu.Lock()
	kept := slices.Clone(l.ring[:min(l.count, uint64(len(l.ring)))])
	count = l.count
	l.mu.Unlock()
	if len(kept) == 0 {
		return 0, 0, 0
	}
	slices.Sort(kept)
	return kept[len(kept)/2], kept[len(kept)*99/100], count
}
