package bench

import (
	"fmt"
	"math"
	"slices"
)

// Figure is one line of the table: what was measured, once in each round.
type Figure struct {
	Question string    `json:"question"`
	What     string    `json:"what"`
	Unit     string    `json:"unit,omitempty"` // "x" for a ratio
	Rounds   []float64 `json:"rounds"`
	AtMost   float64   `json:"at_most,omitempty"`
	AtLeast  float64   `json:"at_least,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// Median of the rounds; Low and High are their spread.
func (f Figure) Median() float64 { return Quantile(f.Rounds, 0.5) }
func (f Figure) Low() float64    { return slices.Min(f.Rounds) }
func (f Figure) High() float64   { return slices.Max(f.Rounds) }

// Bound is what the figure must be, "" where it is only stated.
func (f Figure) Bound() string {
	switch {
	case f.AtMost != 0:
		return "<= " + number(f.AtMost) + f.unit()
	case f.AtLeast != 0:
		return ">= " + number(f.AtLeast) + f.unit()
	}
	return ""
}

// Met tells whether the median keeps the bound.
func (f Figure) Met() bool {
	return (f.AtMost == 0 || f.Median() <= f.AtMost) && (f.AtLeast == 0 || f.Median() >= f.AtLeast)
}

// Verdict is "met", "not met" or, without a bound, "stated".
func (f Figure) Verdict() string {
	switch {
	case f.Bound() == "":
		return "stated"
	case f.Met():
		return "met"
	}
	return "not met"
}

// Value is the median with its spread.
func (f Figure) Value() string {
	value := number(f.Median()) + f.unit()
	if len(f.Rounds) > 1 {
		value += fmt.Sprintf(" (%s to %s)", number(f.Low()), number(f.High()))
	}
	return value
}

func (f Figure) unit() string {
	if f.Unit == "" || f.Unit == "x" {
		return f.Unit
	}
	return " " + f.Unit
}

// number is short, and exact enough to compare with a bound.
func number(v float64) string {
	switch size := math.Abs(v); {
	case size == math.Trunc(size) && size < 1e15:
		return fmt.Sprintf("%.0f", v)
	case size >= 100:
		return fmt.Sprintf("%.0f", v)
	case size >= 10:
		return fmt.Sprintf("%.1f", v)
	case size >= 0.1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.4f", v)
}

// Quantile of values, which stay as they are; q 0.5 is the median.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	if q == 0.5 && len(sorted)%2 == 0 {
		return (sorted[len(sorted)/2-1] + sorted[len(sorted)/2]) / 2
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
