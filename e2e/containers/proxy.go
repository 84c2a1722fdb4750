package containers

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy stands between a client and a server, so that a test can cut the line.
type Proxy struct {
	Addr   string
	target string

	mu    sync.Mutex
	lines map[net.Conn]bool
	cut   bool
	lose  []byte
}

// NewProxy listens on a port of its own and forwards to target.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: listener.Addr().String(), target: target, lines: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = listener.Close(); p.Cut() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

// Cut ends every connection and refuses new ones until Mend.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for line := range p.lines {
		_ = line.Close()
	}
}

// Mend lets connections through again.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
}

// LoseAnswerTo ends the next connection whose client sends text, after the
// server has done what was asked and before the client hears of it.
func (p *Proxy) LoseAnswerTo(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose = []byte(text)
}

func (p *Proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	refused := p.cut
	p.lines[client], p.lines[server] = true, true
	p.mu.Unlock()
	hangUp := func() {
		_, _ = client.Close(), server.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.lines, client)
		delete(p.lines, server)
	}
	if refused {
		hangUp()
		return
	}
	deaf := make(chan struct{})
	go func() { defer hangUp(); answers(client, server, deaf) }()
	p.requests(server, client, deaf)
	hangUp()
}

// requests forwards what the client says, and closes deaf before the one whose
// answer is to be lost.
func (p *Proxy) requests(server io.Writer, client io.Reader, deaf chan struct{}) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		p.mu.Lock()
		if p.lose != nil && bytes.Contains(buffer[:n], p.lose) {
			p.lose = nil
			close(deaf)
		}
		p.mu.Unlock()
		if _, failed := server.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}

// answers forwards what the server says, until it is to be lost.
func answers(client io.Writer, server io.Reader, deaf chan struct{}) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		select {
		case <-deaf:
			return
		default:
		}
		if _, failed := client.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}
