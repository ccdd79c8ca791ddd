package party

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/own"
)

// leaveTimeout bounds how long leaving waits for the answer; the client finishes in the background.
const leaveTimeout = time.Second

// Membership is the time that a member is in a party.
type Membership struct {
	c     *client.Client
	id    string
	path  string
	czxid int64

	ctx context.Context // the membership's life
	end context.CancelCauseFunc

	watching context.Context // of the watch over the own znode: the delete shall end it, and not one more request
	unwatch  context.CancelFunc
	watched  chan struct{} // closed when that watch has ended

	leave sync.Once
	left  error
}

// join makes the znode with this name.
func (p *Party) join(ctx context.Context, name string) (*Membership, error) {
	path := client.Join(p.path, name)
	session, stat, err := p.create(ctx, path)
	if err != nil {
		withdraw(p.c, path, session, err)
		return nil, err
	}
	m := &Membership{c: p.c, id: p.id, path: path, czxid: stat.Czxid, watched: make(chan struct{})}
	m.ctx, m.end = context.WithCancelCause(session.Context())
	m.watching, m.unwatch = context.WithCancel(context.Background())
	go m.watchOwn()
	return m, nil
}

// rejoin joins as soon as it can be done: lost connections and sessions are waited out.
func (p *Party) rejoin(ctx context.Context, name string) (*Membership, error) {
	for {
		err := p.c.WaitConnected(ctx)
		if err == nil {
			var m *Membership
			if m, err = p.join(ctx, name); err == nil {
				return m, nil
			}
		}
		if ctx.Err() != nil || errors.Is(err, client.ErrClosed) || !client.Retryable(err) {
			return nil, p.fail(ctx, "join", err)
		}
	}
}

// create makes the znode, and tells in which session it stands.
func (p *Party) create(ctx context.Context, path string) (*client.Session, *zk.Stat, error) {
	create := p.c.Create(path).Data([]byte(p.id)).Ephemeral().Parents().ReturningStat()
	session := p.c.Session()
	_, stat, err := create.Do(ctx)
	if errors.Is(err, zk.ErrNodeExists) {
		// Nobody else has this name: the znode is this member's own, from a session that the server has not ended yet.
		if err = p.c.Delete(path).Quietly().Do(ctx); err != nil {
			return session, nil, err
		}
		session = p.c.Session()
		_, stat, err = create.Do(ctx)
	}
	if err == nil && stat.EphemeralOwner != session.ID() {
		session = p.c.Session() // there was another one by the time of the request
		if stat.EphemeralOwner != session.ID() {
			err = client.ErrSessionLost
		}
	}
	return session, stat, err
}

// withdraw deletes what a failed join may have made. It is not bound to any caller.
func withdraw(c *client.Client, path string, session *client.Session, err error) {
	if !client.MayHaveApplied(err) || session.Err() != nil {
		return // it is not there, or it goes with its session
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	_ = c.Delete(path).Guaranteed().Quietly().Do(ctx) // what could not be deleted now is deleted in the background
}

// watchOwn ends the membership when its znode is deleted. It runs in a goroutine that Leave waits for.
func (m *Membership) watchOwn() {
	defer close(m.watched)
	defer context.AfterFunc(m.ctx, func() {
		if !errors.Is(context.Cause(m.ctx), ErrLeft) {
			m.unwatch() // the session is over; after ErrLeft the delete ends the watch
		}
	})()
	if own.Gone(m.ctx, m.watching, m.c, m.path, nil) {
		m.end(ErrDeleted)
	}
}

// ID is what the others see of the member.
func (m *Membership) ID() string { return m.id }

// Path is the member's znode.
func (m *Membership) Path() string { return m.path }

// Token is the transaction id that made the znode (czxid): later members' are larger.
func (m *Membership) Token() int64 { return m.czxid }

// Guard is an operation for client.Txn that lets the transaction pass only while the member's znode is there. The transaction fails with
// zk.ErrNoNode otherwise.
func (m *Membership) Guard() client.Op { return m.c.Check(m.path) }

// Context ends with the membership. Its cause says why: ErrLeft, ErrDeleted (noticed at once as long as there is a connection), or one that
// matches client.ErrSessionLost or client.ErrClosed.
func (m *Membership) Context() context.Context { return m.ctx }

// Leave ends the membership: Context ends, then the znode is deleted. It takes one request and waits a second at most. It is safe to
// defer, and to call twice: later calls return what the first did.
//
// An error means that the delete was not confirmed; the client goes on in the background, and at the latest the znode goes with the
// session. Leaving what has already ended is no error.
func (m *Membership) Leave() error {
	m.leave.Do(func() { m.left = m.doLeave() })
	return m.left
}

func (m *Membership) doLeave() error {
	m.end(ErrLeft)
	defer func() {
		m.unwatch()
		<-m.watched
	}()
	if !errors.Is(context.Cause(m.ctx), ErrLeft) {
		return nil // it ended before: the znode is gone, or goes with its session
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	if err := m.c.Delete(m.path).Guaranteed().Quietly().Do(ctx); err != nil {
		return fmt.Errorf("party: leave %s: %w", m.path, err)
	}
	return nil
}
