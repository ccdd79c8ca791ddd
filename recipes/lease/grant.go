package lease

import (
	"context"
	"errors"
	"time"
)

// Why a Grant's context ends.
var (
	// ErrExpired: the time is over, less the margin.
	ErrExpired = errors.New("lease: expired")
	// ErrReleased: the lease was released.
	ErrReleased = errors.New("lease: released")
)

// Grant is a lease that was taken.
type Grant struct {
	lease *Lease
	info  Info
	zxid  int64
	slot  int
	ctx   context.Context
	end   context.CancelCauseFunc
	timer *time.Timer
}

func (l *Lease) grant(info Info, zxid int64) *Grant {
	g := &Grant{lease: l, info: info, zxid: zxid}
	g.ctx, g.end = context.WithCancelCause(context.Background())
	g.timer = time.AfterFunc(info.End.Sub(l.clock())-l.margin, func() { g.end(ErrExpired) })
	return g
}

// Context ends with the lease, less the margin, by this process's clock; its cause is ErrExpired, or ErrReleased after Release. It does not end when the
// session does, nor when another client takes the lease because its clock is ahead, or renews it under the same name. TryAcquire renews the lease and
// gives another Grant; this one's Context ends when it would have ended.
func (g *Grant) Context() context.Context { return g.ctx }

// End is until when the lease is held: UTC, whole seconds.
func (g *Grant) End() time.Time { return g.info.End }

// Holder is who has it.
func (g *Grant) Holder() string { return g.info.Holder }

// Slot is which of a Multi's leases it is, from 0; and 0 for a Lease.
func (g *Grant) Slot() int { return g.slot }

// Token is a fencing token: every later grant's of this lease is larger, be it in Go or in Python. A resource that remembers the largest token it
// has seen, and refuses smaller ones, is safe from a holder whose clock is wrong. It is the transaction id that made the lease's znode (czxid).
func (g *Grant) Token() int64 { return g.zxid }

// Release gives the lease back before its end, so that others need not wait: Context ends, then the znode is deleted, if it is still this
// Grant's. It takes 4 requests; kazoo has no such thing, and understands it. Errors: context.Cause(ctx), client.ErrClosed, zk.ErrNoAuth; the lease
// then ends by itself. It is safe to call twice.
func (g *Grant) Release(ctx context.Context) error {
	g.timer.Stop()
	g.end(ErrReleased)
	l := g.lease
	for {
		place, err := l.enter(ctx)
		if err != nil {
			return l.fail(ctx, "release", err)
		}
		at, err := l.read(ctx)
		if err == nil && at.stat != nil && at.stat.Czxid == g.zxid {
			if _, err = l.write(ctx, place, at, nil); err == nil {
				return nil
			}
		} else if err == nil || errors.Is(err, ErrFormat) {
			_ = place.Leave() // another's by now, or nobody's
			return nil
		}
		_ = place.Leave() // what could not be deleted now is deleted in the background
		if !again(ctx, err) {
			return l.fail(ctx, "release", err)
		}
	}
}
