package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// logCall writes one line for a request: at debug when it went well or core has
// to write (in an outage that is every write), info when the caller got it
// wrong, warn when something of ours is broken, and only then with the error.
// The route is logged as it stands in the table, so neither ids nor keys
// appear, and never a value or the token.
func (s *Server) logCall(c *call, r route, took time.Duration, err error) {
	level := slog.LevelDebug
	switch {
	case err == nil, c.code == "native":
	case c.status >= http.StatusInternalServerError:
		level = slog.LevelWarn
	default:
		level = slog.LevelInfo
	}
	// Not the request's context: one that is cancelled must be logged too.
	ctx := context.Background()
	if !s.Logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", c.web.Request().Method),
		slog.String("route", r.path),
		slog.Int("status", c.status),
		slog.String("code", c.code),
		slog.Duration("took", took),
		slog.String("request_id", c.id),
	}
	if level == slog.LevelWarn {
		attrs = append(attrs, slog.Any("error", err))
	}
	s.Logger.LogAttrs(ctx, level, "request", attrs...)
}
