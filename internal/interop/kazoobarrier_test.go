package interop

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/barrier"
)

// Our Barrier and kazoo's are one: each side waits for the other to open it.
func TestBarrierKazoo(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := sdk(t, addr)
		first, err := barrier.New(c, barrierPath+"/a")
		must(t, err)
		other, err := barrier.New(c, barrierPath+"/b")
		must(t, err)
		must(t, first.Set(ctx))
		p := foreign.Start(t, python, "testdata/kazoo/barrier.py", addr, barrierPath, "kazoo")
		wait := func(text string) {
			t.Helper()
			if err := p.WaitFor(ctx, text); err != nil {
				t.Fatalf("%v\n%s", err, p.Output())
			}
		}
		wait("ready")
		time.Sleep(300 * time.Millisecond) // kazoo says no word of waiting
		if strings.Contains(p.Output(), "passed") {
			t.Error("kazoo passes a closed barrier")
		}
		must(t, first.Remove(ctx))
		wait("closed")
		must(t, other.Wait(ctx))
		if opened, _, err := c.Exists(marksPath + "/opened").Do(ctx); err != nil || !opened {
			t.Errorf("Go passes a closed barrier: %v", err)
		}
		wait("done")
	})
}

// One or two of our members and one of kazoo's pass the same double barriers together. kazoo's member does not look whether ready is there already, and
// would wait for ever if ours had left before it counted: where there are two of them they stay for a moment. With more than one of kazoo's its own
// could wait for ever, too. And kazoo's members take ready away as they begin to leave, so the one of this test does not leave before ours are
// in: ours might not have seen it yet.
func TestDoubleBarrierKazoo(t *testing.T) {
	python := foreign.Python(t)
	for ours, rounds := range map[int]int{1: 20, 2: 8} {
		t.Run(fmt.Sprint(ours), func(t *testing.T) {
			onServers(t, func(t *testing.T, addr string) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				p := foreign.Start(t, python, "testdata/kazoo/barrier.py", addr, barrierPath, "kazoo", strconv.Itoa(ours+1), strconv.Itoa(rounds))
				if err := p.WaitFor(ctx, "ready"); err != nil {
					t.Fatalf("%v\n%s", err, p.Output())
				}
				var all errgroup.Group
				for i := range ours {
					member := passer{c: sdk(t, addr), id: fmt.Sprint("go", i), members: ours + 1}
					if ours > 1 {
						member.stay = 200 * time.Millisecond
					}
					all.Go(func() error {
						for round := range rounds {
							if err := member.pass(ctx, round); err != nil {
								return fmt.Errorf("%s, round %d: %w", member.id, round, err)
							}
						}
						return nil
					})
				}
				if err := all.Wait(); err != nil {
					t.Fatalf("%v\n%s", err, p.Output())
				}
				if err := p.Wait(ctx); err != nil {
					t.Fatalf("%v\n%s", err, p.Output())
				}
			})
		})
	}
}
