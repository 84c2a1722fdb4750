package containers

import (
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy stands between a client and a server, so that a test can cut the line,
// or make it a bad one (Toxics).
type Proxy struct {
	Addr string

	mu      sync.Mutex
	target  string
	lines   map[*line]bool
	toxics  Toxics
	changed chan struct{} // closed when the toxics are others
	dice    *rand.Rand
	point   *Point
	close   func()
}

// line is one connection through the proxy.
type line struct {
	client, server net.Conn
	gone           chan struct{}
	once           sync.Once
	deaf           atomic.Bool // the next answer is to be lost, or held at the point
	point          *Point      // nil: lost
}

// hangUp ends both sides; reset: as a crashed peer would, without a farewell.
func (l *line) hangUp(reset bool) {
	l.once.Do(func() { close(l.gone) })
	for _, side := range []net.Conn{l.client, l.server} {
		if tcp, ok := side.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0)
		}
		_ = side.Close()
	}
}

// NewProxy listens on a port of its own and forwards to target.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p, err := newProxy("127.0.0.1", target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

func newProxy(host, target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, err
	}
	p := &Proxy{
		Addr: listener.Addr().String(), target: target, lines: map[*line]bool{},
		changed: make(chan struct{}), dice: rand.New(rand.NewPCG(1, 2)),
	}
	p.close = func() { _ = listener.Close(); p.Cut() }
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p, nil
}

// Retarget forwards new connections to another address.
func (p *Proxy) Retarget(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Cut ends every connection and refuses new ones until Mend.
func (p *Proxy) Cut() { p.Set(Toxics{Refuse: true}) }

// Mend lets connections through again.
func (p *Proxy) Mend() { p.Set(Toxics{}) }

func (p *Proxy) serve(client net.Conn) {
	p.mu.Lock()
	target, refused := p.target, p.toxics.Refuse
	p.mu.Unlock()
	if refused {
		_ = client.Close()
		return
	}
	server, err := net.DialTimeout("tcp", target, time.Second)
	if err != nil {
		_ = client.Close()
		return
	}
	l := &line{client: client, server: server, gone: make(chan struct{})}
	p.mu.Lock()
	refused = p.toxics.Refuse
	p.lines[l] = true
	p.mu.Unlock()
	if !refused {
		go p.answers(l)
		p.requests(l)
	}
	l.hangUp(false)
	p.mu.Lock()
	delete(p.lines, l)
	p.mu.Unlock()
}

// requests forwards what the client says, and marks the one whose answer is to
// be lost.
func (p *Proxy) requests(l *line) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := l.client.Read(buffer)
		if n > 0 && !p.passRequest(l, buffer[:n]) {
			return
		}
		if _, failed := l.server.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}

// answers forwards what the server says, until it is to be lost.
func (p *Proxy) answers(l *line) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := l.server.Read(buffer)
		if l.deaf.Swap(false) && !l.goesOn() {
			return
		}
		if n > 0 && !p.pass(l) {
			return
		}
		if _, failed := l.client.Write(buffer[:n]); failed != nil || err != nil {
			break
		}
	}
	p.linger(l)
	l.hangUp(false)
}
