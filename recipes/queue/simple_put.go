package queue

import (
	"bytes"
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// put creates a znode for each item, all in one transaction. name is what the server appends the number to.
func (q *simpleCore) put(ctx context.Context, name string, items [][]byte) ([]string, error) {
	ctx, release := q.bound(ctx)
	defer release()
	for {
		paths, err := q.tryPut(ctx, name, items)
		if !errors.Is(err, errSimpleAgain) {
			return paths, err
		}
	}
}

func (q *simpleCore) tryPut(ctx context.Context, name string, items [][]byte) ([]string, error) {
	slot, err := q.slot(ctx)
	if err != nil {
		return nil, err
	}
	ops := make([]client.Op, len(items), len(items)+1)
	for i, item := range items {
		if item == nil {
			item = []byte{}
		}
		ops[i] = q.c.Create(q.join(name)).Sequential().Data(item)
	}
	if slot != nil {
		ops = append(ops, slot.op(q.c))
	}
	res, err := q.c.Txn(ops...).Do(ctx)
	switch {
	case err == nil:
		q.slots.done(q.c, slot)
		paths := make([]string, len(items))
		for i := range items {
			paths[i] = res[i].Path
		}
		q.offered(paths, items)
		return paths, nil
	case simpleUnsure(err):
		grace, release := simpleGrace(ctx)
		defer release()
		done, err := q.resolve(grace, slot, err)
		if err == nil && !done {
			err = errSimpleAgain
		}
		if err != nil {
			return nil, err
		}
		return make([]string, len(items)), nil // there, under names that nobody told
	}
	return nil, q.notPut(ctx, slot, len(items), err)
}

// notPut does what is to be done about offers that were refused.
func (q *simpleCore) notPut(ctx context.Context, slot *simpleSlot, items int, err error) error {
	var op *client.OpError
	if errors.As(err, &op) && op.TxnIndex() == items {
		q.slots.drop(q.c, slot)
		return errSimpleAgain
	}
	q.slots.back(q.c, slot)
	if !errors.Is(err, zk.ErrNoNode) {
		return err
	}
	if err := q.ensure(ctx); err != nil {
		return err
	}
	return errSimpleAgain
}

// offered notes what was put at the end, if nothing that is not known can be before it: then it need not be read.
func (q *simpleCore) offered(paths []string, items [][]byte) {
	if q.fresh || !q.turn.tryEnter() {
		return
	}
	defer q.turn.leave()
	q.settle()
	l := &q.look
	for i, path := range paths {
		name := client.Base(path)
		if !l.valid || name != l.next || len(l.items) >= simpleOwn || len(items[i]) > simpleBudget/4 {
			return
		}
		l.items = append(l.items, simpleItem{name: name, read: true, data: bytes.Clone(items[i])})
		l.next = simpleNext(name)
	}
}
