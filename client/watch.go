package client

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
)

// Events of a watch that no server sends. Both say that something may have happened of which the watch did not tell one by one, so that
// who keeps a copy has to read again; Missed recognises them.
const (
	// EventOverflow stands where events were dropped because the receiver was too slow: the buffer was full. Path is the watch's own.
	EventOverflow = session.EventOverflow
	// EventRearmed tells a persistent or recursive watch that the connection was lost and the watch stands again, in the same
	// session. Servers do not say what happened meanwhile. A read that begins after this event misses nothing that later events do not tell.
	EventRearmed = session.EventRearmed
)

// Missed tells whether ev is EventOverflow or EventRearmed.
func Missed(ev zk.Event) bool { return ev.Type == EventOverflow || ev.Type == EventRearmed }

// ErrWatchRemoved is why a watch ended that was taken away: with Stop or Close, or by its path with RemoveWatches.
var ErrWatchRemoved = session.ErrRemoved

// Watch is one user's watch. DoW of a read gives a one-shot, which tells of the next change and is then used up; Client.Watch gives
// one that stays. It ends with the context that it was made with, with Stop or Close, with RemoveWatches, with the session and with the client,
// and then its channel is closed and Err says why.
//
// All users of a path in this client share one watch of the server's. It goes from the server when its last user goes, and a watch that
// hand-written code has on the same path by Conn stays. The exception are servers before 3.5, which cannot be asked to remove a watch:
// there a one-shot stays until it fires or the connection ends, and nobody hears of it.
//
// A watch survives reconnects to the same session: it is armed again before any other request of the client's is sent. A one-shot then
// tells of what happened meanwhile, by the server's rules; one that stays tells EventRearmed. When the session is lost every watch
// ends: a one-shot with an event of type zk.EventNotWatching with Err set, one that stays with Err alone.
//
// The client never waits for a receiver. A one-shot has room for its event; for the others see WatchBuilder.Buffer.
type Watch struct {
	c *Client
	w *session.Watch
}

func (c *Client) newWatch(path string) *Watch { return &Watch{c: c, w: session.NewWatch(path)} }

// bind ends the watch with ctx.
func (w *Watch) bind(ctx context.Context) { w.c.seam.Bind(ctx, w.w) }

// Events delivers what happens and is closed when the watch has ended. Paths in it are named as the watch's own was.
func (w *Watch) Events() <-chan zk.Event { return w.w.Events() }

// All yields the events until the watch or ctx ends. It takes them from the same channel as Events, so each event goes to one receiver. The watch
// goes on when the loop is left.
func (w *Watch) All(ctx context.Context) iter.Seq[zk.Event] {
	return func(yield func(zk.Event) bool) {
		for {
			select {
			case ev, ok := <-w.w.Events():
				if !ok || !yield(ev) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// Err is why the watch ended: the cause of its context, ErrWatchRemoved, ErrSessionLost, ErrClosed or ErrUnsupported. It is nil as
// long as the watch lives, and for a one-shot that has told of a change.
func (w *Watch) Err() error {
	_, err := w.c.seam.Cause(w.w)
	switch {
	case err == nil, errors.Is(err, ErrClosed), errors.Is(err, ErrSessionLost):
		return err
	case errors.Is(err, zk.ErrClosing):
		return ErrClosed
	case errors.Is(err, session.ErrLost), errors.Is(err, zk.ErrSessionExpired):
		return fmt.Errorf("%w: %w", ErrSessionLost, err)
	}
	return unsupported(err, addWatchNeeds)
}

// Dropped is how many events the receiver was too slow for, in the watch's whole life.
func (w *Watch) Dropped() uint64 {
	n, _ := w.c.seam.Cause(w.w)
	return n
}

// Stop ends the watch and does not wait: its channel is closed at once, the server is told if nobody else needs it. An event that was
// already delivered can still be received.
func (w *Watch) Stop() { w.c.seam.Leave(w.w, ErrWatchRemoved) }

// Close ends the watch like Stop, and waits until the server has taken its own away if this was its last user: one or two requests. The
// error is the cause of ctx. A connection that ends meanwhile has taken the watch with it.
func (w *Watch) Close(ctx context.Context) error {
	if err := w.c.seam.LeaveWait(ctx, w.w, ErrWatchRemoved); err != nil {
		return fmt.Errorf("client: close a watch: %w", err)
	}
	return nil
}
