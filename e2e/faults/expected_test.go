package faults

import (
	"time"

	"hospital-appointments-redis/e2e/containers"
)

// expected are lines each of which is held when its client says a text, for the
// first time.
type expected struct {
	*containers.BadLines
	points map[string]*containers.Point // by line
}

func expect(b *containers.BadLines, text string, after bool, lines ...string) expected {
	e := expected{b, map[string]*containers.Point{}}
	for _, line := range lines {
		e.points[line] = b.Line[line].StopAt(text, after)
	}
	return e
}

// reached waits until one of the lines is held, and says which; "": none was.
func (e expected) reached(patience time.Duration) string {
	first := make(chan string, len(e.points))
	over := make(chan struct{})
	defer close(over)
	for line, point := range e.points {
		go func() {
			select {
			case <-point.Reached:
				first <- line
			case <-over:
			}
		}()
	}
	select {
	case line := <-first:
		return line
	case <-time.After(patience):
		return ""
	}
}

// goOn lets a line that is held go on; one that is not is expected no more.
func (e expected) goOn(line string) { e.Line[line].GoOn(e.points[line]) }

// leave ends the lines that are held.
func (e expected) leave() {
	for line, point := range e.points {
		e.Line[line].Leave(point)
	}
}
