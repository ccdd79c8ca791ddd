package cache_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// watcher follows a cache as its users do: a stream that is replayed, snapshots that are compared, and a slow stream that is told
// differences.
type watcher struct {
	tree *cache.Tree
	mu   sync.Mutex
	all  *replay
	slow *replay
	wg   sync.WaitGroup
}

func watch(t *testing.T, tree *cache.Tree, order bool, r *rand.Rand) *watcher {
	t.Helper()
	w := &watcher{tree: tree, all: newReplay(tree.Path(), order), slow: newReplay(tree.Path(), false)}
	follow := func(to *replay, pause func()) {
		for ev := range tree.Events(t.Context()) {
			w.mu.Lock()
			err := to.apply(ev)
			w.mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			pause()
		}
	}
	w.wg.Go(func() { follow(w.all, func() {}) })
	pauses := rand.New(rand.NewPCG(r.Uint64(), 0)) //nolint:gosec // a test that can be repeated
	w.wg.Go(func() { follow(w.slow, func() { time.Sleep(time.Duration(pauses.IntN(20)) * time.Millisecond) }) })
	w.wg.Go(func() {
		before := tree.Snapshot()
		known := map[string]*cache.Znode{}
		for range 2000 {
			time.Sleep(7 * time.Millisecond)
			now := tree.Snapshot()
			if now.Zxid() < before.Zxid() {
				t.Errorf("a snapshot stands at %d, the one before at %d", now.Zxid(), before.Zxid())
			}
			if now == before {
				continue
			}
			if err := leads(before, now); err != nil {
				t.Error(err)
			}
			for path, z := range now.All() {
				if old := known[path]; old != nil && (z.Czxid() < old.Czxid() || z.Mzxid() < old.Mzxid()) {
					t.Errorf("%s has gone back", path)
				}
				known[path] = z
			}
			before = now
		}
	})
	return w
}

// scribble writes at random below /m until the time is over. What fails, fails.
func scribble(t *testing.T, c *client.Client, r *rand.Rand, until time.Time) {
	t.Helper()
	ctx := t.Context()
	path := func() string {
		p := "/m"
		for range r.IntN(4) {
			p += fmt.Sprintf("/%c", 'a'+r.IntN(4))
		}
		return p
	}
	for time.Now().Before(until) {
		p := path()
		data := fmt.Append(nil, r.IntN(1000))
		if r.IntN(20) == 0 {
			data = make([]byte, 600+r.IntN(1000))
		}
		switch r.IntN(7) {
		case 0, 1, 2:
			_, _ = c.Create(p).Parents().Data(data).Do(ctx)
		case 3, 4:
			_, _ = c.Set(p).Data(data).Do(ctx)
		case 5:
			_ = c.Delete(p).WithChildren().Do(ctx)
		case 6: // deleted and made anew, at once
			_, _ = c.Txn(c.Delete(p), c.Create(p).Data(data)).Do(ctx)
		}
		if r.IntN(3) == 0 {
			time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond)
		}
	}
}

// spoil does something to the reader's connection now and then.
func spoil(t *testing.T, w *zktest.World, c *client.Client, r *rand.Rand, until time.Time) {
	t.Helper()
	host := w.Host("reader")
	for time.Now().Before(until) {
		time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond)
		switch r.IntN(6) {
		case 0:
			host.Cut()
		case 1:
			host.Partition()
			time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
			host.Heal()
		case 2:
			host.Partition()
			time.Sleep(time.Duration(r.IntN(12)) * time.Second)
			host.Heal()
		case 3:
			w.Server.ExpireSession(c.Session().ID())
		case 4:
			w.Net.Inject(fault.Once(fault.Reply("").Host("reader"), fault.Cut))
		case 5:
			w.Net.Inject(fault.Once(fault.Notification().Host("reader"), fault.Cut))
		}
	}
	host.Heal()
}

var modelSeed = flag.Uint64("model.seed", 0, "TestModel's first seed")

// Whatever clients write and whatever becomes of the connection: what is told leads from snapshot to snapshot, nothing goes back, and in the end
// the cache is what of the server's tree it is for.
func TestModel(t *testing.T) {
	for _, v := range server.Versions() {
		for seed := *modelSeed; seed < *modelSeed+9; seed++ {
			t.Run(fmt.Sprintf("%v/%d", v, seed), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) { model(t, w, v, seed) },
					zktest.Version(v), zktest.WithNetwork(fault.WithLatency(time.Duration(seed%3)*time.Millisecond)))
			})
		}
	}
}

func model(t *testing.T, w *zktest.World, v server.Version, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, uint64(v))) //nolint:gosec // a test that can be repeated
	c := w.Connect(t, "reader", client.WithSessionTimeout(6*time.Second))
	part := narrow{depth: -1}
	if seed%9 >= 6 {
		part = narrowed(r)
	}
	tree, err := cache.NewTree(c, "/m", append(part.options(), cache.WithLag(20))...)
	must(t, err)
	watched := watch(t, tree, v != server.V34 && v != server.V35, r)
	must(t, tree.Start(t.Context()))
	until := time.Now().Add(10 * time.Second)
	var work sync.WaitGroup
	for i := range 3 {
		own, hand := w.Connect(t, fmt.Sprint("writer", i)), rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // as above
		work.Go(func() { scribble(t, own, hand, until) })
	}
	work.Go(func() { spoil(t, w, c, r, until) })
	work.Wait()
	time.Sleep(30 * time.Second)
	judge := w.Connect(t, "judge")
	part.truth(t, judge, tree.Snapshot())
	must(t, tree.WaitFor(t.Context(), w.Server.Stats().LastZxid))
	must(t, tree.Close(t.Context()))
	watched.wg.Wait()
	for name, told := range map[string]*replay{"all": watched.all, "slow": watched.slow} {
		if err := told.matches(tree.Snapshot()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if told.inits != 1 {
			t.Errorf("%s: initialized %d times", name, told.inits)
		}
	}
	least := 50
	if seed%9 >= 6 {
		least = 5 // of a part, which may be the root alone
	}
	if watched.all.events < least {
		t.Errorf("only %d events", watched.all.events)
	}
}
