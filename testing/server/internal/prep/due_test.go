package prep_test

import (
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/era"
	"github.com/zookit-go/zookit/testing/server/internal/prep"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

func ttl(path string, mode wire.CreateMode, ms int64) *wire.CreateTTLRequest {
	return &wire.CreateTTLRequest{CreateRequest: *create(path, mode), TTL: ms}
}

// at prepares and applies a request of the server's own, at a time in ms.
func (b *bench) at(ms int64, op wire.Op, body wire.Record) request.Txn {
	txn := b.prep.Next(&request.Request{Session: b.session, Op: op, Body: body}, time.UnixMilli(ms))
	b.waiting = append(b.waiting, txn)
	if b.eager {
		b.catchUp()
	}
	return txn
}

func TestWhatIsDueIsJudgedAgain(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.prep = prep.New(b.tree, b.sessions, prep.Settings{ExtendedTypes: true, MaxUnused: 100})
		del := func(path string) *wire.PathVersionRequest { return version(path, -1) }
		for _, step := range []struct {
			why  string
			now  int64
			op   wire.Op
			body wire.Record
			want wire.Code
		}{
			{"", 0, wire.OpCreate, create("/plain", 0), wire.OK},
			{"", 0, wire.OpCreate, create("/e", wire.Ephemeral), wire.OK},
			{"", 0, wire.OpCreateContainer, create("/c", 0), wire.OK},
			{"", 0, wire.OpCreateTTL, ttl("/t", wire.PersistentTTL, 10), wire.OK},
			{"", 0, wire.OpCreateTTL, ttl("/parent", wire.PersistentTTL, 10), wire.OK},
			{"", 0, wire.OpCreate, create("/parent/child", 0), wire.OK},
			{"a plain znode", 1e6, wire.OpDeleteContainer, &wire.PathRequest{Path: "/plain"}, wire.BadVersion},
			{"an ephemeral", 1e6, wire.OpDeleteContainer, &wire.PathRequest{Path: "/e"}, wire.BadVersion},
			{"a reserved one", 1e6, wire.OpDeleteContainer, &wire.PathRequest{Path: "/zookeeper"}, wire.BadArguments},
			{"one that is gone", 1e6, wire.OpDeleteContainer, &wire.PathRequest{Path: "/missing"}, wire.NoNode},
			{"one with a child", 1e6, wire.OpDeleteContainer, &wire.PathRequest{Path: "/parent"}, wire.NotEmpty},
			{"a container not yet used", 100, wire.OpDeleteContainer, &wire.PathRequest{Path: "/c"}, wire.BadVersion},
			{"", 100, wire.OpSetData, &wire.SetDataRequest{Path: "/c", Version: -1}, wire.OK},
			{"a container touched", 200, wire.OpDeleteContainer, &wire.PathRequest{Path: "/c"}, wire.BadVersion},
			{"", 200, wire.OpCreate, create("/c/x", wire.Ephemeral), wire.OK},
			{"", 200, wire.OpDelete, del("/c/x"), wire.OK},
			{"a container used", 200, wire.OpDeleteContainer, &wire.PathRequest{Path: "/c"}, wire.OK},
			{"a container once more", 200, wire.OpDeleteContainer, &wire.PathRequest{Path: "/c"}, wire.NoNode},
			{"", 10, wire.OpSetData, &wire.SetDataRequest{Path: "/t", Version: -1}, wire.OK},
			{"a life that began again", 20, wire.OpDeleteContainer, &wire.PathRequest{Path: "/t"}, wire.BadVersion},
			{"a life that is over", 21, wire.OpDeleteContainer, &wire.PathRequest{Path: "/t"}, wire.OK},
			{"", 21, wire.OpCreateTTL, ttl("/t", wire.PersistentTTL, 10), wire.OK},
			{"a new znode", 31, wire.OpDeleteContainer, &wire.PathRequest{Path: "/t"}, wire.BadVersion},
		} {
			if got := code(b.at(step.now, step.op, step.body)); got != step.want {
				t.Errorf("%s %v: %v, want %v", step.why, step.op, got, step.want)
			}
		}
		b.catchUp()
		if root, _ := b.tree.Lookup("/"); root.Children != 5 { // zookeeper, plain, e, t, parent
			t.Errorf("%d znodes", root.Children)
		}
	})
}

func TestTimesToLive(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.prep = prep.New(b.tree, b.sessions, prep.Settings{ExtendedTypes: true})
		for _, c := range []struct {
			op    wire.Op
			body  wire.Record
			owner int64 // 0 is refused
		}{
			{wire.OpCreateTTL, ttl("/a", wire.PersistentTTL, 1), tree.TTLOwner(1)},
			{wire.OpCreateTTL, ttl("/b", wire.PersistentSequentialTTL, tree.MaxTTL), tree.TTLOwner(tree.MaxTTL)},
			{wire.OpCreateTTL, ttl("/c", wire.PersistentTTL, 0), 0}, {wire.OpCreateTTL, ttl("/c", wire.PersistentTTL, -1), 0},
			{wire.OpCreateTTL, ttl("/c", wire.PersistentTTL, tree.MaxTTL+1), 0}, {wire.OpCreateTTL, ttl("/c", wire.Persistent, 5), 0},
			{wire.OpCreateTTL, ttl("/c", wire.Persistent, -1), 0}, {wire.OpCreateTTL, ttl("/c", wire.Container, -1), 0},
			{wire.OpCreate, create("/c", wire.PersistentTTL), 0}, {wire.OpCreateContainer, create("/c", wire.PersistentTTL), 0},
		} {
			txn := b.do(c.op, c.body)
			if made, ok := txn.Change.(*request.Create); ok && made.Owner == c.owner && made.Reply == wire.OpCreate2 {
				continue
			}
			if c.owner != 0 || code(txn) != wire.BadArguments {
				t.Errorf("%v %+v: %+v", c.op, c.body, txn.Change)
			}
		}
		// What Apache does not survive is refused last: other errors are told as it tells them.
		if got := code(b.do(wire.OpCreateTTL, ttl("/a", wire.Persistent, -1))); got != wire.NodeExists {
			t.Errorf("a time below 0 for a znode that is there: %v", got)
		}
	})
}

func TestATransactionForgetsTimesWithoutTheirMode(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.prep = prep.New(b.tree, b.sessions, prep.Settings{ExtendedTypes: true, Era: era.V39})
		txn := b.do(wire.OpMulti, multi(
			mop(wire.OpCreateTTL, ttl("/plain", wire.Persistent, 5)), mop(wire.OpCreateTTL, ttl("/box", wire.Container, -1)),
			mop(wire.OpCreateTTL, ttl("/mine", wire.Ephemeral, 0)), mop(wire.OpCreateTTL, ttl("/timed", wire.PersistentTTL, 5)),
		))
		want := []int64{0, tree.ContainerOwner, b.session, tree.TTLOwner(5)}
		for i, change := range txn.Change.(*request.Multi).Ops {
			if made, ok := change.(*request.Create); !ok || made.Owner != want[i] {
				t.Errorf("%d: %+v, want the owner %d", i, change, want[i])
			}
		}
		txn = b.do(wire.OpMulti, multi(mop(wire.OpCreate, create("/x", 0)), mop(wire.OpCreateTTL, ttl("/y", 7, 5))))
		if got, want := codes(txn), []wire.Code{0, wire.BadArguments}; !slices.Equal(got, want) {
			t.Errorf("an unknown mode: %v, want %v", got, want)
		}
	})
}
