package httpapi

import (
	"log/slog"
	"net/http"
	"unicode"
	"unicode/utf8"
)

// actorHeader names who decides about a dead letter, for the log. It is what
// the caller says; the token is what lets it in.
const actorHeader = "X-Hospital-Actor"

func actorOf(h http.Header) (string, error) {
	values := h[actorHeader]
	if len(values) == 0 {
		return "unknown", nil
	}
	actor := values[0]
	if len(values) > 1 || actor == "" || len(actor) > 128 || !utf8.ValidString(actor) {
		return "", fail(badRequest, actorHeader, "want a name, of at most 128 bytes")
	}
	for _, r := range actor {
		if !unicode.IsPrint(r) {
			return "", fail(badRequest, actorHeader, "want a printable name")
		}
	}
	return actor, nil
}

// logDecision leaves who decided what in the log, and never a value.
func (s *Server) logDecision(c *call, what, actor string, attrs ...slog.Attr) {
	all := append([]slog.Attr{slog.Uint64("blog", c.blog), slog.String("actor", actor), slog.String("request_id", c.id)}, attrs...)
	s.Logger.LogAttrs(c.ctx, slog.LevelInfo, what, all...)
}
