package contend

import (
	"context"
	"errors"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Queue is where contenders meet: a parent, and the name that orders its children.
type Queue struct {
	Client *client.Client
	Parent string
	Name   string // "lock-"
	Data   []byte // of each contender's znode

	Key    func(child string) string // what children are ordered by, if it is not what follows Name
	Blocks func(child string) bool   // which of those ahead are waited for, if not all
	Number string                    // the digits to take, instead of the server's next
	Prefix func() string             // draws what protects a name, if it is not what Curator draws
	Nested bool                      // what is above the parent is the recipe's, too, and missing if the parent is
	Stays  bool                      // missing ancestors are persistent, not containers

	Revocable bool // a contender learns when it is asked to leave
}

// Enter makes a znode and looks who is before it. If the context or the session ends first, nothing is left behind.
func (q Queue) Enter(ctx context.Context) (*Place, error) {
	for {
		p, err := q.enter(ctx)
		// The znode may be gone by the time of the listing: deleted by hand, or with a parent that was reaped. A new one it is.
		if !errors.Is(err, ErrGone) {
			return p, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
}

func (q Queue) enter(ctx context.Context) (*Place, error) {
	session := q.Client.Session()
	create := q.create()
	made := create.Async(ctx)
	listed := q.Client.Children(q.Parent).Async(ctx)

	path, err := made.Wait(ctx)
	czxid := made.Zxid()
	for _, missing := range []func(context.Context) error{q.sendParent, q.makeParent} {
		if !errors.Is(err, zk.ErrNoNode) {
			break
		}
		if err = missing(ctx); err != nil {
			return nil, err
		}
		made = create.Async(ctx)
		listed = q.Client.Children(q.Parent).Async(ctx)
		path, err = made.Wait(ctx)
		czxid = made.Zxid()
	}
	if err != nil || session != q.Client.Session() {
		// The long way: an answer was lost, or it may have come in another session than the one before.
		listed = nil
		if path, err = q.again(ctx, create, path, err); err == nil {
			czxid, session, err = q.locate(ctx, path)
		}
		if err != nil {
			create.Withdraw()
			return nil, err
		}
	}
	p := &Place{q: q, path: path, czxid: czxid, own: make(chan struct{}), revoked: make(chan struct{})}
	p.ctx, p.end = context.WithCancelCause(session.Context())
	p.watching, p.unwatch = context.WithCancel(context.Background())
	if err := p.settle(ctx, listed); err != nil {
		_ = p.Leave() // what could not be deleted now is deleted in the background
		return nil, err
	}
	after := ownWatchAfter
	if q.Revocable {
		after = 0
	}
	p.timer = time.AfterFunc(after, p.watchOwn)
	return p, nil
}

// create is the request for a new znode.
func (q Queue) create() client.CreateBuilder {
	create := q.Client.Create(client.Join(q.Parent, q.Name+q.Number)).Data(q.Data).Ephemeral()
	if q.Number == "" {
		create = create.Sequential()
	}
	if q.Stays {
		create = create.Parents()
	} else {
		create = create.ParentContainers()
	}
	if q.Prefix != nil {
		return create.ProtectedBy(q.Prefix())
	}
	return create.Protected()
}

// folder is the request for the parent, or for the znode above it.
func (q Queue) folder(path string) client.CreateBuilder {
	create := q.Client.Create(path).Data([]byte{}).Uncompressed()
	if q.Stays {
		return create.Parents()
	}
	return create.ContainerIfKnown().ParentContainers()
}

// sendParent asks for the parent in the flight of what comes next, which tells whether it was missing, and nothing else.
func (q Queue) sendParent(ctx context.Context) error {
	if q.Nested {
		q.folder(client.Parent(q.Parent)).Async(ctx)
	}
	q.folder(q.Parent).Async(ctx)
	return nil
}

// makeParent makes the parent and all above it.
func (q Queue) makeParent(ctx context.Context) error {
	if _, err := q.folder(q.Parent).Do(ctx); !errors.Is(err, zk.ErrNodeExists) {
		return err
	}
	return nil
}

// again makes the znode, or finds it, after a first attempt that ended with err.
func (q Queue) again(ctx context.Context, create client.CreateBuilder, path string, err error) (string, error) {
	if err == nil {
		return path, nil
	}
	if !errors.Is(err, zk.ErrNoNode) && !client.Retryable(err) {
		return "", err
	}
	return create.Do(ctx)
}

// locate finds out when a znode was made, and in which session it stands.
func (q Queue) locate(ctx context.Context, path string) (czxid int64, _ *client.Session, _ error) {
	ok, stat, err := q.Client.Exists(path).Do(ctx)
	switch session := q.Client.Session(); {
	case err != nil:
		return 0, nil, err
	case !ok:
		return 0, nil, ErrGone
	case stat.EphemeralOwner != session.ID():
		return 0, nil, client.ErrSessionLost
	default:
		return stat.Czxid, session, nil
	}
}
