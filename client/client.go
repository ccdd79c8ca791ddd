package client

import (
	"context"
	"fmt"
	"sync"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
)

// Client is a session with an ensemble and the calls on it. It is safe for concurrent use.
type Client struct {
	seam    *session.Seam
	states  *machine
	conn    *zk.Conn
	events  <-chan zk.Event // closed when conn's goroutines have ended; nil for a wrapped conn
	chroot  string          // "" or "/..."
	retry   RetryPolicy
	acl     ACLProvider
	janitor *janitor
	policy  StateErrorPolicy
	follows *sync.WaitGroup // the follower of the configuration
	seen    *observer
	space   space // the namespace that this is a view of
	ops     opsConfig
	old     *oldServers

	life context.Context // ends with Close, cause ErrClosed
	end  context.CancelCauseFunc
}

// Connect opens a session. servers is ZooKeeper's connect string: "host:port,host:port/chroot". The chroot, if any, is put before
// every path and taken off every path that is returned; it must exist.
//
// Connect returns when a session stands, or when ctx ends: then the error says so and why the last attempt failed, and what was
// started ends within a second. ctx bounds only the call; Close ends the client.
func Connect(ctx context.Context, servers string, opts ...Option) (*Client, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	hosts, chroot, err := cfg.servers(servers)
	if err != nil {
		return nil, err
	}
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("client: connect to %s: %w", servers, err)
	}
	d := newDialer(cfg)
	conn, events, err := zk.Connect(hosts, cfg.timeout,
		zk.WithDialer(d.Dial), zk.WithHostProvider(d.HostProvider()), zk.WithLogger(quiet{}), zk.WithLogInfo(false))
	if err != nil {
		return nil, fmt.Errorf("client: connect to %s: %w", servers, err)
	}
	c := newClient(d, conn)
	c.events, c.chroot = events, chroot
	if err := c.awaitSession(ctx); err != nil {
		_ = c.abandon() // ctx has ended: nobody waits
		return nil, fmt.Errorf("client: connect to %s: %w", servers, err)
	}
	c.begin(cfg)
	return c, nil
}

// Wrap adopts a *zk.Conn whose owner connected it with d.Dial, so that the SDK and hand-written code share its session. It returns
// when a session stands or ctx ends. The conn stays its owner's: Close leaves it open, and closing it ends the client's session. So release
// what recipes hold before Close: their ephemerals live as long as conn's session does.
func Wrap(ctx context.Context, conn *zk.Conn, d *Dialer) (*Client, error) {
	c := newClient(d, conn)
	if err := c.awaitSession(ctx); err != nil {
		c.end(ErrClosed)
		return nil, fmt.Errorf("client: wrap: %w", err)
	}
	c.begin(d.cfg)
	return c, nil
}

func newClient(d *Dialer, conn *zk.Conn) *Client {
	c := &Client{
		seam: d.seam, states: d.states, conn: conn, retry: d.cfg.retry, policy: d.cfg.policy, follows: new(sync.WaitGroup),
		acl: d.cfg.acl, ops: d.cfg.ops, old: &oldServers{},
	}
	c.seen = d.states.seen
	c.janitor = &janitor{c: c}
	c.life, c.end = context.WithCancelCause(context.Background())
	return c
}

func (c *Client) awaitSession(ctx context.Context) error {
	_, up := c.states.present()
	select {
	case <-up:
		return nil
	case <-c.states.refused:
		return fmt.Errorf("resume: %w", ErrSessionLost)
	case <-c.seam.Refused():
		return fmt.Errorf("no session: %w", c.seam.Refusal())
	case <-ctx.Done():
	}
	if failure := c.seam.Failure(); failure != nil {
		return fmt.Errorf("no session: %w (last attempt: %w)", context.Cause(ctx), failure)
	}
	return fmt.Errorf("no session: %w", context.Cause(ctx))
}

// Conn is the *zk.Conn beneath, for hand-written code on the same session. It knows no chroot: its paths are the server's. Closing
// it ends the session.
func (c *Client) Conn() *zk.Conn { return c.conn }

// Session is the present session, or the last one if it was lost and there is no other yet.
func (c *Client) Session() *Session {
	now, _ := c.states.present()
	if now.Session == nil {
		return noSession
	}
	return now.Session
}

// State is the present state of the connection.
func (c *Client) State() State {
	now, _ := c.states.present()
	return now.State
}

// States tells of every change of state, the present one first. A receiver that falls more than 16 changes behind loses the
// oldest. The channel is closed when ctx ends or the client is closed.
func (c *Client) States(ctx context.Context) <-chan StateChange { return c.states.subscribe(ctx) }

// Close closes the session, which deletes its ephemerals, and waits until every goroutine of the client has ended. If ctx ends first
// the connection is dropped, the session is left to its timeout, and the error says so. Calls under way fail with ErrClosed or
// ErrConnectionLoss. Hooks that have not been told everything are waited for in the same way. A second Close does nothing.
func (c *Client) Close(ctx context.Context) (err error) {
	if c.space.base != nil {
		return errViewClosed
	}
	if c.closed() {
		return nil
	}
	defer c.seen.settle(ctx, &err)
	c.end(ErrClosed)
	c.states.stop() // who holds something is told before others can see it go
	c.janitor.wait()
	c.follows.Wait()
	c.seam.LeaveAll(ErrClosed, c.events == nil)
	if c.events == nil {
		c.seam.Return()
		return nil
	}
	ended := c.abandon()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		c.seam.Abort()
		return fmt.Errorf("client: close: %w", context.Cause(ctx))
	}
}

func (c *Client) closed() bool { return c.life.Err() != nil }

// abandon closes the conn in the background. The channel it returns is closed when all of conn's goroutines have ended, which takes
// zk.Conn a second at the most.
func (c *Client) abandon() <-chan struct{} {
	c.end(ErrClosed)
	c.seam.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.conn.Close()
		for range c.events { // until conn's loop closes it
		}
		c.seam.Wait()
	}()
	return ended
}

// quiet is zk.Conn's logger: what it would say comes back as errors and states.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// janitorPauses lie between the attempts of work that must be finished.
func janitorPauses() backoff.BackOff {
	return backoff.NewExponentialBackOff(backoff.WithMaxElapsedTime(0))
}
