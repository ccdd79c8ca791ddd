package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// watchBuffer is how many events wait for a slow receiver, unless Buffer says otherwise.
const watchBuffer = 128

// maxWatchBuffer keeps a mistake from taking all memory.
const maxWatchBuffer = 1 << 20

// WatchBuilder sets a watch that stays.
type WatchBuilder struct {
	c      *Client
	path   string
	mode   session.WatchMode
	buffer int
	in     *Inbox // nil: the watch's own channel
}

// Watch sets a watch that stays on path, be there a znode or not. It tells of the znode's creation, of changes of its data, of its
// deletion and of changes of its list of children, again and again. It takes a server of 3.6 or later.
func (c *Client) Watch(path string) WatchBuilder {
	return WatchBuilder{c: c, path: path, mode: session.Persistent, buffer: watchBuffer}
}

// Recursive lets the watch tell of the whole subtree: of the creation, the changed data and the deletion of every znode at path and
// below. It does not tell of lists of children, since the children tell themselves.
//
// Where one path has recursive and other users, the server has the recursive watch alone, and the others are told that the list of
// children has changed by the creation or deletion of a child. From servers that hide the events of znodes that the client may not
// read (since 3.8.4) they do not hear then of such a child.
func (b WatchBuilder) Recursive() WatchBuilder {
	b.mode = session.Recursive
	return b
}

// Buffer is how many events wait for a receiver that is slower than the server; the default is 128. What comes when it is full is
// dropped, and EventOverflow stands in its place.
func (b WatchBuilder) Buffer(n int) WatchBuilder {
	b.buffer = n
	return b
}

// Do sets the watch and waits for the server: one request, or none if another user has the same watch already. It is repeated after a
// connection loss. Everything that changes after Do was called and before the watch ends is told or stands behind an event for which Missed is true.
//
// ctx is the watch's life, not only the call's: the watch ends with it. Do fails with ErrUnsupported on servers before 3.6, which close
// the connection as well; the session survives that.
func (b WatchBuilder) Do(ctx context.Context) (*Watch, error) {
	abs := b.c.abs(b.path)
	o := operation{op: wire.OpAddWatch, path: b.path, abs: abs}
	seen := b.c.see(ctx, &o)
	w, err := b.set(ctx, &o)
	seen.end(err)
	return w, err
}

func (b WatchBuilder) set(ctx context.Context, o *operation) (*Watch, error) {
	if err := b.c.check(b.path, false); err != nil {
		return nil, o.fail(err, false)
	}
	if b.buffer < 1 || b.buffer > maxWatchBuffer {
		return nil, o.fail(fmt.Errorf("%w: a buffer of %d events", errOption, b.buffer), false)
	}
	retry := retrier{c: b.c}
	for {
		w := &Watch{b.c, session.NewHold(b.path, o.abs, b.mode, b.buffer)}
		if b.in != nil {
			w.w.Into(slot{b.in, w})
		}
		call := b.c.hold(ctx, o, w)
		err := await(ctx, call)
		o.seen.ended(err)
		if err == nil {
			w.bind(ctx)
			return w, nil
		}
		b.c.seam.Leave(w.w, err)
		if errors.Is(err, wire.Unimplemented) {
			return nil, o.fail(unsupported(err, addWatchNeeds), false)
		}
		if again := retry.again(ctx, o, call, err); again != nil {
			return nil, again
		}
	}
}

func (c *Client) hold(ctx context.Context, o *operation, w *Watch) *session.Call {
	if err := context.Cause(ctx); err != nil {
		return session.Failed(wire.OpAddWatch, err)
	}
	if c.closed() {
		return session.Failed(wire.OpAddWatch, ErrClosed)
	}
	if o.seen != nil {
		return o.seen.share(func() *session.Call { return c.seam.Hold(w.w) })
	}
	return c.seam.Hold(w.w)
}
