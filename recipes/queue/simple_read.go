package queue

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// multiRead reads in one request, or in one flight where the server knows no better.
func (q *simpleCore) multiRead(ctx context.Context, reads []client.Read) ([]client.ReadResult, error) {
	if !q.look.old {
		res, err := q.c.MultiRead(reads...).Do(ctx)
		var old *client.UnsupportedError
		if !errors.As(err, &old) {
			return res, err
		}
		q.look.old = true
	}
	return simpleReadEach(ctx, reads)
}

// simpleReadEach does reads one by one, the last one sent before the first is answered, and all of them again if the connection is lost.
func simpleReadEach(ctx context.Context, reads []client.Read) ([]client.ReadResult, error) {
	gets := make([]*client.Future[client.GetResult], len(reads))
	lists := make([]*client.Future[client.ChildrenResult], len(reads))
	for i, read := range reads {
		switch b := read.(type) {
		case client.ChildrenBuilder:
			lists[i] = b.Async(ctx)
		case client.GetBuilder:
			gets[i] = b.Async(ctx)
		}
	}
	res := make([]client.ReadResult, len(reads))
	for i, read := range reads {
		r := &res[i]
		switch b := read.(type) {
		case client.ChildrenBuilder:
			var got client.ChildrenResult
			if got, r.Err = lists[i].Wait(ctx); client.Retryable(r.Err) {
				got.Names, got.Stat, r.Err = b.Do(ctx) // which waits, as the client's policy says
			}
			r.Names = got.Names
		case client.GetBuilder:
			var got client.GetResult
			if got, r.Err = gets[i].Wait(ctx); client.Retryable(r.Err) {
				got.Data, got.Stat, r.Err = b.Do(ctx)
			}
			r.Data, r.Stat = got.Data, got.Stat
		}
	}
	return res, nil
}

// watchParent sees to it that there is a watch on path. It tells whether path is there.
func (q *simpleCore) watchParent(ctx context.Context) (bool, error) {
	l := &q.look
	if l.parent != nil {
		return true, nil
	}
	watching, cancel := context.WithCancelCause(q.life)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	_, _, w, err := q.c.Get(q.path).Uncompressed().DoW(watching)
	stop()
	if err != nil {
		cancel(nil)
	}
	switch {
	case errors.Is(err, zk.ErrNoNode):
		q.empty()
		return false, nil
	case err != nil:
		return false, err
	}
	l.parent, l.valid, l.next = w, false, "" // it may be another one, which counts anew
	return true, nil
}
