package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/secret"
	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// ErrAuthFailed means that a server did not accept an identity: its scheme or form, or the user or the password of SASL; or that the
// server did not prove in SASL that it knows the password. It matches zk.ErrAuthFailed, too.
//
// The server then closes the connection, but not the session. The client does not go on without the identity: it goes to the next
// server, with the usual pauses, so that one that is set up wrongly does no harm as long as another is right. Until then it is
// Suspended, and calls fail, when the retry policy gives up, with an error that matches both ErrConnectionLoss and ErrAuthFailed; so does,
// when the session timeout has passed, the cause of the session's end. Before there is a session, Connect and Wrap fail at the
// first refusal. (The Java client ends for good at any refusal.)
var ErrAuthFailed = session.ErrAuthFailed

// ErrAuthRequired means that the server closed the connection because the client asked for something and has none of the identities that the
// server insists on. It matches zk.ErrAuthFailed, too.
var ErrAuthRequired error = alias{"the server insists on an identity", zk.ErrAuthFailed}

// AddAuth gives the client one more identity, as WithAuth does, at run time: it holds for every request sent after AddAuth returned, of
// Conn, too, on every later connection and in every later session. It costs one request, and is repeated after a connection loss, which is safe:
// an identity that is there already changes nothing. An identity cannot be taken back.
//
// If the server refuses, the error matches ErrAuthFailed and nothing is remembered; but the server closes the connection, so that
// the client is Suspended for a moment. Refused are the schemes that the server does not have, and those that cannot be had so, such
// as world, auth and sasl; a wrong password of the scheme digest is not refused, it is another identity.
func (c *Client) AddAuth(ctx context.Context, scheme string, auth []byte) error {
	o := operation{op: wire.OpAuth, path: scheme, body: &wire.AuthRequest{Scheme: scheme, Auth: slices.Clone(auth)}}
	if scheme == "" {
		return o.fail(errScheme, false)
	}
	_, err := c.run(ctx, &o)
	return err
}

var errScheme = fmt.Errorf("no scheme")

// identity is what WithAuth keeps.
func identity(scheme string, auth []byte) session.Identity {
	return session.Identity{Scheme: scheme, Auth: secret.New(auth)}
}
