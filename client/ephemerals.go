package client

import (
	"context"
	"strings"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// EphemeralsBuilder lists the session's ephemerals.
type EphemeralsBuilder struct {
	c      *Client
	prefix string
}

// Ephemerals lists the znodes that end with this session, those of hand-written code on the same *zk.Conn included, as far as they are within
// the chroot and the namespace. It needs a server of 3.6 or later.
func (c *Client) Ephemerals() EphemeralsBuilder { return EphemeralsBuilder{c: c} }

// Prefix lists only those whose path begins with prefix, as text: "/a" also finds "/ab".
func (b EphemeralsBuilder) Prefix(prefix string) EphemeralsBuilder {
	b.prefix = prefix
	return b
}

func (b EphemeralsBuilder) operation() (operation, error) {
	abs := b.c.chroot + b.prefix
	return operation{
		op: wire.OpGetEphemerals, path: b.prefix, abs: abs, body: &wire.GetEphemeralsRequest{Prefix: abs},
	}, b.c.space.bad
}

func (b EphemeralsBuilder) decode(o *operation, call *session.Call) ([]string, error) {
	var p wire.GetChildrenResponse
	if err := wire.Unmarshal(call.Body(), &p); err != nil {
		return nil, o.fail(err, false)
	}
	within := make([]string, 0, len(p.Children))
	for _, path := range p.Children {
		if path == b.c.chroot || strings.HasPrefix(path, b.c.chroot+"/") {
			within = append(within, b.c.rel(path))
		}
	}
	return within, nil
}

// Do lists: one request. Paths are whole and in no order. It fails with an *UnsupportedError.
func (b EphemeralsBuilder) Do(ctx context.Context) ([]string, error) {
	o, err := b.operation()
	return do(ctx, b.c, o, err, b.decode)
}

// Async sends the request and returns at once.
func (b EphemeralsBuilder) Async(ctx context.Context) *Future[[]string] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, b.decode)
}
