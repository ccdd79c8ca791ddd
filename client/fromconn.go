package client

import (
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
)

// ErrNeedsDialer means that a Client that FromConn made was asked for something that takes the SDK's dialer beneath the zk.Conn. NewDialer
// and Wrap, or Connect, bring it.
var ErrNeedsDialer = session.ErrNeedsDialer

// noSession is the Session of a client that has had none yet.
var noSession = newSession(session.Info{})

var errNoConn = errors.New("client: from conn: a zk.Conn and its events are needed")

// FromConn puts a Client on any *zk.Conn, however it was connected: the first step for a program that has one. The session, its
// ephemerals and the errors stay what they were. It sends nothing and does not wait: until zk.Conn has a session the state is Suspended,
// Session has the ID 0, Do tries again as the retry policy says, and Async fails.
//
// events is the channel that zk.Connect returned. The client receives from it from now on, until Close; who wants the events, too, uses States, or
// zk.WithEventCallback. The conn stays its owner's: Close leaves it open, and closing it ends the client's session.
//
// A request is a call of zk.Conn's own method, and so less than with Wrap:
//
//   - An operation for which zk.Conn has no method fails with ErrNeedsDialer: all that is newer than create, delete, exists, get, set,
//     children, ACLs, sync and transactions, and watches that stay.
//   - Async keeps the order of calls by making them one by one, each after the answer to the one before, so many take many round
//     trips. After a connection loss all that wait fail. Zxid of a Future is 0.
//   - A context that ends returns the call, but zk.Conn's own goes on behind it, in a goroutine, until zk.Conn lets go of it.
//   - Whatever the connection's loss interrupts counts as sent, so MayHaveApplied is true more often.
//   - zk.Conn connects, at its own pace, to its own list of servers: options that say where, how or to which session, SetServers and
//     the state ReadOnly do nothing here. There is no chroot, and Session.Export has no password.
//   - The timeout that the server granted is not known. WithSessionTimeout must say what zk.Connect was told, and servers that grant another
//     make the next point wrong by the difference.
//   - Session loss is guessed. zk.Conn drops a connection on which it has heard nothing for two thirds of the session timeout, so the session
//     is declared Lost a third of it after a disconnection, or all of it after the last answered call of this client's was sent, if
//     that is later. zk.Conn cannot be told; if it comes back to the session all the same, there is a new Session with the old
//     id, and ephemerals of the old one may still be there.
//   - zk.Conn drops events that nobody takes at once. A disconnection that was so short may go unseen.
//
// An error names a bad option, or says that conn or events is nil, or that an option of security cannot hold: WithTLS, WithTLSFunc, WithSASL,
// WithAuth and WithDigest. AddAuth is zk.Conn's own.
func FromConn(conn *zk.Conn, events <-chan zk.Event, opts ...Option) (*Client, error) {
	if conn == nil || events == nil {
		return nil, errNoConn
	}
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, fmt.Errorf("client: from conn: %w", err)
	}
	if cfg.tls != nil || cfg.sasl != nil || cfg.identities != nil {
		return nil, fmt.Errorf("client: from conn: TLS, SASL and identities: %w", ErrNeedsDialer)
	}
	states := newMachine()
	states.seen = newObserver(cfg.seeing.hooks, cfg.seeing.log)
	seam := session.NewLent(session.Options{Timeout: cfg.timeout, Hooks: states.hooks()}, conn, events)
	return newClient(&Dialer{seam: seam, states: states, cfg: cfg}, conn), nil
}
