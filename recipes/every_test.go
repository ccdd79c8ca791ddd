package recipes_test

import (
	"context"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/recipes/group"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/recipes/lease"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/recipes/queue"
)

// use is a recipe's life: it is started, does what it is for, and is closed. An error is the recipe's.
type use func(ctx context.Context) error

// every is each recipe in the tables of this package and what stands beside it, by the constructor.
var every = map[string]func(c *client.Client, path string) (use, error){
	"lock.Mutex": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewMutex(c, path)
		return func(ctx context.Context) error { return locked(m.Lock(ctx)) }, err
	},
	"lock.Mutex tried": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewMutex(c, path, lock.WithNames(lock.Kazoo), lock.WithRevocation())
		return func(ctx context.Context) error { return locked(m.TryLock(ctx)) }, err
	},
	"lock.Mutex listed": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewMutex(c, path)
		return func(ctx context.Context) error { return second(m.Participants(ctx)) }, err
	},
	"lock.Mutex done": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewMutex(c, path)
		return func(ctx context.Context) error { return m.Do(ctx, func(context.Context) error { return nil }) }, err
	},
	"lock.Reentrant": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewReentrant(c, path)
		return func(ctx context.Context) error { return locked(m.Lock(ctx)) }, err
	},
	"lock.SemaphoreMutex": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewSemaphoreMutex(c, path)
		return func(ctx context.Context) error { return locked(m.Lock(ctx)) }, err
	},
	"lock.RWMutex written": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewRWMutex(c, path)
		return func(ctx context.Context) error { return locked(m.Lock(ctx)) }, err
	},
	"lock.RWMutex read": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewRWMutex(c, path)
		return func(ctx context.Context) error { return locked(m.RLock(ctx)) }, err
	},
	"lock.ReentrantRW written": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewReentrantRW(c, path)
		return func(ctx context.Context) error { return locked(m.Lock(ctx)) }, err
	},
	"lock.ReentrantRW read": func(c *client.Client, path string) (use, error) {
		m, err := lock.NewReentrantRW(c, path)
		return func(ctx context.Context) error { return locked(m.RLock(ctx)) }, err
	},
	"lock.Semaphore": func(c *client.Client, path string) (use, error) {
		s, err := lock.NewSemaphore(c, path, 2)
		return func(ctx context.Context) error { return locked(s.Acquire(ctx)) }, err
	},
	"lock.Multi": func(c *client.Client, path string) (use, error) {
		one, err := lock.NewMutex(c, path)
		if err != nil {
			return nil, err
		}
		m, err := lock.NewMulti(one)
		return func(ctx context.Context) error { return locked(m.Lock(ctx)) }, err
	},
	"lock.Revoke": func(c *client.Client, path string) (use, error) {
		return func(ctx context.Context) error { return lock.Revoke(ctx, c, path) }, nil // there is no constructor
	},
	"leader.Latch": func(c *client.Client, path string) (use, error) {
		l, err := leader.NewLatch(c, path)
		return func(ctx context.Context) error {
			if err := l.Start(ctx); err != nil {
				return err
			}
			return ended(second(l.Await(ctx)), l.Close(ctx))
		}, err
	},
	"leader.Selector": func(c *client.Client, path string) (use, error) {
		s, err := leader.NewSelector(c, path)
		return func(ctx context.Context) error { return s.Run(ctx, func(context.Context) error { return nil }) }, err
	},
	"leader.Observer": func(c *client.Client, path string) (use, error) {
		o, err := leader.NewLatchObserver(c, path)
		return func(ctx context.Context) error { return second(o.Leader(ctx)) }, err
	},
	"leader.Observer of selectors": func(c *client.Client, path string) (use, error) {
		o, err := leader.NewSelectorObserver(c, path)
		return func(ctx context.Context) error {
			for _, err := range o.Leaders(ctx) {
				return err
			}
			return nil
		}, err
	},
	"barrier.Barrier": func(c *client.Client, path string) (use, error) {
		b, err := barrier.New(c, path)
		return func(ctx context.Context) error { return inTurn(ctx, b.Set, b.Remove, b.Wait) }, err
	},
	"barrier.Double": func(c *client.Client, path string) (use, error) {
		d, err := barrier.NewDouble(c, path, 1)
		return func(ctx context.Context) error {
			m, err := d.Enter(ctx)
			if err != nil {
				return err
			}
			return ended(m.Leave(ctx), d.Clear(ctx))
		}, err
	},
	"counter.Int64": func(c *client.Client, path string) (use, error) {
		n, err := counter.NewInt64(c, path, counter.WithLock(path), counter.WithReceipts(path+"-receipts"))
		return func(ctx context.Context) error { return ended(second(n.Add(ctx, 1)), n.Close(ctx)) }, err
	},
	"counter.Int32": func(c *client.Client, path string) (use, error) {
		n, err := counter.NewInt32(c, path)
		return func(ctx context.Context) error { return ended(second(n.Add(ctx, 1)), n.Close(ctx)) }, err
	},
	"counter.Value": func(c *client.Client, path string) (use, error) {
		v, err := counter.NewValue(c, path)
		return func(ctx context.Context) error { return ended(v.Set(ctx, []byte("x")), v.Close(ctx)) }, err
	},
	"counter.Cached": func(c *client.Client, path string) (use, error) {
		n, err := counter.NewInt64(c, path)
		if err != nil {
			return nil, err
		}
		cached, err := counter.NewCached(n, 10)
		return func(ctx context.Context) error { return ended(second(cached.Next(ctx)), n.Close(ctx)) }, err
	},
	"counter.SharedCount": func(c *client.Client, path string) (use, error) {
		s, err := counter.NewSharedCount(c, path, 1)
		return func(ctx context.Context) error { return shared(ctx, s, 2) }, err
	},
	"counter.SharedValue": func(c *client.Client, path string) (use, error) {
		s, err := counter.NewSharedValue(c, path, []byte("x"))
		return func(ctx context.Context) error { return shared(ctx, s, []byte("y")) }, err
	},
	"queue.FIFO": func(c *client.Client, path string) (use, error) {
		q, err := queue.NewFIFO(c, path, queue.String{}, queue.WithLockPath(path+"-locks"))
		if err != nil {
			return nil, err
		}
		return taken(&q.Queue, func(ctx context.Context) error { return second(q.Put(ctx, "x")) }), nil
	},
	"queue.IDs": func(c *client.Client, path string) (use, error) {
		q, err := queue.NewIDs(c, path, queue.String{})
		if err != nil {
			return nil, err
		}
		return taken(&q.Queue, func(ctx context.Context) error { return second(q.Put(ctx, "id", "x")) }), nil
	},
	"queue.Priority": func(c *client.Client, path string) (use, error) {
		q, err := queue.NewPriority(c, path, queue.String{}, queue.WithMaxItems(1))
		if err != nil {
			return nil, err
		}
		return taken(&q.Queue, func(ctx context.Context) error { return second(q.Put(ctx, 1, "x")) }), nil
	},
	"queue.Delay": func(c *client.Client, path string) (use, error) {
		q, err := queue.NewDelay(c, path, queue.String{})
		if err != nil {
			return nil, err
		}
		return taken(&q.Queue, func(ctx context.Context) error { return second(q.Put(ctx, time.Now(), "x")) }), nil
	},
	"queue.FIFO taken": func(c *client.Client, path string) (use, error) {
		q, err := queue.NewFIFO(c, path, queue.String{})
		return func(ctx context.Context) error {
			_, err := q.Len(ctx)
			if err == nil { // there is nothing to take, and Take would wait
				return q.Close(ctx)
			}
			return ended(second(q.Take(ctx)), q.Close(ctx))
		}, err
	},
	"queue.Sharded": func(c *client.Client, path string) (use, error) {
		s, err := queue.NewSharded(c, path, "/home/shards-leader", func(_ context.Context, path string) (*queue.FIFO[string], error) {
			return queue.NewFIFO(c, path, queue.String{})
		})
		return func(ctx context.Context) error {
			started := s.Start(ctx)
			return ended(started, s.Close(ctx))
		}, err
	},
	"queue.Simple": func(c *client.Client, path string) (use, error) {
		q, err := queue.NewSimple(c, path)
		return func(ctx context.Context) error {
			err := second(q.Offer(ctx, []byte("x")))
			if err == nil {
				err = second(q.TakeMany(ctx, 1))
			}
			return ended(err, q.Close(ctx))
		}, err
	},
	"queue.KazooQueue": func(c *client.Client, path string) (use, error) {
		q, err := queue.NewKazooQueue(c, path)
		return func(ctx context.Context) error {
			err := second(q.Put(ctx, 1, []byte("x")))
			if err == nil {
				err = second(q.Take(ctx))
			}
			return ended(err, q.Close(ctx))
		}, err
	},
	"queue.KazooLocking": func(c *client.Client, path string) (use, error) {
		q, err := queue.NewKazooLocking(c, path)
		return func(ctx context.Context) error {
			if err := second(q.Put(ctx, 1, []byte("x"))); err != nil {
				return err
			}
			e, err := q.Get(ctx)
			if err != nil {
				return err
			}
			return e.Consume(ctx)
		}, err
	},
	"node.Persistent": func(c *client.Client, path string) (use, error) {
		p, err := node.NewPersistent(c, path, []byte("x"))
		return func(ctx context.Context) error { return inTurn(ctx, p.Start, p.Wait, p.Close) }, err
	},
	"node.TTL": func(c *client.Client, path string) (use, error) {
		p, err := node.NewTTL(c, path, time.Minute, []byte("x"), node.WithContainer())
		return func(ctx context.Context) error {
			return inTurn(ctx, p.Start, p.Close, func(ctx context.Context) error { return c.Delete(path).WithChildren().Do(ctx) })
		}, err
	},
	"group.Member": func(c *client.Client, path string) (use, error) {
		m, err := group.NewMember(c, path, "ann", []byte("x"))
		return func(ctx context.Context) error { return inTurn(ctx, m.Start, m.Wait, m.Close) }, err
	},
	"group.View": func(c *client.Client, path string) (use, error) {
		v, err := group.NewView(c, path)
		return func(ctx context.Context) error {
			defer v.Close()
			return v.Start(ctx)
		}, err
	},
	"party.Party": func(c *client.Client, path string) (use, error) {
		p, err := party.New(c, path)
		return func(ctx context.Context) error {
			m, err := p.Join(ctx)
			if err != nil {
				return err
			}
			return ended(second(p.Members(ctx)), m.Leave())
		}, err
	},
	"party.Party stayed in": func(c *client.Client, path string) (use, error) {
		p, err := party.NewShallow(c, path)
		return func(ctx context.Context) error {
			s, err := p.Stay(ctx)
			if err != nil {
				return err
			}
			return s.Leave()
		}, err
	},
	"party.Party looked at": func(c *client.Client, path string) (use, error) {
		p, err := party.New(c, path)
		return func(ctx context.Context) error {
			for _, err := range p.Changes(ctx) {
				return err
			}
			return nil
		}, err
	},
	"party.Partitioner": func(c *client.Client, path string) (use, error) {
		p, err := party.NewPartitioner(c, path, []string{"one", "two"}, party.WithTimeBoundary(0))
		return func(ctx context.Context) error {
			return p.Run(ctx, func(context.Context, *party.Share) error { return nil })
		}, err
	},
	"lease.Lease": func(c *client.Client, path string) (use, error) {
		l, err := lease.New(c, path, time.Minute)
		return func(ctx context.Context) error { return granted(ctx, l.TryAcquire) }, err
	},
	"lease.Multi": func(c *client.Client, path string) (use, error) {
		l, err := lease.NewMulti(c, path, 2, time.Minute)
		return func(ctx context.Context) error { return granted(ctx, l.TryAcquire) }, err
	},
	"cache.Node": func(c *client.Client, path string) (use, error) {
		v, err := cache.NewNode(c, path)
		if err != nil {
			return nil, err
		}
		return cached(v.Cache), nil
	},
	"cache.Children": func(c *client.Client, path string) (use, error) {
		v, err := cache.NewChildren(c, path)
		if err != nil {
			return nil, err
		}
		return cached(v.Cache), nil
	},
	"cache.Tree": func(c *client.Client, path string) (use, error) {
		v, err := cache.NewTree(c, path)
		if err != nil {
			return nil, err
		}
		return cached(v.Cache), nil
	},
}

func second[T any](_ T, err error) error { return err }

// ended is what a recipe's use came to, and then its end.
func ended(err, end error) error {
	if err != nil {
		return err
	}
	return end
}

func inTurn(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func locked[H interface{ Unlock() error }](held H, err error) error {
	if err != nil {
		return err
	}
	return held.Unlock()
}

func shared[T any](ctx context.Context, s *counter.Shared[T], v T) error {
	defer s.Close()
	if err := s.Start(ctx); err != nil {
		return err
	}
	return second(s.Set(ctx, v))
}

func taken(q *queue.Queue[string], put func(context.Context) error) use {
	return func(ctx context.Context) error {
		err := put(ctx)
		if err == nil {
			var it *queue.Item[string]
			if it, err = q.Take(ctx); err == nil {
				err = it.Done(ctx)
			}
		}
		return ended(err, q.Close(ctx))
	}
}

func granted(ctx context.Context, take func(context.Context) (*lease.Grant, error)) error {
	g, err := take(ctx)
	if err != nil {
		return err
	}
	return g.Release(ctx)
}

func cached(c *cache.Cache) use {
	return func(ctx context.Context) error {
		err := c.Start(ctx)
		if err == nil {
			err = c.WaitInitialized(ctx)
		}
		return ended(err, c.Close(ctx))
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
