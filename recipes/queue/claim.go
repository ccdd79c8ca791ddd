package queue

import (
	"bytes"
	"cmp"
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// verdict is what became of an attempt to take one item.
type verdict int

const (
	unsure   verdict = iota // nobody could look yet
	retry                   // nothing: it may be tried again
	got                     // it is this consumer's
	gone                    // somebody else has taken it off the queue
	locked                  // somebody else holds it
	doubtful                // it is gone, and nobody can know who has taken it
	failed                  // with an error
)

// claim is an attempt to take items: all of them in one transaction.
type claim struct {
	e       *engine
	session *client.Session // in which it was begun
	names   []string
	data    map[string]client.GetResult
	each    []attempt // of names
}

// attempt is what is known of one item.
type attempt struct {
	sent    *client.Future[[]client.TxnResult] // whose answer decides; nil if it is err that does
	verdict verdict
	err     error
}

// claim tries to take items and returns those that it got. Where that is none there may be an error, which need not be about all.
func (e *engine) claim(ctx context.Context, p picked) ([]*hold, error) {
	var holds []*hold
	var failure error
	if p.begun != nil {
		p.begun.judgeAll(ctx)
		holds, failure = p.begun.result(ctx)
	}
	if len(p.names) > 0 {
		more, err := e.claimAll(ctx, p.names, p.next)
		holds, failure = append(holds, more...), cmp.Or(failure, err)
	}
	return holds, failure
}

func (e *engine) newClaim(names []string) *claim {
	return &claim{e: e, session: e.c.Session(), names: names, data: make(map[string]client.GetResult, len(names))}
}

// claimAll tries to take items by a claim of their own.
func (e *engine) claimAll(ctx context.Context, names, next []string) ([]*hold, error) {
	c := e.newClaim(names)
	for _, name := range names {
		if known, ok := e.feed.known(name); ok {
			c.data[name] = known
		}
	}
	ask := e.feed.unread(names, next)
	reads := e.read(ctx, ask)
	if e.lockPath == "" { // what was not read before would be lost with the item
		c.take(ask, reads.wait(ctx, e))
		if err := c.complete(ctx); err != nil || len(c.names) == 0 {
			return nil, err
		}
		ask = nil
	}
	c.send(ctx)
	if ask != nil {
		c.take(ask, reads.wait(ctx, e)) // with the locks, in one flight
	}
	c.judgeAll(ctx)
	return c.result(ctx)
}

// send sends the first attempt, which is for all items.
func (c *claim) send(ctx context.Context) {
	ops := make([]client.Op, 0, 2*len(c.names))
	for _, name := range c.names {
		ops = append(ops, c.ops(name)...)
	}
	c.each = make([]attempt, len(c.names))
	sent := c.e.c.Txn(ops...).Async(ctx)
	for i := range c.each {
		c.each[i].sent = sent
	}
}

// early tells whether a claim of one item came before the item.
func (c *claim) early(ctx context.Context) bool {
	_, err := c.each[0].sent.Wait(ctx)
	return errors.Is(err, zk.ErrNoNode) && index(err) == 0
}

// take notes what was read.
func (c *claim) take(asked []string, results []client.ReadResult) {
	if results == nil {
		return
	}
	c.e.feed.keep(asked, results)
	for i, r := range results {
		if r.Err == nil {
			c.data[asked[i]] = client.GetResult{Data: r.Data, Stat: r.Stat}
		}
	}
}

// complete reads, one by one, what is missing, and forgets the items that are gone.
func (c *claim) complete(ctx context.Context) error {
	var there []string
	for i, name := range c.names {
		if _, ok := c.data[name]; !ok {
			known, ok, err := c.e.fetch(ctx, name)
			if err != nil {
				for _, name := range append(there, c.names[i:]...) {
					c.e.feed.drop(name, true)
				}
				return err
			}
			if !ok {
				c.e.feed.drop(name, false)
				continue
			}
			c.data[name] = known
		}
		there = append(there, name)
	}
	c.names = there
	return nil
}

// ops is what takes one item. Items are not written after they were put, so what was read is what is taken, or the version tells.
func (c *claim) ops(name string) []client.Op {
	var version int32
	if known, ok := c.data[name]; ok {
		version = known.Stat.Version
	}
	if c.e.lockPath == "" {
		return []client.Op{c.e.c.Delete(c.e.item(name)).Version(version)}
	}
	return []client.Op{
		c.e.c.Check(c.e.item(name)).Version(version),
		c.e.c.Create(c.e.lock(name)).Data(c.e.mark).Ephemeral(),
	}
}

// judgeAll decides by the answer to the transaction, and by transactions of their own where that was for all a no.
func (c *claim) judgeAll(ctx context.Context) {
	_, err := c.each[0].sent.Wait(ctx)
	if err != nil && !client.MayHaveApplied(err) && len(c.names) > 1 && ctx.Err() == nil && !client.Retryable(err) {
		for i, name := range c.names {
			c.each[i].sent = c.e.c.Txn(c.ops(name)...).Async(ctx)
		}
	}
	for i := range c.names {
		_, err := c.each[i].sent.Wait(ctx)
		c.judge(ctx, i, err)
	}
}

// judge decides on one item, given how the first attempt ended, with as many more as it takes.
func (c *claim) judge(ctx context.Context, i int, err error) {
	a := &c.each[i]
	for tried := false; ; tried = true {
		a.verdict, a.err = c.weigh(ctx, c.names[i], err, tried)
		if a.verdict != retry {
			return
		}
		a.sent = nil
		_, err = c.e.c.Txn(c.ops(c.names[i])...).Do(ctx)
	}
}

// weigh decides by how the last attempt ended.
func (c *claim) weigh(ctx context.Context, name string, err error, tried bool) (verdict, error) {
	switch {
	case err == nil:
		return got, nil
	case client.MayHaveApplied(err):
		v, lookErr := c.look(ctx, name)
		if lookErr != nil {
			return unsure, err
		}
		return v, nil
	case errors.Is(err, zk.ErrNodeExists):
		return locked, nil
	case errors.Is(err, zk.ErrNoNode) && index(err) == 0:
		return gone, nil
	case errors.Is(err, zk.ErrNoNode):
		if err := c.e.makeFolder(ctx, c.e.lockPath); err != nil {
			return failed, err
		}
		return retry, nil
	case errors.Is(err, zk.ErrBadVersion):
		known, ok, err := c.e.fetch(ctx, name)
		switch {
		case err != nil:
			return failed, err
		case !ok:
			return gone, nil
		}
		c.data[name] = known
		return retry, nil
	case tried || ctx.Err() != nil || !client.Retryable(err):
		return failed, err
	}
	return retry, nil // the first attempt was not sent; the next ones are the retry policy's
}

// index is which operation of a transaction failed.
func index(err error) int {
	var op *client.OpError
	if errors.As(err, &op) {
		return op.TxnIndex()
	}
	return -1
}

// look finds out what became of an attempt whose answer was lost.
func (c *claim) look(ctx context.Context, name string) (verdict, error) {
	if c.e.lockPath != "" {
		return c.e.owner(ctx, name)
	}
	there, _, err := c.e.c.Exists(c.e.item(name)).Do(ctx)
	switch {
	case err != nil:
		return unsure, err
	case there:
		return retry, nil
	}
	return doubtful, nil
}

// owner tells who has an item's lock: got if it is this queue, in the present session; retry if nobody has it.
func (e *engine) owner(ctx context.Context, name string) (verdict, error) {
	data, stat, err := e.c.Get(e.lock(name)).Do(ctx)
	switch {
	case errors.Is(err, zk.ErrNoNode):
		return retry, nil
	case err != nil:
		return unsure, err
	case bytes.Equal(data, e.mark) && stat.EphemeralOwner == e.c.Session().ID():
		return got, nil
	}
	return locked, nil
}

// result is what came of it, for each item by its verdict.
func (c *claim) result(ctx context.Context) (holds []*hold, failure error) {
	var open []int
	for i, name := range c.names {
		switch a := c.each[i]; a.verdict {
		case got:
			h, err := c.hold(ctx, name)
			failure = cmp.Or(failure, err)
			if h != nil {
				holds = append(holds, h)
			}
		case locked:
			c.e.feed.taken(name)
		case doubtful:
			c.e.note(&ItemError{Path: c.e.item(name), Data: c.data[name].Data, Err: ErrUnknown})
			c.e.feed.drop(name, false)
		case failed:
			failure = cmp.Or(failure, a.err)
			c.e.feed.drop(name, true)
		case unsure:
			failure = cmp.Or(failure, a.err)
			open = append(open, i)
		case gone, retry:
			c.e.feed.drop(name, false)
		}
	}
	if len(open) > 0 {
		c.e.background(func(ctx context.Context) { c.undo(ctx, open) })
	}
	return holds, failure
}

// undo finds out about items after the call has ended, and gives back what it has got.
func (c *claim) undo(ctx context.Context, open []int) {
	for _, i := range open {
		name, a := c.names[i], c.each[i]
		for a.verdict == unsure {
			if a.sent != nil {
				_, a.err = a.sent.Wait(ctx)
				a.sent = nil
			}
			a.verdict, _ = c.weigh(ctx, name, a.err, true)
			if a.verdict == unsure && c.e.c.WaitConnected(ctx) != nil {
				break
			}
		}
		switch a.verdict {
		case got:
			if h, _ := c.hold(ctx, name); h != nil {
				h.release()
			}
		case doubtful:
			c.e.note(&ItemError{Path: c.e.item(name), Data: c.data[name].Data, Err: ErrUnknown})
			c.e.feed.drop(name, false)
		case gone, locked, failed, unsure, retry:
			c.e.feed.drop(name, true)
		}
	}
}

// hold makes a hold of an item that was got. There is none if the item is gone all the same, or its lock went with a session.
func (c *claim) hold(ctx context.Context, name string) (*hold, error) {
	e := c.e
	life := context.Background()
	if e.lockPath != "" {
		if c.session != e.c.Session() { // the lock may be the former session's
			c.session = e.c.Session()
			if v, err := e.owner(ctx, name); v != got {
				e.feed.drop(name, true)
				return nil, err
			}
		}
		life = c.session.Context()
	}
	h := &hold{e: e, name: name, session: c.session}
	h.ctx, h.end = context.WithCancelCause(life)
	known, ok := c.data[name]
	if !ok {
		var err error
		if known, ok, err = e.fetch(ctx, name); !ok {
			h.release()
			return nil, err
		}
	}
	h.data = known.Data
	h.begin()
	return h, nil
}
