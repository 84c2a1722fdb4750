package bench

import (
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
)

func TestFigure(t *testing.T) {
	for name, c := range map[string]struct {
		figure                Figure
		value, bound, verdict string
	}{
		"the median decides":     {Figure{Unit: "x", Rounds: []float64{0.5, 0.2, 0.3}, AtMost: 0.33}, "0.30x (0.20 to 0.50)", "<= 0.33x", "met"},
		"a bound that is broken": {Figure{Unit: "x", Rounds: []float64{0.34}, AtMost: 0.33}, "0.34x", "<= 0.33x", "not met"},
		"a lower bound":          {Figure{Unit: "x", Rounds: []float64{1.9, 2.3}, AtLeast: 2}, "2.10x (1.90 to 2.30)", ">= 2x", "met"},
		"stated only":            {Figure{Unit: "MiB", Rounds: []float64{41.25}}, "41.2 MiB", "", "stated"},
		"both bounds, below":     {Figure{Rounds: []float64{0.9}, AtMost: 1.05, AtLeast: 0.95}, "0.90", "<= 1.05", "not met"},
	} {
		t.Run(name, func(t *testing.T) {
			if v, b, d := c.figure.Value(), c.figure.Bound(), c.figure.Verdict(); v != c.value || b != c.bound || d != c.verdict {
				t.Errorf("%q, %q, %q; want %q, %q, %q", v, b, d, c.value, c.bound, c.verdict)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	values := []float64{5, 1, 4, 2, 3}
	for q, want := range map[float64]float64{0: 1, 0.5: 3, 0.99: 5, 1: 5} {
		if got := Quantile(values, q); got != want {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if got := Quantile([]float64{1, 2}, 0.5); got != 1.5 {
		t.Errorf("median of two is %v", got)
	}
	if got := Quantile(nil, 0.5); !math.IsNaN(got) {
		t.Errorf("median of nothing is %v", got)
	}
	if values[0] != 5 {
		t.Error("the values were sorted in place")
	}
}

func TestChart(t *testing.T) {
	var c Chart
	c.Title, c.Unit = "Time of an update in PHP", "µs"
	c.Add("one & more", "native", 100)
	c.Add("one & more", "ours", 25)
	c.Add("eight", "ours", 50)
	if len(c.Groups) != 2 || c.File() != "time-of-an-update-in-php.svg" {
		t.Errorf("%d groups, file %s", len(c.Groups), c.File())
	}
	widths := map[string]string{}
	texts := ""
	for d := xml.NewDecoder(strings.NewReader(string(c.SVG()))); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			at := map[string]string{}
			for _, a := range e.Attr {
				at[a.Name.Local] = a.Value
			}
			if e.Name.Local == "rect" {
				widths[at["y"]] = at["width"]
			}
		case xml.CharData:
			texts += string(e)
		}
	}
	for _, want := range []string{"one & more", "native 100", "ours 25", "µs"} {
		if !strings.Contains(texts, want) {
			t.Errorf("%q is not in the chart: %s", want, texts)
		}
	}
	if widths["44"] != "360.0" || widths["60"] != "90.0" {
		t.Errorf("bars of 100 and 25 are %s and %s wide", widths["44"], widths["60"])
	}
}

func TestDistinct(t *testing.T) {
	log := [][3]any{{0.0, 1, "a"}, {100.0, 1, "a"}, {200.0, 1, "b"}, {260.0, 1, "a"}, {300.0, 2, "a"}, {900.0, 1, "a"}}
	if got := distinct(log, 250); got != 5 {
		t.Errorf("%d fields, want a and b, a, a of post 1, and a of post 2", got)
	}
}
