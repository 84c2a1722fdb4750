package appointment

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version orders the writes of one site: by the epoch of the ownership that
// accepted them, then by the site's counter. No two writes share one. Stamps
// of claims are drawn from the same counter and compared the same way.
type Version struct {
	Epoch   uint64
	Counter uint64
}

// Compare is negative when v is the older of the two.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Epoch, w.Epoch), cmp.Compare(v.Counter, w.Counter))
}

// String is the form kept in Redis: "epoch-counter".
func (v Version) String() string {
	return strconv.FormatUint(v.Epoch, 10) + "-" + strconv.FormatUint(v.Counter, 10)
}

// ParseVersion reads what String wrote.
func ParseVersion(s string) (Version, error) {
	epoch, counter, ok := strings.Cut(s, "-")
	e, err := strconv.ParseUint(epoch, 10, 64)
	c, err2 := strconv.ParseUint(counter, 10, 64)
	if !ok || err != nil || err2 != nil {
		return Version{}, fmt.Errorf("parse version %q: want epoch-counter", s)
	}
	return Version{Epoch: e, Counter: c}, nil
}
