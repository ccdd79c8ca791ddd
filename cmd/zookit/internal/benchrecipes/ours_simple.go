package benchrecipes

import (
	"context"
	"errors"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lease"
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/recipes/queue"
)

// itemBytes is how large an item of a queue is, with every side.
const itemBytes = 100

// errVanished is a queue that has not what was put into it.
var errVanished = errors.New("what was put is not there")

func newSimple(c *client.Client, path string) (*queue.Simple, error) { return queue.NewSimple(c, path) }

var ourSimple = each(newSimple, func(ctx context.Context, q *queue.Simple) error {
	if _, err := q.Offer(ctx, make([]byte, itemBytes)); err != nil {
		return err
	}
	_, ok, err := q.Poll(ctx)
	return there(ok, err)
})

var ourSimpleBatch = each(newSimple, func(ctx context.Context, q *queue.Simple) error {
	items := make([][]byte, burst)
	for i := range items {
		items[i] = make([]byte, itemBytes)
	}
	if _, err := q.OfferMany(ctx, items...); err != nil {
		return err
	}
	for left := burst; left > 0; {
		taken, err := q.PollMany(ctx, left)
		if err := there(len(taken) > 0, err); err != nil {
			return err
		}
		left -= len(taken)
	}
	return nil
})

func there(ok bool, err error) error {
	if err == nil && !ok {
		err = errVanished
	}
	return err
}

var ourKazooQueue = each(
	func(c *client.Client, path string) (*queue.KazooQueue, error) { return queue.NewKazooQueue(c, path) },
	func(ctx context.Context, q *queue.KazooQueue) error {
		if _, err := q.Put(ctx, queue.KazooPriority, make([]byte, itemBytes)); err != nil {
			return err
		}
		_, ok, err := q.Get(ctx)
		return there(ok, err)
	})

var ourKazooLocking = each(
	func(c *client.Client, path string) (*queue.KazooLocking, error) {
		return queue.NewKazooLocking(c, path)
	},
	func(ctx context.Context, q *queue.KazooLocking) error {
		if _, err := q.Put(ctx, queue.KazooPriority, make([]byte, itemBytes)); err != nil {
			return err
		}
		entry, err := q.Get(ctx)
		if err != nil {
			return err
		}
		return entry.Consume(ctx)
	})

var ourParty = each(
	func(c *client.Client, path string) (*party.Party, error) { return party.New(c, path) },
	func(ctx context.Context, p *party.Party) error {
		m, err := p.Join(ctx)
		if err != nil {
			return err
		}
		return m.Leave()
	})

var ourLease = each(
	func(c *client.Client, path string) (*lease.Lease, error) {
		return lease.New(c, path, time.Hour, lease.WithHolder("bench"))
	},
	func(ctx context.Context, l *lease.Lease) error {
		_, err := l.TryAcquire(ctx)
		return err
	})
