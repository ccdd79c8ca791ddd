package interop

import (
	"context"
	"strings"
	"testing"
	"time"

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

// One of our members and one of kazoo's pass the same double barriers together. With more of them kazoo's own could wait for ever: it does not look
// whether ready is there already, and counts ready as a member. And kazoo's members take ready away as they begin to leave, so the one of this test does
// not leave before ours is in: ours might not have seen it yet, and would wait for ever, as kazoo's own would.
func TestDoubleBarrierKazoo(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		const rounds = 20
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p := foreign.Start(t, python, "testdata/kazoo/barrier.py", addr, barrierPath, "kazoo", "2", "20")
		if err := p.WaitFor(ctx, "ready"); err != nil {
			t.Fatalf("%v\n%s", err, p.Output())
		}
		ours := passer{sdk(t, addr), "go", 2}
		for round := range rounds {
			if err := ours.pass(ctx, round); err != nil {
				t.Fatalf("round %d: %v\n%s", round, err, p.Output())
			}
		}
		if err := p.Wait(ctx); err != nil {
			t.Fatalf("%v\n%s", err, p.Output())
		}
	})
}
