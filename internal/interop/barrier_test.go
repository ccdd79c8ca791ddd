package interop

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/barrier"
)

const (
	barrierPath = "/interop/barrier"
	marksPath   = "/interop/marks"
)

// barrierPeer compiles BarrierPeer and returns what starts one.
func barrierPeer(t *testing.T) func(t *testing.T, args ...string) *foreign.Process {
	t.Helper()
	classPath := javaPeers(t)
	return func(t *testing.T, args ...string) *foreign.Process {
		t.Helper()
		return foreign.Start(t, foreign.Java(t, classPath, append([]string{"BarrierPeer"}, args...)...)...)
	}
}

// Our Barrier and Curator's DistributedBarrier are one: each side waits for the other to open it.
func TestBarrierZookit(t *testing.T) {
	start := barrierPeer(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := sdk(t, addr)
		at := func(name string) *barrier.Barrier {
			b, err := barrier.New(c, barrierPath+name)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		if err := at("/a").Set(ctx); err != nil {
			t.Fatal(err)
		}
		java := start(t, addr, barrierPath, "java")
		wait := func(text string) {
			t.Helper()
			if err := java.WaitFor(ctx, text); err != nil {
				t.Fatalf("BarrierPeer: %v\n%s", err, java.Output())
			}
		}
		wait("ready")
		time.Sleep(500 * time.Millisecond) // Java says no word of waiting
		if strings.Contains(java.Output(), "passed") {
			t.Error("Java passes a closed barrier")
		}
		if err := at("/a").Remove(ctx); err != nil {
			t.Fatal(err)
		}
		wait("closed")
		if err := at("/b").Wait(ctx); err != nil {
			t.Fatal(err)
		}
		if opened, _, err := c.Exists(marksPath + "/opened").Do(ctx); err != nil || !opened {
			t.Errorf("Go passes a closed barrier: %v", err)
		}
		wait("done")
	})
}

// passer is a member of double barriers. This is the Go half of BarrierPeer.java.
type passer struct {
	c       *client.Client
	id      string
	members int
	stay    time.Duration // inside; a wait for another library that is not told when that has counted
}

func (p passer) pass(ctx context.Context, round int) error {
	d, err := barrier.NewDouble(p.c, fmt.Sprint(barrierPath, "/", round), p.members)
	if err != nil {
		return err
	}
	if err := p.mark(ctx, "came", round); err != nil {
		return err
	}
	m, err := d.Enter(ctx)
	if err != nil {
		return err
	}
	if n, err := p.count(ctx, "came", round); err != nil {
		return err
	} else if n != p.members {
		return fmt.Errorf("%w: in when %d came, in round %d", errViolation, n, round)
	}
	time.Sleep(p.stay)
	if err := p.mark(ctx, "left", round); err != nil {
		return err
	}
	if err := m.Leave(ctx); err != nil {
		return err
	}
	if n, err := p.count(ctx, "left", round); err != nil {
		return err
	} else if n != p.members {
		return fmt.Errorf("%w: out when %d left, in round %d", errViolation, n, round)
	}
	return nil
}

func (p passer) mark(ctx context.Context, what string, round int) error {
	_, err := p.c.Create(fmt.Sprintf("%s/%s-%d-%s", marksPath, what, round, p.id)).Parents().Do(ctx)
	return err
}

func (p passer) count(ctx context.Context, what string, round int) (n int, _ error) {
	names, _, err := p.c.Children(marksPath).Do(ctx)
	for _, name := range names {
		if strings.HasPrefix(name, fmt.Sprintf("%s-%d-", what, round)) {
			n++
		}
	}
	return n, err
}

// Two of our members and two of Curator's pass the same double barriers together.
func TestDoubleBarrierZookit(t *testing.T) {
	const rounds, each = 20, 2
	start := barrierPeer(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		var java []*foreign.Process
		for i := range each {
			java = append(java, start(t, addr, barrierPath, fmt.Sprint("java", i), strconv.Itoa(2*each), strconv.Itoa(rounds)))
		}
		for _, p := range java {
			if err := p.WaitFor(ctx, "ready"); err != nil {
				t.Fatalf("BarrierPeer: %v\n%s", err, p.Output())
			}
		}
		members, ctx := errgroup.WithContext(ctx)
		for i := range each {
			p := passer{c: sdk(t, addr), id: fmt.Sprint("go", i), members: 2 * each}
			members.Go(func() error {
				for round := range rounds {
					if err := p.pass(ctx, round); err != nil {
						return fmt.Errorf("%s: %w", p.id, err)
					}
				}
				return nil
			})
		}
		err := members.Wait()
		for _, p := range java {
			if err == nil {
				err = p.Wait(t.Context())
			}
		}
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, java[0].Output(), java[1].Output())
		}
	})
}

// The last of ours to leave says so by how ready goes, which other servers tell like ours: those who wait need not look around.
func TestDoubleBarrierSign(t *testing.T) {
	const path = barrierPath + "/sign"
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		one, other := sdk(t, addr), sdk(t, addr)
		members := make(chan *barrier.Member, 2)
		for _, c := range []*client.Client{one, other} {
			d, err := barrier.NewDouble(c, path, 2)
			must(t, err)
			go func() {
				m, err := d.Enter(ctx)
				if err != nil {
					t.Error(err)
				}
				members <- m
			}()
		}
		first, last := <-members, <-members
		if first == nil || last == nil {
			return
		}
		_, _, watch, err := one.Children(path + "/ready").DoW(ctx)
		must(t, err)
		left := make(chan error, 1)
		go func() { left <- first.Leave(ctx) }()
		must(t, last.Leave(ctx))
		must(t, <-left)
		if ev := <-watch.Events(); ev.Type != zk.EventNodeChildrenChanged {
			t.Errorf("ready went with %v", ev.Type)
		}
		if names, _, err := one.Children(path).Do(ctx); err != nil || len(names) != 0 {
			t.Errorf("left: %v, %v", names, err)
		}
	})
}
