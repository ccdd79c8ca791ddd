package counter

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// state is the znode as it was seen, or as our own write left it.
type state struct {
	data    []byte
	version int32
	czxid   int64
	missing bool
	others  int32 // children of the znode, our own turn apart: who queues, if they queue there
}

// cell reads and writes one znode.
type cell struct {
	c       *client.Client
	path    string
	receipt *receipt // nil without WithReceipts
}

// read is one request.
func (c *cell) read(ctx context.Context) (*state, error) {
	data, stat, err := c.c.Get(c.path).Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return &state{missing: true}, nil
	}
	if err != nil {
		return nil, err
	}
	return &state{data: data, version: stat.Version, czxid: stat.Czxid}, nil
}

// write replaces what was seen: one request. It fails with ErrContended if that is no longer there, and with ErrUnknown if nobody can tell
// what became of it.
func (c *cell) write(ctx context.Context, seen *state, data []byte) (*state, error) {
	if !seen.missing && seen.version == -1 {
		return nil, ErrVersions
	}
	var (
		now   *state
		doubt bool // an attempt was lost
		err   error
	)
	switch {
	case seen.missing:
		now, doubt, err = c.create(ctx, data)
	case c.receipt != nil:
		now, err = c.receipt.write(ctx, seen, data)
	default:
		now, err = c.set(ctx, seen, data)
	}
	switch {
	case err == nil:
		return now, nil
	case doubt || client.MayHaveApplied(err):
		return nil, c.clear(ctx, seen, data, err)
	case lost(err):
		return nil, ErrContended
	}
	return nil, err
}

func (c *cell) set(ctx context.Context, seen *state, data []byte) (*state, error) {
	stat, err := c.c.Set(c.path).Data(data).Version(seen.version).Do(ctx)
	if err != nil {
		return nil, err
	}
	return after(seen, data, stat)
}

// after is what a write leaves.
func after(seen *state, data []byte, stat *zk.Stat) (*state, error) {
	if stat.Czxid != seen.czxid {
		return nil, ErrReplaced
	}
	return &state{data: data, version: stat.Version, czxid: stat.Czxid, others: stat.NumChildren}, nil
}

// lost tells whether a write was refused because the znode is no longer what was seen.
func lost(err error) bool {
	return errors.Is(err, zk.ErrBadVersion) || errors.Is(err, zk.ErrNoNode) || errors.Is(err, zk.ErrNodeExists)
}

// clear looks whether a write whose answer was lost can be told not to have taken effect, now and for ever. Then it was an ordinary loss.
// Any other sight fits both: that it took effect, and that another process did the same or more.
func (c *cell) clear(ctx context.Context, seen *state, data []byte, err error) error {
	unknown := fmt.Errorf("%w: %w", ErrUnknown, err)
	if !lost(err) {
		return unknown // the attempt may still be on its way
	}
	now, readErr := c.read(ctx)
	switch {
	case readErr != nil:
		return unknown
	case now.missing:
		return unknown // deleted, before or after
	case seen.missing:
		if now.version == 0 && !bytes.Equal(now.data, data) {
			return ErrContended // version 0 is what its maker wrote
		}
	case now.czxid == seen.czxid && now.version == seen.version+1 && !bytes.Equal(now.data, data):
		return ErrContended // the next version is another's
	}
	return unknown
}

// create makes the znode, and says whether an attempt was lost.
func (c *cell) create(ctx context.Context, data []byte) (now *state, doubt bool, err error) {
	create := c.c.Create(c.path).Data(data)
	made := create.Async(ctx)
	if _, err = made.Wait(ctx); errors.Is(err, zk.ErrNoNode) {
		// Its folder, which may be there by now, and the same again, in one flight.
		c.c.Create(client.Parent(c.path)).ContainerIfKnown().Data([]byte{}).Uncompressed().Async(ctx)
		made = create.Async(ctx)
		_, err = made.Wait(ctx)
	}
	if err == nil {
		return &state{data: data, czxid: made.Zxid()}, false, nil
	}
	doubt = client.MayHaveApplied(err)
	if !errors.Is(err, zk.ErrNoNode) && !client.Retryable(err) {
		return nil, doubt, err
	}
	// The long way does not tell the czxid: the next change reads it.
	_, err = create.ParentContainers().Do(ctx)
	return nil, doubt, err
}

// force writes whatever is there. Doing it twice is the same as doing it once, as far as anyone can tell who writes without looking.
func (c *cell) force(ctx context.Context, data []byte) error {
	for {
		_, err := c.c.Set(c.path).Data(data).Do(ctx)
		if !errors.Is(err, zk.ErrNoNode) {
			return err
		}
		_, err = c.c.Create(c.path).Data(data).ParentContainers().Do(ctx)
		if !errors.Is(err, zk.ErrNodeExists) {
			return err
		}
	}
}
