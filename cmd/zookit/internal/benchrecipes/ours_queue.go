package benchrecipes

import (
	"context"

	"github.com/zookit-go/zookit/recipes/queue"
)

// burst is how many items are put at a time, where that is what is measured.
const burst = 100

// ourQueue puts so many items and waits until all are consumed, by a consumer on the same session.
func ourQueue(n int, safe bool) recipe {
	return func(ctx context.Context, _ int, addr, path string) (*setup, error) {
		s, clients, err := ourClients(ctx, 1, addr)
		if err != nil {
			return nil, err
		}
		var opts []queue.Option
		if safe {
			opts = append(opts, queue.WithLockPath(path+"/locks"))
		}
		q, err := queue.NewFIFO(clients[0], path+"/queue", queue.Bytes{}, opts...)
		if err != nil {
			(&local{setup: s}).end()
			return nil, err
		}
		c := consume(ctx, q, n)
		s.close = append(s.close, func() { closeWithin(ctx, q.Close); c.stop() })
		items := make([][]byte, n)
		for i := range items {
			items[i] = make([]byte, 100)
		}
		s.cycle = func(ctx context.Context, _ int) error {
			if err := put(ctx, q, items); err != nil {
				return err
			}
			for left := n; left > 0; {
				select {
				case done := <-c.done:
					left -= done
				case err := <-c.failed:
					return err
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			return nil
		}
		return s, nil
	}
}

func put(ctx context.Context, q *queue.FIFO[[]byte], items [][]byte) error {
	if len(items) == 1 {
		_, err := q.Put(ctx, items[0])
		return err
	}
	_, err := q.PutAll(ctx, items...)
	return err
}

// consumer takes all that comes, in a goroutine of its own.
type consumer struct {
	done   chan int // how many were consumed together
	failed chan error
	stop   func() // and waits
}

func consume(ctx context.Context, q *queue.FIFO[[]byte], most int) *consumer {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it outlives the call that opens it
	c := &consumer{done: make(chan int, 1024), failed: make(chan error, 1)}
	ended := make(chan struct{})
	c.stop = func() { cancel(); <-ended }
	go func() {
		defer close(ended)
		for {
			items, err := takeAll(ctx, q, most)
			if err != nil {
				c.failed <- err
				return
			}
			c.done <- len(items)
		}
	}()
	return c
}

// takeAll takes what is there and settles it, all at once.
func takeAll(ctx context.Context, q *queue.FIFO[[]byte], most int) ([]*queue.Item[[]byte], error) {
	items, err := q.TakeMany(ctx, most)
	if err != nil {
		return nil, err
	}
	settled := make(chan error, len(items))
	for _, it := range items[1:] {
		go func() { settled <- it.Done(ctx) }()
	}
	err = items[0].Done(ctx)
	for range items[1:] {
		if e := <-settled; err == nil {
			err = e
		}
	}
	return items, err
}
