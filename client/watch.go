package client

import (
	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
)

// Watch is a one-shot watch: it tells of the next change and is then used up.
//
// It survives reconnects to the same session: what changed meanwhile is told then. When the session ends it delivers an event of type
// zk.EventNotWatching with Err set.
type Watch struct {
	c *Client
	w *session.Watch
}

func (c *Client) newWatch(path string) *Watch { return &Watch{c: c, w: session.NewWatch(path)} }

// Events delivers one event and is then closed.
func (w *Watch) Events() <-chan zk.Event { return w.w.Events() }

// Stop gives the watch up: it delivers nothing any more, unless it already has. The server keeps its own entry until it fires or the
// session ends.
func (w *Watch) Stop() { w.c.seam.Remove(w.w) }
