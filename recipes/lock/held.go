package lock

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Held is a lock that is held.
type Held struct {
	c     *client.Client
	place *contend.Place
	token int64           // what it took over from the write hold that it came from; 0 if none
	gate  <-chan struct{} // closed when what was needed to acquire it has been given back; nil if nothing was
}

// Context ends when the hold does. Do the work under it. Its cause says why: ErrUnlocked after Unlock, ErrDeleted if somebody else
// deleted the lock's znode (noticed within 250 ms of locking, and at once after that, as long as there is a connection), and one that matches
// client.ErrSessionLost if the session ended.
//
// The session's end is declared here before the server can give the lock to another; see client.Session's Context for the clocks
// that this rests on. Between a disconnection and that moment the lock is still held.
func (h *Held) Context() context.Context { return h.place.Context() }

// Token is a fencing token: every later holder's is larger, whatever client it comes from. A resource that remembers the largest
// token it has seen, and refuses smaller ones, is safe from a holder that does not know yet that it lost the lock. It is the
// transaction id that made the lock's znode (czxid); a read hold that a writer turned into keeps the writer's, as it keeps its place: those who
// queued up before that have larger ones than that, but smaller ones than the new znode's. Readers that hold together have no order among them.
func (h *Held) Token() int64 {
	if h.token != 0 {
		return h.token
	}
	return h.place.Czxid()
}

// Path is the lock's znode.
func (h *Held) Path() string { return h.place.Path() }

// Guard is an operation for client.Txn that lets the transaction pass only while the lock is held: it checks that the lock's znode is
// there. The transaction fails with zk.ErrNoNode otherwise.
func (h *Held) Guard() client.Op { return h.c.Check(h.place.Path()) }

func (h *Held) carry(ctx context.Context) context.Context { return carrying(ctx, h) }
func (h *Held) parts() []*Held                            { return []*Held{h} }

// Unlock ends the hold: Context ends, then the lock's znode is deleted. It takes one request and waits a second at most. It is safe to
// defer, and to call twice: later calls return what the first did.
//
// An error means that the delete was not confirmed; the client goes on in the background, and at the latest the znode goes with the
// session. Unlocking what was already lost is no error.
func (h *Held) Unlock() error {
	h.place.End(ErrUnlocked)
	if h.gate != nil {
		defer func() { <-h.gate }()
	}
	if err := h.place.Leave(); err != nil {
		return fmt.Errorf("lock: unlock: %w", err)
	}
	return nil
}
