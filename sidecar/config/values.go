package config

import (
	"fmt"
	"log/slog"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Secret is a string that does not print itself, in logs or with %v. Convert it
// to string where it is used.
type Secret string

const mask = "********"

// String is the mask, or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString keeps %#v from printing the secret.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// LogValue keeps slog's JSON from printing the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps encoding/json from printing the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Size is a number of bytes, written as 16MiB, 512KiB or a plain number.
type Size int64

var sizes = regexp.MustCompile(`^([0-9]{1,18}) ?([KMG]i?B?|B)?$`)

// UnmarshalText reads a size. KB and K mean the same as KiB: 1024.
func (s *Size) UnmarshalText(text []byte) error {
	parts := sizes.FindStringSubmatch(string(text))
	if parts == nil {
		return fmt.Errorf("parse size %q: want a form like 16MiB", text)
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	unit := int64(1)
	switch strings.TrimRight(parts[2], "iB") {
	case "K":
		unit = 1 << 10
	case "M":
		unit = 1 << 20
	case "G":
		unit = 1 << 30
	}
	if err != nil || n > math.MaxInt64/unit {
		return fmt.Errorf("parse size %q: too large", text)
	}
	*s = Size(n * unit)
	return nil
}

// String is the form that UnmarshalText reads.
func (s Size) String() string {
	for _, unit := range []struct {
		bytes Size
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if s >= unit.bytes && s%unit.bytes == 0 {
			return strconv.FormatInt(int64(s/unit.bytes), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// text prints a setting the way it is written in the environment.
func text(value any) string {
	switch v := value.(type) {
	case time.Duration:
		s := v.String()
		if strings.HasSuffix(s, "m0s") {
			s = strings.TrimSuffix(s, "0s")
		}
		if strings.HasSuffix(s, "h0m") {
			s = strings.TrimSuffix(s, "0m")
		}
		return s
	case slog.Level:
		return strings.ToLower(v.String())
	}
	return fmt.Sprint(value)
}
