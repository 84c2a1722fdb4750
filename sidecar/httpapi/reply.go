package httpapi

import (
	"strconv"
	"sync"
)

// reply is a JSON object (or array) being appended to a buffer.
type reply struct {
	b []byte
}

// name begins a member.
func (r *reply) name(name string) {
	r.comma()
	r.b = appendString(r.b, name)
	r.b = append(r.b, ':')
}

func (r *reply) comma() {
	if n := len(r.b); n > 0 {
		if c := r.b[n-1]; c != '{' && c != '[' && c != ':' {
			r.b = append(r.b, ',')
		}
	}
}

// open begins an object or array, as a member or, without a name, an element.
func (r *reply) open(name string, bracket byte) {
	if name == "" {
		r.comma()
	} else {
		r.name(name)
	}
	r.b = append(r.b, bracket)
}

func (r *reply) close(bracket byte) { r.b = append(r.b, bracket) }

func (r *reply) num(name string, v uint64) {
	r.name(name)
	r.b = strconv.AppendUint(r.b, v, 10)
}

// count is a number that cannot be negative.
func (r *reply) count(name string, n int) { r.num(name, uint64(max(n, 0))) }

func (r *reply) bool(name string, v bool) {
	r.name(name)
	r.b = strconv.AppendBool(r.b, v)
}

// bytes is a member that may hold any bytes.
func (r *reply) bytes(name, v string) {
	r.name(name)
	r.b = appendBytes(r.b, v)
}

// element is an element of an array of strings.
func (r *reply) element(v string) {
	r.comma()
	r.b = appendBytes(r.b, v)
}

// raw is a member that is JSON already.
func (r *reply) raw(name string, json []byte) {
	r.name(name)
	r.b = append(r.b, json...)
}

// bit is 1 or 0, as the guide's functions count.
func bit(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// buffers are reused, except large ones: one export must not pin its size.
type buffers struct {
	pool sync.Pool
}

const largestKept = 64 << 10

func (p *buffers) get() *reply {
	if r, ok := p.pool.Get().(*reply); ok {
		return r
	}
	return &reply{b: make([]byte, 0, 512)}
}

func (p *buffers) put(r *reply) {
	if cap(r.b) <= largestKept {
		r.b = r.b[:0]
		p.pool.Put(r)
	}
}
