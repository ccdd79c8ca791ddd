package client

import (
	"context"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// WhoAmIBuilder asks who the client is.
type WhoAmIBuilder struct{ c *Client }

// WhoAmI asks the server who it takes the client for. It needs a server of 3.7 or later.
func (c *Client) WhoAmI() WhoAmIBuilder { return WhoAmIBuilder{c} }

// Identity is one of the names that a connection has for access control lists.
type Identity struct {
	Scheme string // "ip", "digest", "sasl", "x509", "super"
	User   string // for digest the name alone
}

func (b WhoAmIBuilder) operation() operation {
	return operation{op: wire.OpWhoAmI, body: &wire.Empty{}}
}

func decodeWhoAmI(o *operation, call *session.Call) ([]Identity, error) {
	var p wire.WhoAmIResponse
	if err := wire.Unmarshal(call.Body(), &p); err != nil {
		return nil, o.fail(err, false)
	}
	who := make([]Identity, len(p.Clients))
	for i, c := range p.Clients {
		who[i] = Identity(c)
	}
	return who, nil
}

// Do asks: one request. It fails with an *UnsupportedError.
func (b WhoAmIBuilder) Do(ctx context.Context) ([]Identity, error) {
	return do(ctx, b.c, b.operation(), nil, decodeWhoAmI)
}

// Async sends the request and returns at once.
func (b WhoAmIBuilder) Async(ctx context.Context) *Future[[]Identity] {
	return future(ctx, b.c, b.operation(), nil, decodeWhoAmI)
}
