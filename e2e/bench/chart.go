package bench

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Chart is bars in groups: one group a question, one bar a contender.
type Chart struct {
	Title  string  `json:"title"`
	Unit   string  `json:"unit"`
	Groups []Group `json:"groups"`
}

// Group is bars that are compared with each other.
type Group struct {
	Name string `json:"name"`
	Bars []Bar  `json:"bars"`
}

// Bar is one contender's value.
type Bar struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// Add puts a bar into the group of that name, which is made if need be.
func (c *Chart) Add(group, bar string, value float64) {
	i := slices.IndexFunc(c.Groups, func(g Group) bool { return g.Name == group })
	if i < 0 {
		i, c.Groups = len(c.Groups), append(c.Groups, Group{Name: group})
	}
	c.Groups[i].Bars = append(c.Groups[i].Bars, Bar{bar, value})
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// File is the chart's file name, made of its title.
func (c Chart) File() string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(c.Title), "-"), "-") + ".svg"
}

// The chart's measures, in pixels.
const (
	chartWidth = 760
	labelWidth = 260
	barWidth   = 360
	barHeight  = 16
	groupGap   = 14
	topMargin  = 44
)

var colours = map[string]string{"native": "#8c8c8c", "guide": "#d98c3f", "ours": "#2f6fb3", "ours, unix socket": "#4fa3a5"}

// SVG draws the chart: horizontal bars from zero, each with its value, so that
// it reads the same without colour.
func (c Chart) SVG() []byte {
	largest, height := 0.0, topMargin
	for _, g := range c.Groups {
		height += len(g.Bars)*barHeight + groupGap
		for _, bar := range g.Bars {
			largest = max(largest, bar.Value)
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", chartWidth, height, chartWidth, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", chartWidth, height)
	fmt.Fprintf(&b, `<text x="10" y="22" font-size="15" font-weight="bold">%s</text>`+"\n", escaped(c.Title+", "+c.Unit))
	y := topMargin
	for _, g := range c.Groups {
		fmt.Fprintf(&b, `<text x="10" y="%d">%s</text>`+"\n", y+12, escaped(g.Name))
		for _, bar := range g.Bars {
			width := 0.0
			if largest > 0 {
				width = bar.Value / largest * barWidth
			}
			colour := colours[bar.Name]
			if colour == "" {
				colour = colours["ours"]
			}
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, labelWidth, y, max(width, 1), barHeight-3, colour)
			fmt.Fprintf(&b, `<text x="%.1f" y="%d" font-size="11">%s</text>`+"\n", labelWidth+width+6, y+11, escaped(bar.Name+" "+number(bar.Value)))
			y += barHeight
		}
		y += groupGap
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}
