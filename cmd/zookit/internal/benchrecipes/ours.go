package benchrecipes

import (
	"context"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/recipes/lock"
)

// ourRecipes are ours.
var ourRecipes = map[string]recipe{
	"mutex":        ourMutex,
	"rw":           ourRW,
	"rwread":       ourRWRead,
	"semaphore1":   ourSemaphore(1),
	"semaphore4":   ourSemaphore(4),
	"long":         ourLong,
	"promoted":     ourPromoted,
	"shared":       ourShared,
	"latch":        ourLatch,
	"failover":     ourFailover,
	"double":       ourDouble(true),
	"doublenew":    ourDouble(false),
	"simple":       ourSimple,
	"simplebatch":  ourSimpleBatch,
	"kazooqueue":   ourKazooQueue,
	"kazoolocking": ourKazooLocking,
	"party":        ourParty,
	"lease":        ourLease,
	"queue":        ourQueue(1, false),
	"queuelock":    ourQueue(1, true),
	"batch":        ourQueue(burst, false),
	"batchlock":    ourQueue(burst, true),
	"tree":         ourTree,
	"listener":     ourListener,
}

// ourClients connects clients.
func ourClients(ctx context.Context, n int, addr string) (*setup, []*client.Client, error) {
	s := &setup{contenders: n}
	clients := make([]*client.Client, n)
	for i := range clients {
		c, err := client.Connect(ctx, addr, client.WithSessionTimeout(session))
		if err != nil {
			(&local{setup: s}).end()
			return nil, nil, err
		}
		s.close = append(s.close, func() { closeClient(ctx, c) })
		clients[i] = c
	}
	return s, clients, nil
}

// each is a recipe of which every contender has its own handle.
func each[T any](newHandle func(c *client.Client, path string) (T, error), cycle func(ctx context.Context, handle T) error) recipe {
	return func(ctx context.Context, n int, addr, path string) (*setup, error) {
		s, clients, err := ourClients(ctx, n, addr)
		if err != nil {
			return nil, err
		}
		handles := make([]T, n)
		for i, c := range clients {
			if handles[i], err = newHandle(c, path); err != nil {
				(&local{setup: s}).end()
				return nil, err
			}
			switch h := any(handles[i]).(type) {
			case interface{ Close() }:
				s.close = append(s.close, h.Close)
			case interface {
				Close(ctx context.Context) error
			}:
				s.close = append(s.close, func() { closeWithin(ctx, h.Close) })
			}
		}
		s.cycle = func(ctx context.Context, i int) error { return cycle(ctx, handles[i]) }
		return s, nil
	}
}

var ourMutex = each(
	func(c *client.Client, path string) (*lock.Mutex, error) { return lock.NewMutex(c, path) },
	func(ctx context.Context, m *lock.Mutex) error {
		held, err := m.Lock(ctx)
		if err != nil {
			return err
		}
		return held.Unlock()
	})

// ourRW takes the write lock: for that there are contenders.
var ourRW = each(
	func(c *client.Client, path string) (*lock.RWMutex, error) { return lock.NewRWMutex(c, path) },
	func(ctx context.Context, m *lock.RWMutex) error {
		held, err := m.Lock(ctx)
		if err != nil {
			return err
		}
		return held.Unlock()
	})

// ourRWRead has readers only, which are never in each other's way.
var ourRWRead = each(
	func(c *client.Client, path string) (*lock.RWMutex, error) { return lock.NewRWMutex(c, path) },
	func(ctx context.Context, m *lock.RWMutex) error {
		held, err := m.RLock(ctx)
		if err != nil {
			return err
		}
		return held.Unlock()
	})

func ourSemaphore(leases int) recipe {
	return each(
		func(c *client.Client, path string) (*lock.Semaphore, error) {
			return lock.NewSemaphore(c, path, leases)
		},
		func(ctx context.Context, s *lock.Semaphore) error {
			held, err := s.Acquire(ctx)
			if err != nil {
				return err
			}
			return held.Unlock()
		})
}

func add(ctx context.Context, n *counter.Int64) error {
	_, err := n.Add(ctx, 1)
	return err
}

var (
	ourLong = each(func(c *client.Client, path string) (*counter.Int64, error) { return counter.NewInt64(c, path+"/value") }, add)

	ourPromoted = each(func(c *client.Client, path string) (*counter.Int64, error) {
		return counter.NewInt64(c, path+"/value", counter.WithLock(path+"/value"))
	}, add)
)

var ourShared = each(
	func(c *client.Client, path string) (*counter.SharedCount, error) {
		n, err := counter.NewSharedCount(c, path+"/value", 0)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		return n, n.Start(ctx)
	},
	func(ctx context.Context, n *counter.SharedCount) error {
		for prev := n.Get(); ; {
			ok, now, err := n.TrySet(ctx, prev, prev.Value+1)
			if ok || err != nil {
				return err
			}
			prev = now
		}
	})

// ourLatch lets the leader give up and join again, once it leads. The others wait meanwhile, in their turns.
func ourLatch(ctx context.Context, n int, addr, path string) (*setup, error) {
	s, clients, err := ourClients(ctx, n, addr)
	if err != nil {
		return nil, err
	}
	latches := make([]*leader.Latch, n)
	join := func(ctx context.Context, i int) (err error) {
		if latches[i], err = leader.NewLatch(clients[i], path); err != nil {
			return err
		}
		return latches[i].Start(ctx)
	}
	for i := range latches {
		if err := join(ctx, i); err != nil {
			(&local{setup: s}).end()
			return nil, err
		}
		s.close = append(s.close, func() { closeWithin(ctx, latches[i].Close) })
	}
	turn := 0
	s.alone = func(ctx context.Context) error {
		i := turn % n
		turn++
		if _, err := latches[i].Await(ctx); err != nil {
			return err
		}
		if err := latches[i].Close(ctx); err != nil {
			return err
		}
		return join(ctx, i)
	}
	return s, nil
}

// ourFailover lets the leader close and waits until the next one leads. Those that will are there already, on another session in turn.
func ourFailover(ctx context.Context, n int, addr, path string) (*setup, error) {
	s, clients, err := ourClients(ctx, n, addr)
	if err != nil {
		return nil, err
	}
	var queue []*leader.Latch
	made := 0
	s.close = append(s.close, func() {
		for _, l := range queue {
			closeWithin(ctx, l.Close)
		}
	})
	s.prepare = func(ctx context.Context, cycles int) error {
		for len(queue) < cycles+1 {
			l, err := leader.NewLatch(clients[made%n], path)
			if err != nil {
				return err
			}
			queue, made = append(queue, l), made+1
			if err := l.Start(ctx); err != nil {
				return err
			}
		}
		_, err := queue[0].Await(ctx)
		// A latch that stays for 250 ms looks after its own znode, too. Those requests are no failover's.
		time.Sleep(settled)
		return err
	}
	s.alone = func(ctx context.Context) error {
		if len(queue) < 2 {
			return errUsedUp
		}
		old := queue[0]
		queue = queue[1:]
		closed := make(chan error, 1)
		go func() { closed <- old.Close(ctx) }()
		_, err := queue[0].Await(ctx)
		if closeErr := <-closed; err == nil {
			err = closeErr
		}
		return err
	}
	return s, nil
}

// settled is longer than participants need to have watched all that they will.
const settled = 400 * time.Millisecond

// ourDouble lets all in and out, each time at a barrier of its own, whose folder is there or not.
func ourDouble(there bool) recipe {
	return func(ctx context.Context, n int, addr, path string) (*setup, error) {
		s, clients, err := ourClients(ctx, n, addr)
		if err != nil {
			return nil, err
		}
		made, next := 0, make([]int, n)
		if there {
			s.prepare = func(ctx context.Context, cycles int) error {
				for ; made < next[0]+cycles; made++ {
					if _, err := clients[0].Create(numbered(path, made)).Do(ctx); err != nil {
						return err
					}
				}
				return nil
			}
		}
		s.cycle = func(ctx context.Context, i int) error {
			double, err := barrier.NewDouble(clients[i], numbered(path, next[i]), n)
			if err != nil {
				return err
			}
			next[i]++
			member, err := double.Enter(ctx)
			if err != nil {
				return err
			}
			return member.Leave(ctx)
		}
		return s, nil
	}
}
