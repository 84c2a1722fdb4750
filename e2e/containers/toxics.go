package containers

import "time"

// Toxics is what is wrong with a line. The zero value is a good one.
type Toxics struct {
	Refuse                  bool          // connections are reset, new ones refused
	Hole                    bool          // nothing passes, nothing is refused; what was sent arrives when it ends
	Latency                 time.Duration // of each piece, in each direction
	LateClose               time.Duration // the client hears so late that the server has hung up
	ResetBefore, ResetAfter float64       // chance that a request is cut off before it is sent on, or its answer
}

// Set changes what is wrong with the line, for open connections too.
func (p *Proxy) Set(t Toxics) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.toxics = t
	close(p.changed)
	p.changed = make(chan struct{})
	for l := range p.lines {
		if t.Refuse {
			l.hangUp(true)
		}
	}
}

// passRequest says whether a piece that the client sent may go on, once it may.
func (p *Proxy) passRequest(l *line, piece []byte) bool {
	p.mu.Lock()
	before, after := p.dice.Float64() < p.toxics.ResetBefore, p.dice.Float64() < p.toxics.ResetAfter
	point := p.meets(piece)
	p.mu.Unlock()
	switch {
	case point != nil && !point.after && !point.stop(), before:
		l.hangUp(true)
		return false
	case point != nil && point.after, after:
		l.point = point
		l.deaf.Store(true)
	}
	return p.pass(l)
}

// pass waits as long as the line holds a piece back; false: the line is gone.
func (p *Proxy) pass(l *line) bool {
	p.mu.Lock()
	toxics := p.toxics
	p.mu.Unlock()
	if toxics.Latency > 0 && !l.wait(toxics.Latency) {
		return false
	}
	for {
		p.mu.Lock()
		hole, changed := p.toxics.Hole, p.changed
		p.mu.Unlock()
		if !hole {
			return true
		}
		select {
		case <-changed:
		case <-l.gone:
			return false
		}
	}
}

// linger is the time between the server's hanging up and the client's hearing.
func (p *Proxy) linger(l *line) {
	p.mu.Lock()
	late := p.toxics.LateClose
	p.mu.Unlock()
	if late > 0 {
		l.wait(late)
	}
}

func (l *line) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-l.gone:
		return false
	}
}
