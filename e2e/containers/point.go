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
	pass       chan struct{}
	once       sync.Once
}

// StopAt holds the next line whose client sends text at that point until Leave,
// so that one of both can be killed there.
func (p *Proxy) StopAt(text string, after bool) *Point { return p.expect(text, after, false) }

// LoseAnswerTo ends the next connection whose client sends text, after the
// server has done what was asked and before the client hears of it.
func (p *Proxy) LoseAnswerTo(text string) *Point { return p.expect(text, true, true) }

func (p *Proxy) expect(text string, after, cut bool) *Point {
	point := &Point{text: []byte(text), after: after, cut: cut, reached: make(chan struct{}), pass: make(chan struct{})}
	point.Reached = point.reached
	p.mu.Lock()
	defer p.mu.Unlock()
	p.point = point
	return point
}

// Leave ends the line that is held at a point, or expects none any more.
func (p *Proxy) Leave(point *Point) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.point == point {
		p.point = nil
	}
	point.once.Do(func() { close(point.pass) })
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

// reached: the server has done what the answer would say.
func (p *Proxy) reached(l *line) {
	if l.point != nil {
		l.point.stop(l)
	}
	l.hangUp(true)
}

// stop holds a line at its point, and ends it.
func (point *Point) stop(l *line) {
	close(point.reached)
	if !point.cut {
		<-point.pass
	}
	l.hangUp(true)
}
