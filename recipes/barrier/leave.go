package barrier

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// leave deletes the znode and waits for the others.
func (m *Member) leave(ctx context.Context) error {
	if !m.gone {
		at, err := m.depart(ctx)
		if err != nil {
			return err
		}
		m.gone = true
		if at != nil {
			m.rest, m.known = at.others(), true
			switch {
			case len(m.rest) > 0:
			case !at.ready:
				return nil
			case at.mine: // the last to leave puts out the light
				return m.d.putOut(ctx)
			}
		}
	}
	over, err := m.awaitUnready(ctx)
	if over || err != nil {
		return err
	}
	return m.awaitOthers(ctx)
}

// others are the members that were seen.
func (at count) others() []string {
	return slices.DeleteFunc(slices.Clone(at.names), func(name string) bool { return name == readyName })
}

// depart deletes the znode, and looks around unless ready says that others are to leave still: its version is how many have left before.
// That may be wrong, since those who die and those of other libraries do not count there; so nobody relies on it for longer than a moment.
func (m *Member) depart(ctx context.Context) (*count, error) {
	d := m.d
	if m.mixed {
		return m.departPlainly(ctx)
	}
	ready := d.c.Set(d.join(readyName)).Data([]byte{}).Uncompressed()
	left := d.c.Txn(d.c.Delete(m.path()), ready).Async(ctx)
	res, err := left.Wait(ctx)
	if err != nil { // the znode or ready is gone, the answer was lost, or ready is not ours to write
		return m.departPlainly(ctx)
	}
	m.left = left.Zxid()
	if int(res[1].Stat.Version) < d.n {
		return nil, nil
	}
	return m.lookBack(ctx, nil, m.left)
}

// departPlainly deletes the znode and looks around, in one round trip unless something goes wrong.
func (m *Member) departPlainly(ctx context.Context) (*count, error) {
	d := m.d
	deleted := d.c.Delete(m.path()).Async(ctx)
	listed := d.c.Children(d.path).Async(ctx)
	_, err := deleted.Wait(ctx)
	zxid := deleted.Zxid()
	if err != nil {
		listed, zxid = nil, 0
		if client.Retryable(err) {
			err = d.c.Delete(m.path()).Do(ctx)
		}
		if err != nil && !errors.Is(err, zk.ErrNoNode) { // gone with its session, or by a lost attempt
			return nil, err
		}
	}
	m.left = zxid
	return m.lookBack(ctx, listed, zxid)
}

// lookBack looks who is still there, after this one's own delete.
func (m *Member) lookBack(ctx context.Context, listed *client.Future[client.ChildrenResult], zxid int64) (*count, error) {
	res, err := m.d.list(ctx, listed)
	if errors.Is(err, zk.ErrNoNode) {
		return &count{}, nil // the folder is gone, so everybody is
	}
	if err != nil {
		return nil, err
	}
	at := newCount(res, zxid)
	return &at, nil
}

// awaitUnready waits a moment for ready to go: the last one to leave takes it away. over tells that it has, and that this says that
// all are gone. See isOver.
func (m *Member) awaitUnready(ctx context.Context) (over bool, _ error) {
	if m.ready == nil {
		// A watch over children, not data: it does not tell of each one that leaves.
		_, _, watch, err := m.d.c.Children(m.d.join(readyName)).DoW(ctx)
		if errors.Is(err, zk.ErrNoNode) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		m.ready = watch
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case ev := <-m.ready.Events():
		m.ready = nil
		return isOver(ev), nil
	case <-timer.C:
		return false, nil
	case <-ctx.Done():
		m.ready = nil // it ended with ctx
		return false, context.Cause(ctx)
	}
}

// isOver tells whether ready went because all are gone. Members of this package take it away by putOut, which says so. One that was simply deleted
// says nothing: Curator's members do so when they give up, too, and kazoo's before they leave.
func isOver(ev zk.Event) bool { return ev.Type == zk.EventNodeChildrenChanged }

// awaitOthers looks who of the others is still there, and watches one of them, until none is.
func (m *Member) awaitOthers(ctx context.Context) error {
	for {
		names, _, err := m.d.c.Children(m.d.path).Do(ctx)
		if errors.Is(err, zk.ErrNoNode) {
			return nil
		}
		if err != nil {
			return err
		}
		there := func(name string) bool { return slices.Contains(names, name) }
		if !m.known {
			m.rest = count{names: names}.others() // and who came later, which awaitOne finds out
			m.known = true
		}
		m.rest = slices.DeleteFunc(m.rest, func(name string) bool { return !there(name) })
		switch {
		case len(m.rest) == 0 && there(readyName) && len(names) == 1:
			return m.d.putOut(ctx) // who should have done it did not
		case len(m.rest) == 0:
			return nil
		}
		if over, err := m.awaitOne(ctx, m.rest[len(m.rest)-1]); over || err != nil {
			return err
		}
	}
}

// awaitOne waits until something happens to one of the others, or to ready. One that came after this member left is not waited for: it is of the next
// round. over is as for awaitUnready.
func (m *Member) awaitOne(ctx context.Context, name string) (over bool, _ error) {
	_, stat, watch, err := m.d.c.Get(m.d.join(name)).DoW(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if m.left != 0 && stat.Czxid > m.left {
		watch.Stop()
		m.rest = slices.DeleteFunc(m.rest, func(other string) bool { return other == name })
		return false, nil
	}
	var unready <-chan zk.Event
	if m.ready != nil {
		unready = m.ready.Events()
	}
	select {
	case <-watch.Events():
		return false, nil
	case ev := <-unready:
		watch.Stop()
		m.ready = nil
		return isOver(ev), nil
	case <-ctx.Done():
		m.ready = nil
		return false, context.Cause(ctx)
	}
}

// putOut takes ready away, for the reason that all are gone. A znode that comes and goes below it in the same transaction tells those who watch that it
// was not simply deleted; nobody ever sees it.
func (d *Double) putOut(ctx context.Context) error {
	ready := d.join(readyName)
	sign := client.Join(ready, "over")
	_, err := d.c.Txn(d.c.Create(sign).Data([]byte{}), d.c.Delete(sign), d.c.Delete(ready)).Do(ctx)
	if err == nil || errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	return d.removeReady(ctx) // those who watch look around then
}

// withdraw deletes the znode without being bound to any caller.
func (m *Member) withdraw() error {
	ctx, cancel := context.WithTimeout(context.Background(), withdrawTimeout)
	defer cancel()
	err := m.d.c.Delete(m.path()).Guaranteed().Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	return err
}

// cause is why a member's life ended, if it did, and err otherwise.
func (m *Member) cause(err error) error {
	if err != nil && m.ctx.Err() != nil {
		return context.Cause(m.ctx)
	}
	return err
}
