package containers

import (
	"bytes"
	"sync"
)

// Point is a moment in what a client says to a server: the next request that
// holds a text, before the server has it, or when the server has done it and
// the client has not heard.
type Point struct {
	Reached <-chan struct{}

	text       []byte
	after, cut bool
	reached    chan struct{}
	left       chan struct{}
	once       sync.Once
	goesOn     bool // before left is closed
}

// StopAt holds the next line whose client sends text at that point until Leave,
// so that one of both can be killed there.
func (p *Proxy) StopAt(text string, after bool) *Point { return p.expect(text, after, false) }

// LoseAnswerTo ends the next connection whose client sends text, after the
// server has done what was asked and before the client hears of it.
func (p *Proxy) LoseAnswerTo(text string) *Point { return p.expect(text, true, true) }

func (p *Proxy) expect(text string, after, cut bool) *Point {
	point := &Point{text: []byte(text), after: after, cut: cut, reached: make(chan struct{}), left: make(chan struct{})}
	point.Reached = point.reached
	p.mu.Lock()
	defer p.mu.Unlock()
	p.point = point
	return point
}

// Leave ends the line that is held at a point, or expects none any more.
func (p *Proxy) Leave(point *Point) { p.leave(point, false) }

// GoOn lets the line that is held at a point go on from there, late.
func (p *Proxy) GoOn(point *Point) { p.leave(point, true) }

func (p *Proxy) leave(point *Point, goesOn bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.point == point {
		p.point = nil
	}
	point.once.Do(func() { point.goesOn = goesOn; close(point.left) })
}

// meets tells, once, that this is the request that a point is about. The caller
// holds the lock.
func (p *Proxy) meets(request []byte) *Point {
	if p.point == nil || !bytes.Contains(request, p.point.text) {
		return nil
	}
	point := p.point
	p.point = nil
	return point
}

// goesOn: the server has done what the answer would say; whether that may go on.
func (l *line) goesOn() bool {
	goesOn := l.point != nil && l.point.stop()
	if !goesOn {
		l.hangUp(true)
	}
	return goesOn
}

// stop holds a line at its point, and returns whether it goes on.
func (point *Point) stop() bool {
	close(point.reached)
	if point.cut {
		return false
	}
	<-point.left
	return point.goesOn
}
