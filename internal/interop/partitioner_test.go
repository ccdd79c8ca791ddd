package interop

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/party"
)

const (
	setPath    = "/interop/set"
	ownersPath = "/interop/owners"
	partyStop  = "/interop/stop"
)

// partition is a set that members in Go and in Python divide.
type partition struct {
	addr  string
	c     *client.Client
	items []string
}

// goMember takes part until the returned function is called. What it owns it says as partitioner.py does.
func (p *partition) goMember(ctx context.Context, t *testing.T, id string, opts ...party.PartitionerOption) (leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	c := connectClient(ctx, t, p.addr)
	opts = append([]party.PartitionerOption{party.WithID(id), party.WithTimeBoundary(200 * time.Millisecond)}, opts...)
	member, err := party.NewPartitioner(c, setPath, p.items, opts...)
	must(t, err)
	done := make(chan error, 1)
	go func() {
		done <- member.Run(ctx, func(ctx context.Context, s *party.Share) error {
			for _, i := range s.Items() {
				// In one transaction with the lock: who has lost it says nothing.
				_, err := c.Txn(i.Guard(), c.Create(ownersPath+"/"+i.Name()).Data([]byte(id)).Ephemeral()).Do(context.WithoutCancel(ctx))
				if err != nil {
					return fmt.Errorf("%s owns %s: %w", id, i.Name(), err)
				}
			}
			<-ctx.Done()
			for _, i := range s.Items() {
				if err := c.Delete(ownersPath + "/" + i.Name()).Do(context.WithoutCancel(ctx)); err != nil {
					return fmt.Errorf("%s owned %s: %w", id, i.Name(), err)
				}
			}
			return nil
		})
	}()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// pythonMember is goMember with kazoo.
func (p *partition) pythonMember(ctx context.Context, t *testing.T, id, function string) (leave func()) {
	t.Helper()
	process := p.python(ctx, t, id, function)
	return func() {
		t.Helper()
		must(t, second(p.c.Create(partyStop+"/"+id).Parents().Do(ctx)))
		if err := process.Wait(ctx); err != nil {
			t.Errorf("%s: %v\n%s", id, err, process.Output())
		}
	}
}

func (p *partition) python(ctx context.Context, t *testing.T, id, function string) *foreign.Process {
	t.Helper()
	process := foreign.Start(t, foreign.Python(t), "testdata/kazoo/partitioner.py", p.addr, setPath, id, strings.Join(p.items, ","), function)
	if err := process.WaitFor(ctx, "ready"); err != nil {
		t.Fatalf("%v\n%s", err, process.Output())
	}
	return process
}

// await waits until the items are divided so: to each of the ids, in order, the numbers of its items.
func (p *partition) await(ctx context.Context, t *testing.T, want map[string][]int) {
	t.Helper()
	wanted := map[string]string{}
	for id, numbers := range want {
		for _, n := range numbers {
			wanted[p.items[n]] = id
		}
	}
	for {
		now := map[string]string{}
		for _, item := range folder(ctx, t, p.c, ownersPath) {
			data, _, err := p.c.Get(ownersPath + "/" + item).Do(ctx)
			if err != nil && !errors.Is(err, zk.ErrNoNode) {
				t.Fatalf("owners %v, want %v: %v", now, wanted, err)
			}
			now[item] = string(data)
		}
		if maps.Equal(now, wanted) {
			return
		}
		time.Sleep(50 * time.Millisecond) // the owners are real processes
	}
}

func newPartition(ctx context.Context, t *testing.T, addr string) *partition {
	t.Helper()
	p := &partition{addr: addr, c: connectClient(ctx, t, addr)}
	for i := range 9 {
		p.items = append(p.items, fmt.Sprint("item-", i))
	}
	must(t, second(p.c.Create(ownersPath).Parents().Do(ctx)))
	return p
}

// Two members in Go and two in Python come and go: every item has one owner, as kazoo's function says, and never two.
func TestPartitionerKazoo(t *testing.T) {
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		p := newPartition(ctx, t, addr)
		g0 := p.goMember(ctx, t, "go0")
		p.await(ctx, t, map[string][]int{"go0": {0, 1, 2, 3, 4, 5, 6, 7, 8}})
		p0 := p.pythonMember(ctx, t, "py0", "kazoo")
		p.await(ctx, t, map[string][]int{"go0": {0, 2, 4, 6, 8}, "py0": {1, 3, 5, 7}})
		p1 := p.pythonMember(ctx, t, "py1", "kazoo")
		g1 := p.goMember(ctx, t, "go1")
		p.await(ctx, t, map[string][]int{"go0": {0, 4, 8}, "go1": {1, 5}, "py0": {2, 6}, "py1": {3, 7}})
		g0()
		p.await(ctx, t, map[string][]int{"go1": {0, 3, 6}, "py0": {1, 4, 7}, "py1": {2, 5, 8}})
		p0()
		p.await(ctx, t, map[string][]int{"go1": {0, 2, 4, 6, 8}, "py1": {1, 3, 5, 7}})
		g1()
		p.await(ctx, t, map[string][]int{"py1": {0, 1, 2, 3, 4, 5, 6, 7, 8}})
		p1()
		p.await(ctx, t, nil)
		for _, item := range p.items {
			if left := folder(ctx, t, p.c, setPath+"/locks/"+item); len(left) != 0 {
				t.Errorf("left: %q", left)
			}
		}
	})
}

// A member in Python that dies keeps its items as long as its session lasts; then Go has them.
func TestPartitionerKazooDies(t *testing.T) {
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p := newPartition(ctx, t, addr)
		leave := p.goMember(ctx, t, "go0")
		process := p.python(ctx, t, "py0", "kazoo")
		p.await(ctx, t, map[string][]int{"go0": {0, 2, 4, 6, 8}, "py0": {1, 3, 5, 7}})
		process.Kill()
		p.await(ctx, t, map[string][]int{"go0": {0, 1, 2, 3, 4, 5, 6, 7, 8}})
		leave()
	})
}

// Weights are told in ids, so Python takes part with a function of its own.
func TestWeightedPartitionerKazoo(t *testing.T) {
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		p := newPartition(ctx, t, addr)
		leave := []func(){
			p.goMember(ctx, t, "a"),
			p.goMember(ctx, t, "b", party.WithWeight(3)),
			p.pythonMember(ctx, t, "c;weight=2", "weighted"),
		}
		p.await(ctx, t, map[string][]int{"a": {3}, "b": {0, 2, 4, 6, 8}, "c;weight=2": {1, 5, 7}})
		for _, leave := range leave {
			leave()
		}
	})
}
