package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestCollectLess(t *testing.T) {
	settings := func() (int, int64) {
		percent := debug.SetGCPercent(-1)
		debug.SetGCPercent(percent)
		return percent, debug.SetMemoryLimit(-1)
	}
	before, limit := settings()
	defer func() { debug.SetGCPercent(before); debug.SetMemoryLimit(limit) }()
	debug.SetGCPercent(100)
	debug.SetMemoryLimit(math.MaxInt64)
	collectLess([]string{"GOGC=100", "GOMEMLIMIT=off"})
	if percent, limit := settings(); percent != 100 || limit != math.MaxInt64 {
		t.Errorf("%d %%, %d bytes, though the environment says otherwise", percent, limit)
	}
	collectLess(nil)
	if percent, limit := settings(); percent != garbage || limit != much {
		t.Errorf("%d %%, %d bytes", percent, limit)
	}
}
