package barrier

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// errAnew means that a member must start over with a new znode.
var errAnew = errors.New("the member's znode is not there")

// enter makes one attempt, with one znode.
func (d *Double) enter(ctx context.Context) (*Member, error) {
	session := d.c.Session()
	m := &Member{d: d}
	m.ctx, m.end = context.WithCancelCause(session.Context())
	m.watching, m.unwatch = context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, func() { m.end(context.Cause(ctx)) })
	keep := context.AfterFunc(m.ctx, m.unwatch)
	err := m.arrive(session)
	if err == nil && (!stop() || !keep()) { // ctx or the session has ended, and with it the member's life
		err = context.Cause(m.ctx)
	}
	if err != nil {
		stop()
		m.end(err)
		m.unwatch()
		if m.name != "" {
			_ = m.withdraw() // what could not be deleted now is deleted in the background
		}
		return nil, err
	}
	return m, nil
}

// arrive makes the znode and waits for ready.
func (m *Member) arrive(session *client.Session) error {
	at, err := m.join(session)
	if err != nil {
		return err
	}
	if at == nil {
		return m.awaitReady(false)
	}
	m.looked, m.mixed = true, slices.ContainsFunc(at.others(), foreign)
	if !slices.Contains(at.names, m.name) {
		return errAnew // deleted by hand, or with a folder that was reaped
	}
	complete := at.members >= m.d.n
	if at.ready {
		stale, err := m.stale(*at)
		if err == nil && stale {
			err = m.d.removeReady(m.ctx)
		}
		if err != nil || !stale {
			return m.cause(err)
		}
		return m.awaitReady(true) // what was removed may have been the next, if others did the same at this moment
	}
	if complete && at.mine {
		return m.cause(m.d.makeReady(m.ctx))
	}
	return m.awaitReady(complete)
}

// stale tells whether the ready that was seen is of an earlier round, in which all died: there are too few members for the next, and none
// of them is older than ready, so nobody is in. It asks for them only then.
func (m *Member) stale(at count) (bool, error) {
	switch {
	case at.members == 1:
		return true, nil
	case at.members >= m.d.n:
		return false, nil
	}
	_, ready, err := m.d.c.Exists(m.d.join(readyName)).Do(m.ctx)
	if err != nil {
		return false, err
	}
	for _, name := range at.others() {
		ok, stat, err := m.d.c.Exists(m.d.join(name)).Do(m.ctx)
		if err != nil {
			return false, err
		}
		if ok && ready != nil && stat.Czxid < ready.Czxid {
			return false, nil
		}
	}
	return true, nil
}

// count is what a member saw when it came or left.
type count struct {
	names   []string
	members int  // ready left out
	ready   bool // whether it was there
	mine    bool // nobody came or went after this member's own write
}

func newCount(res client.ChildrenResult, zxid int64) count {
	at := count{names: res.Names, ready: slices.Contains(res.Names, readyName)}
	at.members = len(at.names)
	if at.ready {
		at.members--
	}
	at.mine = zxid != 0 && res.Stat.Pzxid == zxid
	return at
}

// join makes the znode and looks around, unless the znode's number says that there cannot be enough members: it is how many children the folder
// has ever had before this one. Where the numbers are known to be past that, both go in one flight.
func (m *Member) join(session *client.Session) (*count, error) {
	d := m.d
	create := d.c.Create(d.join("-")).Data(d.data).Ephemeral().Sequential().ProtectedBy(newName()).ParentContainers()
	made := create.Async(m.ctx)
	var listed *client.Future[client.ChildrenResult]
	if d.grown.Load() {
		listed = d.c.Children(d.path).Async(m.ctx)
	}
	path, err := made.Wait(m.ctx)
	for _, missing := range []func(context.Context) error{d.sendFolder, d.makeFolder} {
		if !errors.Is(err, zk.ErrNoNode) {
			break
		}
		if err = missing(m.ctx); err != nil {
			return nil, m.cause(err)
		}
		made, listed = create.Async(m.ctx), nil
		path, err = made.Wait(m.ctx)
	}
	zxid := made.Zxid()
	if err != nil {
		if errors.Is(err, zk.ErrNoNode) || client.Retryable(err) {
			path, err = create.Do(m.ctx)
		}
		if err != nil {
			create.Withdraw()
			return nil, m.cause(err)
		}
		zxid, listed = 0, nil
	}
	m.name = client.Base(path)
	if zxid == 0 {
		if zxid, err = m.locate(session); err != nil {
			return nil, m.cause(err)
		}
	}
	m.made = zxid
	number, ok := numberOf(m.name)
	d.grown.Store(!ok || number >= d.n-1)
	if listed == nil && !d.grown.Load() {
		return nil, nil
	}
	return m.look(listed, zxid)
}

// sendFolder asks for the folder in the flight of what comes next, which tells whether it was missing, and nothing else.
func (d *Double) sendFolder(ctx context.Context) error {
	d.folder().Async(ctx)
	return nil
}

// makeFolder makes the folder and all above it.
func (d *Double) makeFolder(ctx context.Context) error {
	if _, err := d.folder().Do(ctx); !errors.Is(err, zk.ErrNodeExists) {
		return err
	}
	return nil
}

func (d *Double) folder() client.CreateBuilder {
	return d.c.Create(d.path).ContainerIfKnown().Data([]byte{}).Uncompressed().ParentContainers()
}

// look looks who is there.
func (m *Member) look(listed *client.Future[client.ChildrenResult], zxid int64) (*count, error) {
	res, err := m.d.list(m.ctx, listed)
	if errors.Is(err, zk.ErrNoNode) {
		err = errAnew
	}
	if err != nil {
		return nil, m.cause(err)
	}
	at := newCount(res, zxid)
	return &at, nil
}

// locate finds out when the znode was made, and that it is this session's.
func (m *Member) locate(session *client.Session) (czxid int64, _ error) {
	ok, stat, err := m.d.c.Exists(m.path()).Do(m.ctx)
	switch {
	case err != nil:
		return 0, err
	case !ok || stat.EphemeralOwner != session.ID():
		return 0, errAnew
	}
	return stat.Czxid, nil
}

// list takes the answer of a listing that was sent, or lists again.
func (d *Double) list(ctx context.Context, sent *client.Future[client.ChildrenResult]) (client.ChildrenResult, error) {
	if sent != nil {
		res, err := sent.Wait(ctx)
		if err == nil || !client.Retryable(err) {
			return res, err
		}
	}
	names, stat, err := d.c.Children(d.path).Do(ctx)
	return client.ChildrenResult{Names: names, Stat: stat}, err
}

// awaitReady waits for ready. Who saw enough members makes it itself if the one who should does not; who waits for longer than a moment
// also watches its own znode.
func (m *Member) awaitReady(complete bool) error {
	moment := time.NewTimer(patience)
	defer moment.Stop()
	var ready, own *client.Watch
	for {
		if ready == nil {
			ok, stat, watch, err := m.d.c.Exists(m.d.join(readyName)).DoW(m.watching)
			if err != nil {
				return m.cause(err)
			}
			switch { // the watch costs less if it stays than if it is taken back
			case ok && (m.looked || stat.Czxid > m.made):
				return nil
			case ok: // it is older than enough members are: of an earlier round, in which all died
				if err := m.d.removeReady(m.ctx); err != nil {
					return m.cause(err)
				}
				complete = true // what was removed may have been the next, if others did the same at this moment
				continue
			}
			ready = watch
		}
		select {
		case ev := <-ready.Events():
			if ev.Type == zk.EventNodeCreated {
				return nil
			}
			ready = nil
			continue
		case <-events(own):
		case <-moment.C:
			if complete {
				ok, err := m.enough()
				if ok {
					err = m.d.makeReady(m.ctx)
				}
				if ok || err != nil {
					return m.cause(err)
				}
			}
		case <-m.ctx.Done():
			return context.Cause(m.ctx)
		}
		var err error
		if _, _, own, err = m.d.c.Get(m.path()).DoW(m.watching); errors.Is(err, zk.ErrNoNode) {
			return m.cause(errAnew)
		} else if err != nil {
			return m.cause(err)
		}
	}
}

func events(w *client.Watch) <-chan zk.Event {
	if w == nil {
		return nil
	}
	return w.Events()
}

// enough tells whether there are enough members still.
func (m *Member) enough() (bool, error) {
	names, _, err := m.d.c.Children(m.d.path).Do(m.ctx)
	at := count{names: names}
	return len(at.others()) >= m.d.n, err
}

func (d *Double) makeReady(ctx context.Context) error {
	_, err := d.c.Create(d.join(readyName)).Data([]byte{}).Uncompressed().Do(ctx)
	if errors.Is(err, zk.ErrNodeExists) {
		return nil
	}
	return err
}

func (d *Double) removeReady(ctx context.Context) error {
	err := d.c.Delete(d.join(readyName)).Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	return err
}
