package httpapi

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
)

// requestIDHeader is in canonical form, so that it can be read from and put
// into an http.Header without Get and Set.
const requestIDHeader = "X-Request-Id"

// requestID is the caller's, when it is one that may go into a log and a
// header as it is; else a new one.
func requestID(h http.Header) string {
	if ids := h[requestIDHeader]; len(ids) == 1 && plain(ids[0]) {
		return ids[0]
	}
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], rand.Uint64())
	return hex.EncodeToString(raw[:])
}

func plain(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == ':':
		default:
			return false
		}
	}
	return true
}
