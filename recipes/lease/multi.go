package lease

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Multi is a number of leases, of which each holder has one. It shares its znodes with kazoo's MultiNonBlockingLease.
//
// Shape: leases at path/0, path/1 and so on, each as for Lease.
//
// Cost: n requests in one round trip for one who gets none of n, and 4 requests more for one who gets one, unless others take some meanwhile.
//
// A holder that has one already renews it. kazoo takes the first that is free instead, and so may have two for a while.
//
// Source: kazoo's recipe.lease.
type Multi struct {
	leases []*Lease
	path   string
}

// NewMulti returns n leases at path. Errors are those of New, and n must be 1 at least.
func NewMulti(c *client.Client, path string, n int, duration time.Duration, opts ...Option) (*Multi, error) {
	m := &Multi{path: path}
	err := client.CheckPath(path)
	if err == nil && n < 1 {
		err = fmt.Errorf("%w: %d leases", errOption, n)
	}
	var s settings
	if err == nil {
		s, err = settle(duration, opts)
	}
	if err != nil {
		return nil, fmt.Errorf("lease: multi at %q: %w", path, err)
	}
	for i := range n {
		m.leases = append(m.leases, &Lease{c, client.Join(path, strconv.Itoa(i)), duration, s})
	}
	return m, nil
}

// TryAcquire takes one of the leases, or renews the one that this holder has; Grant.Slot tells which. It fails with an error that matches ErrHeld
// if others have them all: the *HeldError says which of them ends first. Other errors are those of Lease.TryAcquire.
func (m *Multi) TryAcquire(ctx context.Context) (*Grant, error) {
	all, err := m.look(ctx)
	if err != nil {
		return nil, m.fail(ctx, err)
	}
	first := &HeldError{}
	for _, mine := range []bool{true, false} {
		for i, l := range m.leases {
			if (all[i].stat != nil && all[i].Holder == l.holder) != mine {
				continue
			}
			err := l.free(all[i].Info, l.clock())
			if err == nil {
				var g *Grant
				if g, err = l.take(ctx); err == nil {
					g.slot = i
					return g, nil
				}
			}
			var held *HeldError
			if !errors.As(err, &held) {
				return nil, m.fail(ctx, err)
			}
			if first.End.IsZero() || held.End.Before(first.End) {
				first = held
			}
		}
	}
	return nil, first
}

// Look tells who has or had each of the leases, as Lease.Look does: n requests in one round trip.
func (m *Multi) Look(ctx context.Context) ([]Info, error) {
	all, err := m.look(ctx)
	if err != nil {
		return nil, m.fail(ctx, err)
	}
	infos := make([]Info, len(all))
	for i, at := range all {
		infos[i] = at.Info
	}
	return infos, nil
}

func (m *Multi) look(ctx context.Context) ([]record, error) {
	reads := make([]*client.Future[client.GetResult], len(m.leases))
	for i, l := range m.leases {
		reads[i] = l.c.Get(l.join(holderName)).Async(ctx)
	}
	all := make([]record, len(m.leases))
	for i, l := range m.leases {
		res, err := reads[i].Wait(ctx)
		switch {
		case errors.Is(err, zk.ErrNoNode):
			continue
		case err == nil:
			all[i] = record{data: res.Data, stat: res.Stat}
			all[i].Info, err = decode(res.Data)
		case ctx.Err() == nil && client.Retryable(err):
			all[i], err = l.read(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.path, err)
		}
	}
	return all, nil
}

func (m *Multi) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil && !client.MayHaveApplied(err) {
		return context.Cause(ctx)
	}
	return fmt.Errorf("lease: multi at %s: %w", m.path, err)
}
