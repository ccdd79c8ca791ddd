package barrier

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zookit-go/zookit/client"
)

// ErrLeft is the cause with which a Member's context ends when it leaves.
var ErrLeft = errors.New("barrier: left")

// withdrawTimeout bounds how long a failed call waits for the delete of its znode; the client finishes in the background.
const withdrawTimeout = time.Second

// Member is one who is in a double barrier.
type Member struct {
	d    *Double
	name string
	ctx  context.Context // its life
	end  context.CancelCauseFunc

	watching context.Context // of Enter's watches
	unwatch  context.CancelFunc
	made     int64 // the transaction that made the znode
	looked   bool  // Enter saw who was there
	mixed    bool  // with members of other libraries

	mu    sync.Mutex // held by the Leave that is under way
	gone  bool       // the znode is deleted
	left  int64      // the transaction that did it, if it is known
	out   bool       // Leave is done
	known bool       // rest is
	rest  []string   // who was there when this one left
	ready *client.Watch
}

func (m *Member) path() string { return m.d.join(m.name) }

// Path is the member's znode.
func (m *Member) Path() string { return m.path() }

// Context ends when the member leaves, with ErrLeft, and when its session ends, with a cause that matches client.ErrSessionLost or client.ErrClosed: the
// others then see it leave. It does not tell that somebody else deleted the member's znode.
func (m *Member) Context() context.Context { return m.ctx }

// Leave deletes the member's znode and waits until all who were in have left. If ctx ends first it returns context.Cause(ctx); the
// member has left then or leaves in the background, and calling Leave again goes on waiting. It is safe to call twice.
//
// A member whose session has ended has left; Leave waits for the others in the next session. Other errors: client.ErrConnectionLoss if the
// retry policy gave up, zk.ErrNoAuth, client.ErrClosed.
func (m *Member) Leave(ctx context.Context) error {
	m.end(ErrLeft)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.out {
		return nil
	}
	err := m.leave(ctx)
	if err == nil {
		m.out = true
		if m.ready != nil {
			m.ready.Stop()
		}
		m.unwatch() // what was deleted has told already
		return nil
	}
	if !m.gone {
		_ = m.withdraw()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("barrier: leave %s: %w", m.d.path, err)
}
