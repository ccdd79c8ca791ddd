package client

import (
	"context"
	"errors"
	"log/slog"

	"github.com/go-zookeeper/zk"
)

// logHooks write what happens to a logger.
func logHooks(log *slog.Logger) Hooks {
	return Hooks{
		Attempt: func(ctx context.Context, a Attempt) {
			if a.Err != nil {
				log.LogAttrs(ctx, slog.LevelDebug, "zookeeper: attempt failed", slog.String("op", a.Name), slog.String("path", a.Path),
					slog.Int("attempt", a.Number), sessionAttr(a.Session), slog.Duration("latency", a.Latency),
					slog.String("outcome", a.Outcome.String()), slog.String("error", a.Err.Error()))
			}
		},
		Operation: func(ctx context.Context, op Operation) {
			level := slog.LevelDebug
			if op.Outcome == Unknown {
				level = slog.LevelWarn
			}
			if !log.Enabled(ctx, level) {
				return
			}
			attrs := []slog.Attr{
				slog.String("op", op.Name), slog.String("path", op.Path), slog.Int("attempts", len(op.Attempts)),
				slog.Duration("latency", op.Latency), slog.Int("sent", op.Sent()), slog.Int("received", op.Received()),
				slog.String("outcome", op.Outcome.String()),
			}
			if op.Err != nil {
				attrs = append(attrs, slog.String("error", bare(op.Err).Error()))
			}
			log.LogAttrs(ctx, level, "zookeeper: operation", attrs...)
		},
		State: func(change StateChange) { logState(log, change) },
		Watch: func(ev zk.Event) {
			log.Debug("zookeeper: watch", "type", ev.Type.String(), "path", ev.Path)
		},
		Dropped: func(n int) { log.Warn("zookeeper: reports to hooks were dropped", "count", n) },
	}
}

func logState(log *slog.Logger, change StateChange) {
	level, text := slog.LevelInfo, "zookeeper: "+change.State.String()
	var attrs []slog.Attr
	if s := change.Session; s != nil {
		attrs = append(attrs, sessionAttr(s.ID()))
		if change.State == Lost {
			attrs = append(attrs, slog.String("cause", s.Err().Error()))
		}
		if errors.Is(s.Err(), ErrClosed) {
			log.LogAttrs(context.Background(), level, "zookeeper: Closed", attrs[0])
			return
		}
	}
	if !change.State.Connected() {
		level = slog.LevelWarn
	}
	log.LogAttrs(context.Background(), level, text, attrs...)
}

// sessionAttr is a session's id as ZooKeeper's tools print it.
func sessionAttr(id int64) slog.Attr { return slog.String("session", (&Session{id: id}).String()) }
