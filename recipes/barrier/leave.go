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
		if m.rest = at.others(); len(m.rest) == 0 {
			switch {
			case !at.ready:
				return nil
			case at.mine: // the last to leave puts out the light
				return m.d.removeReady(ctx)
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

// depart deletes the znode and looks around, in one round trip unless something goes wrong.
func (m *Member) depart(ctx context.Context) (count, error) {
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
			return count{}, err
		}
	}
	res, err := d.list(ctx, listed)
	if errors.Is(err, zk.ErrNoNode) {
		return count{}, nil // the folder is gone, so everybody is
	}
	if err != nil {
		return count{}, err
	}
	return newCount(res, zxid), nil
}

// awaitUnready waits a moment for ready to go: the last one to leave takes it away. over tells that it has, and that this says that
// all are gone, which it does if they are all of this package. Curator's members take it away when they give up, too, and kazoo's before they leave.
func (m *Member) awaitUnready(ctx context.Context) (over bool, _ error) {
	if m.ready == nil {
		_, _, watch, err := m.d.c.Get(m.d.join(readyName)).DoW(ctx)
		if errors.Is(err, zk.ErrNoNode) {
			return m.trusts(), nil
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
		return ev.Type == zk.EventNodeDeleted && m.trusts(), nil
	case <-timer.C:
		return false, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

func (m *Member) trusts() bool { return !slices.ContainsFunc(m.rest, foreign) }

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
		m.rest = slices.DeleteFunc(m.rest, func(name string) bool { return !there(name) })
		switch {
		case !there(readyName) && m.trusts():
			return nil
		case len(m.rest) == 0 && there(readyName) && len(names) == 1:
			return m.d.removeReady(ctx) // who should have done it did not
		case len(m.rest) == 0:
			return nil
		}
		if over, err := m.awaitOne(ctx, m.rest[len(m.rest)-1]); over || err != nil {
			return err
		}
	}
}

// awaitOne waits until something happens to one of the others, or to ready. over is as for awaitUnready.
func (m *Member) awaitOne(ctx context.Context, name string) (over bool, _ error) {
	_, _, watch, err := m.d.c.Get(m.d.join(name)).DoW(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return false, nil
	}
	if err != nil {
		return false, err
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
		return ev.Type == zk.EventNodeDeleted && m.trusts(), nil
	case <-ctx.Done():
		watch.Stop()
		return false, context.Cause(ctx)
	}
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
