package group

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/node"
)

// Member is in the group at a path from Start to Close, and sees the others. It shares the group with Curator's GroupMembers.
//
// Shape: path/<id>, ephemeral, with what the member says as data; it is kept as by node.Persistent, which also says what happens when two have one
// id: the last that comes overwrites what the other says, and they are one member. path and its missing ancestors are made as containers.
//
// Cost: a View's to start and 2 requests for the znode; SetData 1 request, and for each who is in or looks 1 event and 1 request.
//
// Suspended: the member is in as long as the session may live. Lost: it is out, and in again with the next session; the others see it leave and join. State tells.
// For what it sees itself meanwhile see View.
//
// A Member is safe for concurrent use, and is for one life: after Close make another.
//
// Source: Curator's GroupMember.
type Member struct {
	id   string
	node *node.Persistent
	view *View
}

// NewMember returns the member id of the group at path, which says data. It does no I/O; the error is zk.ErrInvalidPath for a path, or an id, that
// no server would take. data is copied.
func NewMember(c *client.Client, path, id string, data []byte) (*Member, error) {
	v, err := NewView(c, path)
	if err != nil {
		return nil, err
	}
	if id == "" || strings.Contains(id, "/") {
		return nil, fmt.Errorf("group: member %q of %s: %w", id, path, zk.ErrInvalidPath)
	}
	n, err := node.NewPersistent(c, client.Join(path, id), data)
	if err != nil {
		return nil, fmt.Errorf("group: member %q of %s: %w", id, path, err)
	}
	return &Member{id: id, node: n, view: v}, nil
}

// Start looks at the group, joins it, and returns when it is in: three goroutines. ctx bounds the call only. While there is no connection
// Start waits. A failed Start leaves nothing behind and can be repeated. Errors: those of View's Start and of node.Persistent's.
func (m *Member) Start(ctx context.Context) error {
	if err := m.view.Start(ctx); err != nil {
		return err
	}
	err := m.node.Start(ctx)
	if err == nil {
		return nil
	}
	m.view.stop(err)
	if errors.Is(err, node.ErrClosed) {
		err = ErrClosed
	}
	return m.view.fail(ctx, "join", err)
}

// SetData makes the member say something else, now and whenever it is back after a loss. It is node.Persistent's Set.
func (m *Member) SetData(ctx context.Context, data []byte) error {
	if err := m.node.Set(ctx, data); err != nil {
		return m.view.fail(ctx, "set data of "+m.id+" in", err)
	}
	return nil
}

// Data is what the member says: what SetData said last.
func (m *Member) Data() []byte { return m.node.Data() }

// ID is the member's name.
func (m *Member) ID() string { return m.id }

// State is how the member's znode stands, and why it does not.
func (m *Member) State() node.State { return m.node.State() }

// Wait waits until the member is in. It is node.Persistent's.
func (m *Member) Wait(ctx context.Context) error { return m.node.Wait(ctx) }

// Members are those who are in, as far as is known, with what each says; this one is always among them. It asks nobody. The map is the caller's.
func (m *Member) Members() map[string][]byte {
	all := m.view.Members()
	if _, ok := all[m.id]; !ok {
		all[m.id] = m.Data()
	}
	return all
}

// Changes tells who joins, changes and leaves, this one included when its znode does. It is View's.
func (m *Member) Changes(ctx context.Context) iter.Seq2[Change, error] { return m.view.Changes(ctx) }

// Err is why Members is not kept up to date. It is View's.
func (m *Member) Err() error { return m.view.Err() }

// Close leaves the group: 2 requests, one of which takes the view's watch away. It is node.Persistent's Close.
func (m *Member) Close(ctx context.Context) error {
	m.view.Close()
	if err := m.node.Close(ctx); err != nil {
		return m.view.fail(ctx, "leave", err)
	}
	return nil
}
