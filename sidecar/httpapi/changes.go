package httpapi

import (
	"strconv"

	"hospital-appointments-redis/sidecar/appointment"
)

// A raw call comes from the plugin and counts as WordPress's own write: its
// values are the row's bytes already. Only when the whole body has been read
// is it known whether it is one, so values are kept as scalars until then.

// decodeSet reads {"fields":{...},"ttl":0,"raw":false}.
func (d direct) decodeSet(c *call) (appointment.Write, error) {
	in := newScanner(c.body)
	members := names{known: []string{"fields", "ttl", "raw"}}
	var fields []named
	w, raw := appointment.Write{}, false
	in.open('{', badRequest)
	for {
		name := in.member(&members)
		switch name {
		case "fields":
			fields = d.fields(in)
		case "ttl":
			w.TTL = in.ttl()
		case "raw":
			raw = in.bool()
		default:
			if err := in.end(); err != nil {
				return w, err
			}
			if len(fields) == 0 {
				return w, fail(badRequest, "fields", "want at least one field")
			}
			return d.complete(w, fields, raw, "fields.")
		}
		in.in(name)
	}
}

// decodeField reads {"value":...,"ttl":0,"raw":false}.
func (d direct) decodeField(c *call, key string) (appointment.Write, error) {
	in := newScanner(c.body)
	members := names{known: []string{"value", "ttl", "raw"}}
	field := named{key: key}
	w, raw := appointment.Write{}, false
	in.open('{', badRequest)
	for {
		name := in.member(&members)
		switch name {
		case "value":
			field.scalar = d.scalar(in)
		case "ttl":
			w.TTL = in.ttl()
		case "raw":
			raw = in.bool()
		default:
			if err := in.end(); err != nil {
				return w, err
			}
			if !members.has("value") {
				return w, fail(badRequest, "value", "missing")
			}
			return d.complete(w, []named{field}, raw, "")
		}
		in.in(name)
	}
}

// decodeStatus reads {"status":...,"raw":false}.
func (d direct) decodeStatus(c *call) (status string, raw bool, err error) {
	in := newScanner(c.body)
	members := names{known: []string{"status", "raw"}}
	var value scalar
	in.open('{', badRequest)
	for {
		name := in.member(&members)
		switch name {
		case "status":
			value = d.scalar(in)
		case "raw":
			raw = in.bool()
		default:
			if err := in.end(); err != nil {
				return "", false, err
			}
			if !members.has("status") {
				return "", false, fail(badRequest, "status", "missing")
			}
			status, err = value.meta(raw)
			return status, raw, within("status", err)
		}
		in.in(name)
	}
}

// decodeRaw reads nothing, or {"raw":false}.
func (d direct) decodeRaw(c *call) (raw bool, err error) {
	if c.body == "" {
		return false, nil
	}
	in := newScanner(c.body)
	members := names{known: []string{"raw"}}
	in.open('{', badRequest)
	for in.member(&members) != "" {
		raw = in.bool()
		in.in("raw")
	}
	return raw, in.end()
}

// named is a field as the caller gave it.
type named struct {
	key string
	scalar
}

func (d direct) fields(in *scanner) []named {
	if !in.open('{', badRequest) {
		return nil
	}
	var fields []named
	seen := map[string]bool{}
	for in.more('}', len(fields) == 0) {
		if len(fields) == d.Limits.Ops {
			in.fail(tooManyOps, "", "want at most "+strconv.Itoa(d.Limits.Ops)+" fields in one call")
			break
		}
		key := in.name()
		if err := checkKey(key); err != nil && in.err == nil {
			in.err = err
		}
		if seen[key] {
			in.fail(badJSON, "", "given twice")
		}
		seen[key] = true
		fields = append(fields, named{key, d.scalar(in)})
		if in.err != nil {
			in.in(clip(key))
		}
	}
	return fields
}

// complete makes the write of the fields, as bytes.
func (d direct) complete(w appointment.Write, fields []named, raw bool, prefix string) (appointment.Write, error) {
	w.Direct = !raw
	w.Fields = make([]appointment.Field, 0, len(fields))
	for _, each := range fields {
		value, err := each.meta(raw)
		if err != nil && prefix != "" {
			return w, within(prefix+clip(each.key), err)
		}
		if err != nil {
			return w, within("value", err)
		}
		w.Fields = append(w.Fields, appointment.Field{Key: each.key, Value: value})
	}
	return w, nil
}
