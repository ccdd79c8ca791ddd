package interop

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/lock"
)

// A mutexPeer is one of those who share a lock under several names: what starts it, and gives its turns when all is over.
type mutexPeer func(ctx context.Context, t *testing.T, addr, id string, wanted int) func() (turns int)

// ourMutex contends with a Mutex of ours.
func ourMutex(opts ...lock.Option) mutexPeer {
	return func(ctx context.Context, t *testing.T, addr, id string, wanted int) func() int {
		t.Helper()
		m, err := lock.NewMutex(connectClient(ctx, t, addr), lockPath, append(opts, lock.WithData([]byte(id)))...)
		must(t, err)
		return goPeer(ctx, t, addr, id, wanted, func(ctx context.Context) (func() error, error) {
			held, err := m.Lock(ctx)
			if err != nil {
				return nil, err
			}
			return held.Unlock, nil
		})
	}
}

// zkLock contends with go-zookeeper's own lock.
func zkLock(ctx context.Context, t *testing.T, addr, id string, wanted int) func() int {
	t.Helper()
	conn := connect(t, addr)
	return goPeer(ctx, t, addr, id, wanted, func(context.Context) (func() error, error) {
		l := zk.NewLock(conn, lockPath, zk.WorldACL(zk.PermAll))
		return l.Unlock, l.Lock()
	})
}

func goPeer(ctx context.Context, t *testing.T, addr, id string, wanted int, take lockFunc) func() int {
	t.Helper()
	c := &contender{id: id, conn: connect(t, addr), lock: take, wanted: wanted}
	var run errgroup.Group
	run.Go(func() error { return c.run(ctx) })
	return func() int {
		if err := run.Wait(); err != nil {
			t.Error(err)
		}
		return c.turns
	}
}

// kazooLock contends with kazoo's Lock.
func kazooLock(patterns string) mutexPeer {
	return func(ctx context.Context, t *testing.T, addr, id string, wanted int) func() int {
		t.Helper()
		return foreignPeer(ctx, t, foreign.Start(t, foreign.Python(t), "testdata/kazoo/mutex.py",
			addr, lockPath, counterPath, strconv.Itoa(wanted), id, patterns))
	}
}

// curatorMutex contends with Curator's InterProcessMutex, which has a driver that honours kazoo's names, too.
func curatorMutex(classPath string) mutexPeer {
	return func(ctx context.Context, t *testing.T, addr, id string, wanted int) func() int {
		t.Helper()
		return foreignPeer(ctx, t, foreign.Start(t, foreign.Java(t, classPath, "MutexPeer",
			addr, lockPath, counterPath, strconv.Itoa(wanted), id, "__lock__")...))
	}
}

func foreignPeer(ctx context.Context, t *testing.T, p *foreign.Process) func() int {
	t.Helper()
	if err := p.WaitFor(ctx, "ready"); err != nil {
		t.Fatalf("%v\n%s", err, p.Output())
	}
	return func() int { return finish(ctx, t, p) }
}

// The libraries share a lock as the table in lock.Names says.
func TestMutexNames(t *testing.T) {
	classPath := javaPeers(t)
	honouring := lock.WithPatterns("__lock__")
	groups := map[string][]mutexPeer{
		"kazoo":                     {ourMutex(lock.WithNames(lock.Kazoo)), kazooLock("")},
		"zk.Lock":                   {ourMutex(lock.WithNames(lock.GoZookeeper)), zkLock},
		"kazoo's names and zk.Lock": {ourMutex(lock.WithNames(lock.Kazoo), lock.WithPatterns("-lock-")), zkLock},
		"Curator's names and kazoo": {ourMutex(honouring), kazooLock("-lock-")},
		"all": {
			curatorMutex(classPath), kazooLock("-lock-"), zkLock, ourMutex(honouring),
			ourMutex(lock.WithNames(lock.GoZookeeper), honouring), ourMutex(lock.WithNames(lock.Kazoo), lock.WithPatterns("-lock-")),
		},
	}
	onServers(t, func(t *testing.T, addr string) {
		for name, peers := range groups {
			t.Run(name, func(t *testing.T) { shareNames(t, addr, peers) })
		}
	})
}

// shareNames lets the peers hand one lock to each other.
func shareNames(t *testing.T, addr string, peers []mutexPeer) {
	t.Helper()
	const wanted = 150
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	conn := setUp(t, addr)
	// Nobody begins before all are there. It has a name that all of them wait for.
	var first []string
	for _, name := range []string{"/_c_00000000-0000-4000-8000-000000000000-lock-", "/00000000000000000000000000000000__lock__"} {
		must(t, second(connectClient(ctx, t, addr).Create(lockPath+name+"0000000000").Parents().Do(ctx)))
		first = append(first, lockPath+name+"0000000000")
	}
	var ended []func() int
	for i, start := range peers {
		ended = append(ended, start(ctx, t, addr, fmt.Sprint("peer", i), wanted))
	}
	for _, path := range first {
		must(t, conn.Delete(path, -1))
	}
	sum := 0
	for i, end := range ended {
		turns := end()
		if turns == 0 {
			t.Errorf("peer %d had no turn", i)
		}
		sum += turns
	}
	data, _, err := conn.Get(counterPath)
	must(t, err)
	if got, err := parseCount(data); err != nil || got.turns != sum || got.handovers < wanted {
		t.Errorf("counted %q, %v; want %d turns", data, err, sum)
	}
	if left, _, err := conn.Children(lockPath); err != nil || len(left) != 0 {
		t.Errorf("left behind under the lock: %v, %v", left, err)
	}
}
