package party_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/testing/zktest"
)

const setPath = "/set"

var abc = []string{"a", "b", "c", "d", "e"}

func partitioner(tb testing.TB, c *client.Client, id string, opts ...party.PartitionerOption) *party.Partitioner {
	tb.Helper()
	opts = append([]party.PartitionerOption{party.WithID(id), party.WithTimeBoundary(time.Second)}, opts...)
	p, err := party.NewPartitioner(c, setPath, abc, opts...)
	must(tb, err)
	return p
}

// started starts one and closes it when the test ends.
func started(tb testing.TB, c *client.Client, id string, opts ...party.PartitionerOption) *party.Partitioner {
	tb.Helper()
	p := partitioner(tb, c, id, opts...)
	must(tb, p.Start(tb.Context()))
	tb.Cleanup(func() {
		if err := p.Close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return p
}

func acquire(tb testing.TB, p *party.Partitioner) *party.Share {
	tb.Helper()
	s, err := p.Acquire(tb.Context())
	must(tb, err)
	return s
}

func owned(s *party.Share) []string {
	var names []string
	for _, i := range s.Items() {
		names = append(names, i.Name())
	}
	return names
}

// state waits until the partitioner is in a state.
func state(tb testing.TB, p *party.Partitioner, want party.State) party.Allocation {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	defer cancel()
	for now := range p.Changes(ctx) {
		if now.State == want {
			return now
		}
	}
	tb.Fatalf("never %v", want)
	return party.Allocation{}
}

// Alone it has everything; a second one gets its part when the first has released, with larger tokens.
func TestHandOver(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one := started(t, a, "one")
		all := acquire(t, one)
		if got := owned(all); !slices.Equal(got, abc) || state(t, one, party.Acquired).Share != all {
			t.Fatalf("alone: %q", got)
		}
		tokens := map[string]int64{}
		for _, i := range all.Items() {
			tokens[i.Name()] = i.Token()
			if !strings.HasPrefix(i.Path(), setPath+"/locks/"+i.Name()+"/") || !strings.Contains(i.Path(), "__lock__") {
				t.Errorf("locked at %s", i.Path())
			}
			data, _, err := b.Get(i.Path()).Do(t.Context())
			if string(data) != "one" || err != nil {
				t.Errorf("the lock says %q, %v", data, err)
			}
		}
		two := started(t, b, "two")
		if now := state(t, one, party.Release); !errors.Is(now.Err, party.ErrChanged) || now.Share != all {
			t.Errorf("got %+v", now)
		}
		for _, i := range all.Items() {
			if cause := ended(i.Context()); !errors.Is(cause, party.ErrChanged) {
				t.Errorf("%s: cause %v", i.Name(), cause)
			}
			if _, err := a.Txn(i.Guard(), a.Set(setPath)).Do(t.Context()); err != nil {
				t.Errorf("%s is not locked until the release: %v", i.Name(), err)
			}
		}
		time.Sleep(time.Minute) // the new owner waits for the old one, however long
		if now := state(t, two, party.Allocating); now.Share != nil {
			t.Errorf("got %+v", now)
		}
		all.Release()
		all.Release()
		first, second := acquire(t, one), acquire(t, two)
		if x, y := owned(first), owned(second); !slices.Equal(x, []string{"a", "c", "e"}) || !slices.Equal(y, []string{"b", "d"}) {
			t.Errorf("%q and %q", x, y)
		}
		for _, i := range slices.Concat(first.Items(), second.Items()) {
			if i.Token() <= tokens[i.Name()] {
				t.Errorf("%s: token %d after %d", i.Name(), i.Token(), tokens[i.Name()])
			}
		}
		must(t, two.Close(t.Context()))
		if cause := ended(second.Context()); !errors.Is(cause, party.ErrClosed) {
			t.Errorf("cause %v", cause)
		}
		<-first.Context().Done()
		first.Release()
		if got := owned(acquire(t, one)); !slices.Equal(got, abc) {
			t.Errorf("alone again: %q", got)
		}
		must(t, one.Close(t.Context()))
		for _, item := range abc {
			if names := children(t, a, setPath+"/locks/"+item); len(names) != 0 {
				t.Errorf("left: %q", names)
			}
		}
		if names := children(t, a, setPath+"/party"); len(names) != 0 {
			t.Errorf("left: %q", names)
		}
	})
}

// More members than items: some own nothing, and are told so.
func TestNothingToOwn(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		var all []*party.Partitioner
		for i := range len(abc) + 1 {
			all = append(all, started(t, c, fmt.Sprint("m", i)))
		}
		for i, p := range all {
			if got := len(acquire(t, p).Items()); got != min(1, len(abc)-i) {
				t.Errorf("%d has %d", i, got)
			}
		}
	})
}

// Two members with one id, as in two processes that were configured alike, have shares of their own.
func TestOneIDTwice(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		one, two := started(t, w.Connect(t, "a"), "same"), started(t, w.Connect(t, "b"), "same")
		got := slices.Concat(owned(acquire(t, one)), owned(acquire(t, two)))
		slices.Sort(got)
		if !slices.Equal(got, abc) {
			t.Errorf("owned: %q", got)
		}
	})
}

func TestWeights(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		light, heavy := started(t, c, "light"), started(t, c, "heavy", party.WithWeight(4))
		if x, y := owned(acquire(t, light)), owned(acquire(t, heavy)); len(x) != 1 || len(y) != 4 {
			t.Errorf("light %q, heavy %q", x, y)
		}
		members, err := party.NewShallow(c, setPath+"/party")
		must(t, err)
		if got := here(t, members); !slices.Equal(got, []string{"heavy;weight=4", "light"}) {
			t.Errorf("members %q", got)
		}
	})
}

// The members must have been the same for the time boundary.
func TestTimeBoundary(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		boundary := party.WithTimeBoundary(10 * time.Second)
		one := started(t, c, "one", boundary)
		time.Sleep(9 * time.Second)
		start := time.Now()
		two := started(t, c, "two", boundary)
		acquire(t, one)
		acquire(t, two)
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("divided after %v", d)
		}
	})
}

// A share goes on while suspended and ends when the session is lost; the partitioner fails for good, and says why.
func TestShareLoss(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one := started(t, a, "one")
		share := acquire(t, one)
		two := started(t, b, "two")
		var mu sync.Mutex
		var late time.Time
		go func() {
			s, err := two.Acquire(context.Background())
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			late = time.Now()
			if len(s.Items()) == 0 {
				t.Error("nothing to own")
			}
		}()
		synctest.Wait()
		w.Host("a").Partition()
		item := share.Items()[0]
		if !errors.Is(ended(share.Context()), party.ErrChanged) {
			t.Error(context.Cause(share.Context()))
		}
		last := state(t, one, party.Failure)
		over := time.Now()
		if !errors.Is(last.Err, client.ErrSessionLost) || item.Context().Err() == nil {
			t.Errorf("got %+v", last)
		}
		if _, err := one.Acquire(t.Context()); !errors.Is(err, client.ErrSessionLost) || !strings.HasPrefix(err.Error(), "party: acquire partitioner /set: ") {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if !late.After(over) {
			t.Errorf("another owns at %v, and this one until %v", late, over)
		}
		w.Host("a").Heal()
		must(t, a.WaitConnected(t.Context()))
	})
}

// While the connection is suspended a share goes on.
func TestShareGoesOnWhileSuspended(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		one := started(t, w.Connect(t, "a"), "one")
		share := acquire(t, one)
		w.Net.Refuse("zk", true)
		w.Host("a").Cut()
		time.Sleep(3 * time.Second)
		if share.Context().Err() != nil {
			t.Errorf("ended: %v", context.Cause(share.Context()))
		}
		w.Net.Refuse("zk", false)
		time.Sleep(time.Minute)
		if share.Context().Err() != nil {
			t.Errorf("ended: %v", context.Cause(share.Context()))
		}
	})
}

// With WithRejoin it is there again in the next session, when the share before has been released.
func TestRejoin(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		one := started(t, a, "one", party.WithRejoin())
		share := acquire(t, one)
		w.Server.ExpireSession(a.Session().ID())
		if cause := ended(share.Context()); !errors.Is(cause, client.ErrSessionLost) {
			t.Errorf("cause %v", cause)
		}
		if now := state(t, one, party.Release); now.Share != share || !errors.Is(now.Err, client.ErrSessionLost) {
			t.Errorf("got %+v", now)
		}
		share.Release()
		if next := acquire(t, one); !slices.Equal(owned(next), abc) || next.Items()[0].Token() <= share.Items()[0].Token() {
			t.Errorf("then %q", owned(next))
		}
	})
}

// What is deleted by hand ends the share, and is made anew.
func TestShareDeletedByHand(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one := started(t, a, "one")
		share := acquire(t, one)
		time.Sleep(time.Second)
		must(t, b.Delete(share.Items()[2].Path()).Do(t.Context()))
		if cause := ended(share.Items()[2].Context()); !errors.Is(cause, lock.ErrDeleted) || !errors.Is(ended(share.Context()), lock.ErrDeleted) {
			t.Errorf("causes %v, %v", cause, context.Cause(share.Context()))
		}
		share.Release()
		share = acquire(t, one)
		for _, name := range children(t, b, setPath+"/party") {
			must(t, b.Delete(setPath+"/party/"+name).Do(t.Context()))
		}
		if cause := ended(share.Context()); !errors.Is(cause, party.ErrDeleted) && !errors.Is(cause, party.ErrChanged) {
			t.Errorf("cause %v", cause)
		}
		share.Release()
		if got := owned(acquire(t, one)); !slices.Equal(got, abc) {
			t.Errorf("then %q", got)
		}
	})
}

// One that does not release in time is out, and the others go on.
func TestMaxReaction(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		slow := started(t, w.Connect(t, "a"), "slow", party.WithMaxReaction(5*time.Second))
		share := acquire(t, slow)
		start := time.Now()
		other := started(t, w.Connect(t, "b"), "two")
		if last := state(t, slow, party.Failure); !errors.Is(last.Err, party.ErrSlow) || time.Since(start) != 5*time.Second {
			t.Errorf("got %+v after %v", last, time.Since(start))
		}
		got := acquire(t, other)
		if len(owned(got)) < len(abc) { // its items came before the news
			<-got.Context().Done()
			got.Release()
			got = acquire(t, other)
		}
		if !slices.Equal(owned(got), abc) || got.Items()[0].Token() <= share.Items()[0].Token() {
			t.Errorf("the other has %q", owned(got))
		}
	})
}

// Run calls its function with one share after the other, and nothing is left when it returns.
func TestRun(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		boom := errors.New("boom")
		var shares [][]string
		one := partitioner(t, a, "one")
		type key struct{}
		ctx := context.WithValue(t.Context(), key{}, "value")
		var two *party.Partitioner
		err := one.Run(ctx, func(ctx context.Context, s *party.Share) error {
			shares = append(shares, owned(s))
			if ctx.Value(key{}) != "value" {
				t.Error("not the caller's context")
			}
			switch len(shares) {
			case 1:
				two = started(t, a, "two")
				<-ctx.Done()
				return context.Cause(ctx)
			case 2:
				must(t, two.Close(t.Context()))
				<-ctx.Done()
				return ctx.Err()
			}
			return boom
		})
		want := [][]string{abc, {"a", "c", "e"}, abc}
		if !errors.Is(err, boom) || !slices.EqualFunc(shares, want, slices.Equal) {
			t.Errorf("%q, then %v", shares, err)
		}
		if err := one.Run(t.Context(), nil); !errors.Is(err, party.ErrClosed) {
			t.Errorf("a second life: %v", err)
		}
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		err = partitioner(t, a, "three").Run(ctx, func(ctx context.Context, _ *party.Share) error {
			cancel(cause)
			<-ctx.Done()
			return nil
		})
		if !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		if err := partitioner(t, a, "four").Run(t.Context(), func(context.Context, *party.Share) error { return nil }); err != nil {
			t.Errorf("done: %v", err)
		}
		if names := children(t, a, setPath+"/party"); len(names) != 0 {
			t.Errorf("left: %q", names)
		}
	})
}

func TestPartitionerLife(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		p := partitioner(t, a, "one")
		if _, err := p.Acquire(t.Context()); !errors.Is(err, party.ErrNotStarted) {
			t.Errorf("before Start: %v", err)
		}
		must(t, p.Start(t.Context()))
		if err := p.Start(t.Context()); !errors.Is(err, party.ErrStarted) {
			t.Errorf("twice: %v", err)
		}
		if p.Err() != nil {
			t.Error(p.Err())
		}
		must(t, p.Close(t.Context()))
		must(t, p.Close(t.Context()))
		if _, err := p.Acquire(t.Context()); !errors.Is(err, party.ErrClosed) || !errors.Is(p.Err(), party.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		idle := partitioner(t, a, "two")
		must(t, idle.Close(t.Context()))
		if err := idle.Start(t.Context()); !errors.Is(err, party.ErrClosed) {
			t.Errorf("closed before: %v", err)
		}
		if last := state(t, idle, party.Failure); !errors.Is(last.Err, party.ErrClosed) {
			t.Errorf("got %+v", last)
		}
	})
}

func TestPartitionerArguments(t *testing.T) {
	for _, items := range [][]string{{""}, {"a", "a"}, {"a/b"}, {".."}, {"a\x00"}} {
		if p, err := party.NewPartitioner(nil, setPath, items); err == nil || p != nil {
			t.Errorf("items %q", items)
		}
	}
	for name, opt := range map[string]party.PartitionerOption{
		"id": party.WithID("a/b"), "boundary": party.WithTimeBoundary(-1), "reaction": party.WithMaxReaction(-1),
		"weight": party.WithWeight(0), "large weight": party.WithWeight(1<<20 + 1), "function": party.WithPartition(nil),
	} {
		if p, err := party.NewPartitioner(nil, setPath, abc, opt); err == nil || p != nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := party.NewPartitioner(nil, "set", abc); !errors.Is(err, zk.ErrInvalidPath) {
		t.Errorf("got %v", err)
	}
}

// It works below a namespace, and everything it makes has the provider's list.
func TestPartitionerNamespaceAndACL(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		acl := []zk.ACL{client.World(zk.PermAll &^ zk.PermAdmin)}
		c := w.Connect(t, "a", client.WithACLProvider(func(string) []zk.ACL { return acl }))
		s := acquire(t, started(t, c.Namespace("/space"), "one"))
		made := []string{"/space" + setPath, "/space" + setPath + "/party", "/space" + setPath + "/locks"}
		for _, i := range s.Items() {
			made = append(made, "/space"+i.Path(), "/space"+setPath+"/locks/"+i.Name())
		}
		for _, name := range children(t, c, made[1]) {
			made = append(made, made[1]+"/"+name)
		}
		for _, at := range made {
			got, _, err := c.GetACL(at).Do(t.Context())
			if err != nil || !slices.Equal(got, acl) {
				t.Errorf("%s: %v, %v", at, got, err)
			}
		}
	})
}
