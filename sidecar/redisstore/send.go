package redisstore

import (
	"fmt"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// scriptFields is about how many fields one run of the write script takes: Redis
// does nothing else meanwhile, and Lua's unpack() has its limits.
const scriptFields = 128

// load is one run of the write script, as it is put together: under one lease.
type load struct {
	call
	lease  appointment.Lease
	token  string
	parts  []part
	fields int
}

// part is some fields of one write: as many as go together, and none twice.
type part struct {
	of           *passenger
	write, field int // which write of the passenger, and its first field
	count        int
}

// send runs the writes of all aboard in one round trip by eval, and leaves with
// each what became of its own.
func (s *Store) send(aboard []*passenger, eval func(calls ...call) ([]*redis.Cmd, error)) {
	if len(aboard) == 0 {
		return
	}
	loads := s.loads(aboard)
	calls := make([]call, len(loads))
	for i, l := range loads {
		l.args[4] = l.fields
		calls[i] = l.call
	}
	cmds, _ := eval(calls...) // each command carries its own error
	for i, l := range loads {
		l.answered(cmds[i])
	}
	for _, p := range aboard {
		if p.err != nil && p.written { // a refusal of some is no refusal of all
			p.err = fmt.Errorf("%w: some of the batch was written, then: %s", appointment.ErrUnknownOutcome, p.err)
		}
	}
}

// answered gives each part what the script said of its fields.
func (l *load) answered(cmd *redis.Cmd) {
	said, err := cmd.Text()
	if err == nil && len(said) != l.fields {
		err = fmt.Errorf("%w: write script answered %q for %d fields", appointment.ErrUnknownOutcome, said, l.fields)
	}
	err = classify(err)
	for _, each := range l.parts {
		if err != nil {
			each.of.err = err
			continue
		}
		for i, letter := range []byte(said[:each.count]) {
			outcome := appointment.Updated
			switch letter {
			case 's':
				outcome = appointment.Unchanged
			case 'e':
				each.of.err = &appointment.ForeignKeysError{Posts: []appointment.Post{each.of.writes[each.write].Post}}
			}
			each.of.outcomes[each.write][each.field+i] = outcome
		}
		each.of.written = each.of.written || said[0] != 'e'
		said = said[each.count:]
	}
}

// loads puts the writes of all aboard together, in order, into as few runs of
// the script as their leases and its size allow.
func (s *Store) loads(aboard []*passenger) []*load {
	var loads []*load
	var open *load
	for _, p := range aboard {
		p.outcomes = make([][]appointment.Outcome, len(p.writes))
		for i, w := range p.writes {
			p.outcomes[i] = make([]appointment.Outcome, len(w.Fields))
			if open == nil || open.lease.Blog != w.Post.Blog || open.lease.Epoch != w.Lease.Epoch || open.token != p.token || open.fields >= scriptFields {
				open = s.newLoad(w, p.token)
				loads = append(loads, open)
			}
			for at := 0; at < len(w.Fields); {
				n := together(w.Fields[at:])
				open.add(s.keys, w, part{p, i, at, n})
				at += n
			}
		}
	}
	return loads
}

func (s *Store) newLoad(w appointment.Write, token string) *load {
	blog := w.Post.Blog
	l := &load{lease: appointment.Lease{Blog: blog, Epoch: w.Lease.Epoch}, token: token}
	l.script = writeScript
	l.keys = []string{s.keys.floor(blog), s.keys.dirty(blog), s.keys.ttls(blog), s.keys.dead(blog)}
	l.args = []any{token, w.Lease.Epoch, s.SyncDelay.Milliseconds(), s.MaxDirty, 0}
	return l
}

func (l *load) add(k keys, w appointment.Write, p part) {
	hash, dirty := k.post(w.Post)
	l.keys = append(l.keys, hash, dirty)
	fields := w.Fields[p.field : p.field+p.count]
	l.args = append(l.args, w.Post.Member(), flags(w), int64(w.TTL.Seconds()), len(fields))
	for _, f := range fields {
		l.args = append(l.args, f.Key)
	}
	for _, f := range fields {
		op := "="
		if f.Delete {
			op = "-"
		} else if f.Row != nil && *f.Row == f.Value {
			op = "r"
		}
		l.args = append(l.args, op, f.Value)
	}
	l.parts = append(l.parts, p)
	l.fields += len(fields)
}

// together is how many of the fields go into one part.
func together(fields []appointment.Field) int {
	if len(fields) == 1 {
		return 1
	}
	seen := make(map[string]bool, min(len(fields), scriptFields))
	for i, f := range fields {
		if seen[f.Key] || i == scriptFields {
			return i
		}
		seen[f.Key] = true
	}
	return len(fields)
}
