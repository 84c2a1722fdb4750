package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// table aligns rows of cells for people.
type table struct {
	writer *tabwriter.Writer
}

func (c *command) table(heads ...any) table {
	t := table{tabwriter.NewWriter(c.stdout, 0, 8, 2, ' ', 0)}
	t.row(heads...)
	return t
}

// row prints one row; the cells are made safe.
func (t table) row(cells ...any) {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		texts[i] = safe(fmt.Sprint(cell))
	}
	fmt.Fprintln(t.writer, strings.Join(texts, "\t"))
}

// flush prints the table. Its error is that of standard output, which has
// nobody left to be told.
func (t table) flush() { _ = t.writer.Flush() }
