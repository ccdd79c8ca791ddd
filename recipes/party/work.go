package party

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Run takes part and calls work with each share, one after the other. work's context ends with the share, and the share with ctx; work then brings to an end what it
// does, and returns, and the items go to their next owners. What it returns then does not matter, unless it is an error that is neither the
// context's cause nor context.Canceled.
//
// Run ends when work returns while its share stands, with what it returned; when ctx ends, with context.Cause(ctx); or when the Partitioner
// fails, with the errors of Acquire. It starts the Partitioner and closes it: nothing runs and nothing is owned any more when it returns.
func (p *Partitioner) Run(ctx context.Context, work func(ctx context.Context, share *Share) error) (err error) {
	if err := p.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close(context.Background())) }() // takes a few seconds at most
	for {
		share, err := p.Acquire(ctx)
		if err != nil {
			return err
		}
		if over, err := runShare(ctx, share, work); over {
			return err
		}
	}
}

// runShare calls work once. over tells that there shall be no other call.
func runShare(ctx context.Context, share *Share, work func(ctx context.Context, share *Share) error) (over bool, err error) {
	defer share.Release()
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(share.ctx, func() { cancel(context.Cause(share.ctx)) })()
	defer context.AfterFunc(ctx, func() { share.end(context.Cause(ctx)) })() // and with it the items' contexts
	err = work(working, share)
	switch {
	case ctx.Err() != nil:
		return true, context.Cause(ctx)
	case share.ctx.Err() == nil:
		return true, err
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.Cause(share.ctx)):
		return false, nil
	}
	return true, err
}

// find is where an item stands among all.
func (p *Partitioner) find(name string) (int, error) {
	at, ok := slices.BinarySearch(p.items, name)
	if !ok {
		return 0, fmt.Errorf("%w %q: the function gave what is not in the set", errItem, name)
	}
	return at, nil
}
