package node

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// make makes the znode stand.
func (k *keeper) make(ctx context.Context) error {
	data, asked := k.p.wanted()
	create := k.create()
	if k.path == "" { // the server says the rest of the name; an attempt that failed is withdrawn, so each has an id of its own
		if k.p.cfg.mode.sequential() {
			create = create.Sequential()
		}
		if k.p.cfg.protected() {
			create = create.Protected()
		}
	}
	name, stat, err := create.Data(data).ReturningStat().Do(ctx)
	switch {
	case err == nil:
		k.path = name
		k.stood(stat, asked, false)
		return nil
	case client.MayHaveApplied(err):
		k.made = true
	}
	if errors.Is(err, zk.ErrNodeExists) {
		return k.adopt(ctx)
	}
	return err
}

// create makes the znode at its path: once it has a name, that name and no other.
func (k *keeper) create() client.CreateBuilder {
	cfg, path := k.p.cfg, k.path
	if path == "" {
		path = k.p.path
	}
	b := k.p.c.Create(path)
	switch {
	case cfg.ttl > 0:
		b = b.TTL(cfg.ttl)
	case cfg.mode == ModeContainer:
		b = b.Container()
	case cfg.mode.ephemeral():
		b = b.Ephemeral()
	}
	if !cfg.orphan {
		b = b.ParentContainers()
	}
	return b
}

// adopt takes the znode that is there, and writes it. If it goes with another session, it is made anew then.
func (k *keeper) adopt(ctx context.Context) error {
	data, asked := k.p.wanted()
	stat, err := k.p.c.Set(k.path).Data(data).Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil // it went meanwhile: make it
	}
	if err != nil {
		return err
	}
	k.stood(stat, asked, k.adopted(stat))
	return nil
}

// adopted tells whether a znode that was found is somebody else's.
func (k *keeper) adopted(stat *zk.Stat) bool {
	switch {
	case stat.Czxid == k.czxid:
		return k.taken
	case k.p.cfg.mode.ephemeral():
		return stat.EphemeralOwner != k.p.c.Session().ID()
	}
	return true
}

// write writes the newest data.
func (k *keeper) write(ctx context.Context) error {
	data, asked := k.p.wanted()
	stat, err := k.p.c.Set(k.path).Data(data).Do(ctx)
	switch {
	case errors.Is(err, zk.ErrNoNode):
		k.fell(ErrDeleted)
		return nil
	case err != nil:
		return err
	}
	k.stood(stat, asked, k.adopted(stat))
	return nil
}

// look watches over the znode, and sees whether it is the one that was made.
func (k *keeper) look(ctx context.Context) error {
	stat, watch, err := k.sight(ctx)
	switch {
	case err != nil:
		return err
	case watch == nil:
		k.fell(ErrDeleted)
		return nil
	}
	k.watch = watch
	if stat.Czxid != k.czxid { // deleted and made anew by somebody
		k.stood(stat, 0, k.adopted(stat))
	}
	return nil
}

// sight reads the znode with a watch; there is none if the znode is not there.
func (k *keeper) sight(ctx context.Context) (*zk.Stat, *client.Watch, error) {
	defer context.AfterFunc(ctx, k.unwatch)()
	// Get, not Exists: on a znode that has gone meanwhile it leaves no watch behind.
	_, stat, watch, err := k.p.c.Get(k.path).DoW(k.watching)
	switch {
	case errors.Is(err, zk.ErrNoNode):
		return nil, nil, nil
	case !errors.Is(err, zk.ErrNoAuth):
		return stat, watch, err
	}
	// It may not be read. That it is there may still be known.
	ok, stat, watch, err := k.p.c.Exists(k.path).DoW(k.watching)
	if err == nil && !ok {
		watch.Stop()
		return nil, nil, nil
	}
	return stat, watch, err
}
