package client_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"pgregory.net/rapid"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// step is one call under faults.
type step struct {
	Kind   string
	Path   string
	Data   string // no two steps write the same
	Off    int32  // of the version that is asked for from the present one; any if 9
	Faults []blow
	Rival  bool // another client writes to the same znode between the call and the question what became of it
}

// blow is what happens to one frame after the step has begun.
type blow struct {
	Reply  bool
	Nth    int
	Action fault.Action
}

func drawStep(t *rapid.T, i int) step {
	return step{
		Kind: rapid.SampledFrom([]string{
			"create", "ephemeral", "protected", "sequential", "orset", "idempotent", "stat", "set", "setidem", "delete", "tree", "txn", "async",
		}).Draw(t, "kind"),
		Path: rapid.SampledFrom([]string{"/a", "/b", "/a/x"}).Draw(t, "path"),
		Data: fmt.Sprintf("step %d", i),
		Off:  rapid.SampledFrom([]int32{9, 0, 0, -1}).Draw(t, "off"),
		Faults: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) blow {
			return blow{
				Reply: rapid.Bool().Draw(t, "reply"), Nth: rapid.IntRange(1, 4).Draw(t, "nth"),
				Action: rapid.SampledFrom([]fault.Action{fault.Cut, fault.Drop, fault.CutAfter}).Draw(t, "action"),
			}
		}), 0, 3).Draw(t, "faults"),
		Rival: rapid.IntRange(0, 3).Draw(t, "rival") == 0,
	}
}

// What the client reports is what the server has: a call that returned nil was done, one whose outcome is NotDone was not, and what
// Resolve says is true.
func TestReportsAreTrue(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(rt, "steps")
		steps := make([]step, n)
		for i := range steps {
			steps[i] = drawStep(rt, i)
		}
		var wrong error
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			h := &history{w: w, c: w.Connect(t, "a"), watcher: w.Connect(t, "b"), seen: seen}
			for _, s := range steps {
				if wrong = h.run(t.Context(), s); wrong != nil {
					wrong = fmt.Errorf("%+v: %w", s, wrong)
					return
				}
			}
		})
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
	t.Logf("outcomes: %v", seen)
	for _, what := range []string{"done", "not done", "unknown", "resolved not done"} {
		if seen[what] == 0 {
			t.Errorf("nothing was ever %s: %v", what, seen)
		}
	}
}

// history runs steps one after another, and looks at the tree with a client to which nothing happens.
type history struct {
	w       *zktest.World
	c       *client.Client
	watcher *client.Client
	seen    map[string]int
}

// tree is the data of every znode but the server's own.
func (h *history) tree(ctx context.Context) (map[string]string, map[string]*zk.Stat, error) {
	data, stats := map[string]string{}, map[string]*zk.Stat{}
	for node, err := range h.watcher.Walk("/").Do(ctx) {
		if err != nil {
			return nil, nil, err
		}
		if node.Depth == 0 || node.Path == "/zookeeper" || client.Parent(node.Path) == "/zookeeper" || client.Parent(client.Parent(node.Path)) == "/zookeeper" {
			continue
		}
		d, stat, err := h.watcher.Get(node.Path).Do(ctx)
		if err != nil {
			return nil, nil, err
		}
		data[node.Path], stats[node.Path] = string(d), stat
	}
	return data, stats, nil
}

func (h *history) run(ctx context.Context, s step) error {
	before, stats, err := h.tree(ctx)
	if err != nil {
		return err
	}
	version := int32(-1)
	if stat := stats[s.Path]; stat != nil && s.Off != 9 {
		version = stat.Version + s.Off
	}
	var removes []func()
	for _, f := range s.Faults {
		match := fault.Request("")
		if f.Reply {
			match = fault.Reply("")
		}
		match = match.Host("a").When("no handshake", func(f fault.Frame) bool { return !f.Connect })
		removes = append(removes, h.w.Net.Inject(fault.Nth(f.Nth, match, f.Action)))
	}
	limited, cancel := context.WithTimeout(ctx, 8*time.Second)
	done, path, err := h.call(limited, s, version)
	cancel()
	for _, remove := range removes {
		remove()
	}
	time.Sleep(30 * time.Second) // whatever is on its way or in the background comes to its end
	after, _, treeErr := h.tree(ctx)
	if treeErr != nil {
		return treeErr
	}
	if err := h.judge(client.OutcomeOf(err), err, s, before, after, done, path); err != nil {
		return err
	}
	if client.OutcomeOf(err) != client.Unknown {
		return nil
	}
	if s.Rival {
		if _, err := h.watcher.Create(s.Path).OrSet().Parents().Data([]byte("rival of " + s.Data)).Do(ctx); err != nil && !errors.Is(err, zk.ErrNoChildrenForEphemerals) {
			return err
		}
	}
	outcome, resolveErr := client.Resolve(ctx, err)
	if resolveErr != nil {
		return resolveErr
	}
	h.seen["resolved "+outcome.String()]++
	if outcome == client.Unknown {
		return nil
	}
	return h.judge(outcome, err, s, before, after, done, path)
}

// judge holds what was reported against the tree before and after. done is the change that the call stands for.
func (h *history) judge(
	outcome client.Outcome, err error, s step, before, after map[string]string, done func(map[string]string, string) bool, path string,
) error {
	h.seen[outcome.String()]++
	switch {
	case outcome == client.NotDone && !maps.Equal(before, after) && s.Kind != "tree":
		return fmt.Errorf("%v, but it was done (%w): %v to %v", outcome, errOrNil(err), before, after)
	case outcome == client.Done && !done(after, path):
		return fmt.Errorf("%v, but it was not done (%w): %v to %v", outcome, errOrNil(err), before, after)
	}
	return nil
}

func errOrNil(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return err
}

// call makes the call, and returns what must be true of the tree if it was done.
func (h *history) call(ctx context.Context, s step, version int32) (done func(after map[string]string, path string) bool, path string, err error) {
	data := []byte(s.Data)
	holds := func(after map[string]string, _ string) bool { return after[s.Path] == s.Data }
	gone := func(after map[string]string, _ string) bool { _, ok := after[s.Path]; return !ok }
	// one: the path that was returned, or just one znode, has the data
	one := func(after map[string]string, path string) bool {
		count := 0
		for p, d := range after {
			if d == s.Data && (path == "" || p == path) {
				count++
			}
		}
		return count == 1
	}
	create := h.c.Create(s.Path).Data(data)
	switch s.Kind {
	case "create":
		path, err = create.Do(ctx)
	case "ephemeral":
		_, err = create.Ephemeral().Do(ctx)
		if session := h.c.Session(); err == nil {
			return func(after map[string]string, path string) bool { return holds(after, path) || session.Err() != nil }, "", nil
		}
	case "protected":
		path, err = create.Sequential().Protected().Do(ctx)
		return one, path, err
	case "sequential":
		path, err = create.Sequential().Do(ctx)
		return one, path, err
	case "orset":
		_, err = create.OrSet().Do(ctx)
	case "idempotent":
		_, err = create.Idempotent().Do(ctx)
	case "stat":
		var stat *zk.Stat
		path, stat, err = create.ReturningStat().Do(ctx)
		if err == nil && (stat == nil || stat.DataLength != int32(len(data))) {
			err = fmt.Errorf("%w: %+v", errStat, stat)
		}
	case "set":
		_, err = h.c.Set(s.Path).Data(data).Version(version).Do(ctx)
	case "setidem":
		_, err = h.c.Set(s.Path).Data(data).Version(version).Idempotent().Do(ctx)
	case "delete":
		return gone, "", h.c.Delete(s.Path).Version(version).Do(ctx)
	case "tree":
		return gone, "", h.c.Delete(s.Path).WithChildren().Do(ctx)
	case "txn":
		_, err = h.c.Txn(h.c.Check("/"), h.c.Set(s.Path).Data(data).Version(version)).Do(ctx)
	case "async":
		_, err = h.c.Set(s.Path).Data(data).Version(version).Async(ctx).Wait(ctx)
	}
	return holds, path, err
}

var errStat = errors.New("wrong stat")
