package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// simpleSlot is a receipt: an ephemeral znode whose version counts the writes that were made with it. It belongs to one call at a time.
type simpleSlot struct {
	path    string
	version int32
	session *client.Session // in which it was made
}

// op is what a transaction does to leave its receipt.
func (s *simpleSlot) op(c *client.Client) client.Op {
	return c.Set(s.path).Data([]byte{}).Uncompressed().Version(s.version)
}

// simpleSlots are the receipts that no call has.
type simpleSlots struct {
	mu   sync.Mutex // guards what follows
	free []*simpleSlot
	shut bool
}

// slot is a receipt for one write; nil if there are to be none.
func (q *simpleCore) slot(ctx context.Context) (*simpleSlot, error) {
	if q.folder == "" {
		return nil, nil //nolint:nilnil // no receipt is no error
	}
	for {
		s := q.slots.take()
		if s == nil {
			break
		}
		if s.session.Err() == nil {
			return s, nil
		}
	}
	session := q.c.Session()
	path, err := q.c.Create(client.Join(q.folder, "receipt")).Data([]byte{}).Uncompressed().
		Ephemeral().ParentContainers().Protected().Do(ctx)
	if err != nil {
		return nil, fmt.Errorf("making a receipt: %w", simpleBare(err))
	}
	if now := q.c.Session(); now != session {
		session = now // made in one of them; if not in this one, the first transaction finds it missing
	}
	return &simpleSlot{path: path, session: session}, nil
}

// simpleBare is an error of the receipt's, which says nothing about the queue.
func simpleBare(err error) error {
	var op *client.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func (s *simpleSlots) take() *simpleSlot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) == 0 {
		return nil
	}
	slot := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	return slot
}

// done takes back a receipt that was written.
func (s *simpleSlots) done(c *client.Client, slot *simpleSlot) {
	if slot != nil {
		slot.version++
		s.back(c, slot)
	}
}

// back takes back a receipt that was not written.
func (s *simpleSlots) back(c *client.Client, slot *simpleSlot) {
	if slot == nil {
		return
	}
	s.mu.Lock()
	shut := s.shut
	if !shut {
		s.free = append(s.free, slot)
	}
	s.mu.Unlock()
	if shut {
		s.drop(c, slot)
	}
}

// drop gives up a receipt that nobody knows the version of.
func (s *simpleSlots) drop(c *client.Client, slot *simpleSlot) {
	if slot != nil && slot.session.Err() == nil {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = c.Delete(slot.path).Guaranteed().Do(ctx) // in the background
	}
}

// close deletes the receipts.
func (s *simpleSlots) close(ctx context.Context, c *client.Client) error {
	s.mu.Lock()
	free := s.free
	s.free, s.shut = nil, true
	s.mu.Unlock()
	var failed error
	for _, slot := range free {
		if slot.session.Err() != nil {
			continue
		}
		if err := c.Delete(slot.path).Guaranteed().Do(ctx); err != nil && !errors.Is(err, zk.ErrNoNode) {
			failed = err
		}
	}
	return failed
}
