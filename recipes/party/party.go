package party

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// Party is a group of processes, each of which sees who else is here. It shares its znodes with kazoo's Party, or with its ShallowParty if
// it was made by NewShallow.
//
// Shape: one ephemeral znode per member. In a Party path/<32 hex>__party__, with the member's id as its data, in UTF-8; other children are
// left out of account. In a shallow one path/<32 hex>-<id>, with the id as its data, too; every child is a member, and its id is what follows the first
// dash. path and its missing ancestors are made as persistent znodes, since kazoo looks for them once only; they stay behind.
//
// Cost: 1 request to join and 1 to leave; a member also watches its own znode, which takes 1 request and, when it leaves, 1 event. Members
// takes 1 request, and in a Party 1 more for each member.
//
// Suspended: a membership goes on. Lost: it ends, and the member is not in the next session's party, unless it came with Stay. A
// look at the members waits for the connection.
//
// A Party is safe for concurrent use. Two Join calls are two members, also with one id.
//
// Source: kazoo's recipe.party.
type Party struct {
	c    *client.Client
	path string
	kind kind
	id   string
}

// Option configures a Party.
type Option interface{ party(p *Party) }

// ID is what the others see of a member. It is an option of parties and partitioners.
type ID string

func (id ID) party(p *Party) { p.id = string(id) }

// WithID is what the others see of this member. In a Party it is empty unless set; see PartitionerOption for the other.
func WithID(id string) ID { return ID(id) }

// New returns the party at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take, or says what is wrong
// with the id.
func New(c *client.Client, path string, opts ...Option) (*Party, error) {
	return newParty(c, path, deep, opts)
}

// NewShallow returns the party at path whose members' znodes are named after them. An id must be good in a znode's name: no slash. It does
// no I/O; errors are those of New.
func NewShallow(c *client.Client, path string, opts ...Option) (*Party, error) {
	return newParty(c, path, shallow, opts)
}

func newParty(c *client.Client, path string, k kind, opts []Option) (*Party, error) {
	p := &Party{c: c, path: path, kind: k}
	for _, opt := range opts {
		opt.party(p)
	}
	err := client.CheckPath(path)
	if err == nil {
		err = k.check(path, p.id)
	}
	if err != nil {
		return nil, fmt.Errorf("party: at %q: %w", path, err)
	}
	return p, nil
}

// Join makes the member known to the others. ctx bounds the call only: the membership outlives it.
//
// If ctx ends first, Join returns context.Cause(ctx). Other errors: one that matches client.ErrSessionLost if the session ended,
// client.ErrConnectionLoss if the retry policy gave up, zk.ErrNoAuth, client.ErrClosed. After an error no znode stays: what cannot be deleted within a
// second is deleted in the background.
func (p *Party) Join(ctx context.Context) (*Membership, error) {
	m, err := p.join(ctx, p.kind.name(p.id))
	if err != nil {
		return nil, p.fail(ctx, "join", err)
	}
	return m, nil
}

// fail names the party, unless it was the caller's own context that ended.
func (p *Party) fail(ctx context.Context, verb string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("party: %s %s: %w", verb, p.path, err)
}
