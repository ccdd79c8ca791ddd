package prep_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/apply"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/era"
	"github.com/zookit-go/zookit/testing/server/internal/prep"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/session"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// bench is a prep stage in front of a tree, with an apply stage that works when it is told to.
type bench struct {
	t        *testing.T
	tree     *tree.Tree
	sessions *session.Table
	prep     *prep.Prep
	apply    *apply.Apply
	session  int64
	eager    bool // apply each transaction at once, rather than never
	waiting  []request.Txn
}

func newBench(t *testing.T, eager bool) *bench {
	t.Helper()
	b := &bench{t: t, tree: tree.New(), sessions: session.NewTable(time.Second, 1, time.Now()), eager: eager}
	b.prep, b.apply = prep.New(b.tree, b.sessions, prep.Settings{}), apply.New(b.tree, b.sessions, era.V39, new(auth.Policy))
	b.session = b.sessions.Create(time.Minute, 0, nil)
	return b
}

func (b *bench) do(op wire.Op, body wire.Record, ids ...auth.ID) request.Txn {
	b.t.Helper()
	return b.request(&request.Request{Session: b.session, Op: op, Body: body, IDs: ids})
}

func (b *bench) request(r *request.Request) request.Txn {
	b.t.Helper()
	txn := b.prep.Next(r, time.UnixMilli(1))
	b.waiting = append(b.waiting, txn)
	if b.eager {
		b.catchUp()
	}
	return txn
}

func (b *bench) catchUp() {
	for _, txn := range b.waiting {
		c := request.Commit(txn)
		b.apply.Next(&c)
	}
	b.waiting = nil
}

func code(txn request.Txn) wire.Code {
	if f, ok := txn.Change.(*request.Failed); ok {
		return f.Err
	}
	return txn.Err
}

func mop(op wire.Op, body wire.Record) wire.MultiOp { return wire.MultiOp{Op: op, Body: body} }

func multi(ops ...wire.MultiOp) *wire.MultiRequest { return &wire.MultiRequest{Ops: ops} }

// codes are the outcomes of a transaction that failed; nil is one that did not.
func codes(txn request.Txn) (c []wire.Code) {
	for _, op := range txn.Change.(*request.Multi).Ops {
		f, ok := op.(*request.Failed)
		if !ok {
			return nil
		}
		c = append(c, f.Err)
	}
	return c
}

// both runs a test twice: with every transaction applied before the next is prepared, and with none applied at all. Nobody may
// see a difference.
func both(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Helper()
	for _, eager := range []bool{true, false} {
		t.Run(fmt.Sprintf("applied=%v", eager), func(t *testing.T) { f(t, newBench(t, eager)) })
	}
}

func create(path string, mode wire.CreateMode) *wire.CreateRequest {
	return &wire.CreateRequest{Path: path, ACL: wire.OpenACL, Mode: mode}
}

func guarded(path string, perms int32) *wire.CreateRequest {
	return &wire.CreateRequest{Path: path, ACL: []wire.ACL{{Perms: perms, Scheme: "world", ID: "anyone"}}}
}

func version(path string, v int32) *wire.PathVersionRequest {
	return &wire.PathVersionRequest{Path: path, Version: v}
}

func TestFirstErrorWins(t *testing.T) {
	bad := func(path string) *wire.CreateRequest { return &wire.CreateRequest{Path: path} }
	acl := func(path string, acl []wire.ACL, v int32) *wire.SetACLRequest {
		return &wire.SetACLRequest{Path: path, ACL: acl, Version: v}
	}
	data := func(path string, v int32) *wire.SetDataRequest { return &wire.SetDataRequest{Path: path, Version: v} }
	mode := func(q *wire.CreateRequest, m wire.CreateMode) *wire.CreateRequest { q.Mode = m; return q }
	cases := []struct {
		why  string
		op   wire.Op
		body wire.Record
		want wire.Code
	}{
		{"an unknown mode before the path", wire.OpCreate, mode(bad("abc"), 7), wire.BadArguments},
		{"a time to live before the list", wire.OpCreate, mode(bad("abc"), wire.PersistentTTL), wire.Unimplemented},
		{"a time to live without its mode", wire.OpCreateTTL, &wire.CreateTTLRequest{CreateRequest: *create("/x", 0), TTL: -1}, wire.BadArguments},
		{"a path without a slash before the list", wire.OpCreate, bad("abc"), wire.BadArguments},
		{"the list before the parent", wire.OpCreate, bad("/missing/x"), wire.InvalidACL},
		{"the list before the znode that is there", wire.OpCreate, bad("/open"), wire.InvalidACL},
		{"the list before the ephemeral parent", wire.OpCreate, bad("/ephemeral/x"), wire.InvalidACL},
		{"the parent before the bad tail", wire.OpCreate, create("/missing/.", 0), wire.NoNode},
		{"the empty parent before the empty component", wire.OpCreate, create("/open//b", 0), wire.NoNode},
		{"permission before the bad tail", wire.OpCreate, create("/none/.", 0), wire.NoAuth},
		{"permission before the znode that is there", wire.OpCreate, create("/none/child", 0), wire.NoAuth},
		{"the bad tail", wire.OpCreate, create("/open/.", 0), wire.BadArguments},
		{"a number saves the tail", wire.OpCreate, create("/open/.", wire.PersistentSequential), wire.OK},
		{"the znode that is there", wire.OpCreate, create("/open", 0), wire.NodeExists},
		{"the root is there", wire.OpCreate, create("/", 0), wire.NodeExists},
		{"an ephemeral parent", wire.OpCreate, create("/ephemeral/x", 0), wire.NoChildrenForEphemerals},
		{"an ephemeral parent, with a number", wire.OpCreate, create("/ephemeral/x", wire.PersistentSequential), wire.NoChildrenForEphemerals},
		{"a container may have children", wire.OpCreate, create("/container/x", 0), wire.OK},

		{"delete: reserved", wire.OpDelete, version("/zookeeper/quota", 9), wire.BadArguments},
		{"delete: no slash", wire.OpDelete, version("abc", 9), wire.BadArguments},
		{"delete: the parent", wire.OpDelete, version("/missing/x", 9), wire.NoNode},
		{"delete: permission before what is missing", wire.OpDelete, version("/none/missing", 9), wire.NoAuth},
		{"delete: permission before the version", wire.OpDelete, version("/none/child", 9), wire.NoAuth},
		{"delete: a trailing slash is no path", wire.OpDelete, version("/open/", 9), wire.NoNode},
		{"delete: the version before the children", wire.OpDelete, version("/parent", 9), wire.BadVersion},
		{"delete: the children", wire.OpDelete, version("/parent", 0), wire.NotEmpty},
		{"delete: only -1 is any", wire.OpDelete, version("/open", -2), wire.BadVersion},
		{"delete: the znode's own list is not asked", wire.OpDelete, version("/parent/none", 0), wire.OK},

		{"setData: the path", wire.OpSetData, data("/open/", 9), wire.BadArguments},
		{"setData: the znode", wire.OpSetData, data("/missing", 9), wire.NoNode},
		{"setData: permission before the version", wire.OpSetData, data("/none", 9), wire.NoAuth},
		{"setData: the version", wire.OpSetData, data("/open", 9), wire.BadVersion},
		{"setData: the configuration", wire.OpSetData, data("/zookeeper/config", 9), wire.NoAuth},

		{"setACL: the path before the list", wire.OpSetACL, acl("/open/", nil, 9), wire.BadArguments},
		{"setACL: the list before the znode", wire.OpSetACL, acl("/missing", nil, 9), wire.InvalidACL},
		{"setACL: the list before permission", wire.OpSetACL, acl("/none", nil, 9), wire.InvalidACL},
		{"setACL: the znode", wire.OpSetACL, acl("/missing", wire.OpenACL, 9), wire.NoNode},
		{"setACL: permission before the version", wire.OpSetACL, acl("/none", wire.OpenACL, 9), wire.NoAuth},
		{"setACL: the version", wire.OpSetACL, acl("/open", wire.OpenACL, 9), wire.BadVersion},

		{"reconfig", wire.OpReconfig, &wire.ReconfigRequest{}, wire.ReconfigDisabled},
	}
	both(t, func(t *testing.T, b *bench) {
		for _, q := range []wire.Record{
			create("/open", 0), create("/ephemeral", wire.Ephemeral), create("/parent", 0), guarded("/parent/none", 0),
			create("/none", 0), create("/none/child", 0),
		} {
			if c := code(b.do(wire.OpCreate, q)); c != wire.OK {
				t.Fatalf("%+v: %v", q, c)
			}
		}
		b.do(wire.OpCreateContainer, create("/container", 0))
		b.do(wire.OpSetACL, acl("/none", []wire.ACL{{Perms: 0, Scheme: "world", ID: "anyone"}}, 0))
		for _, c := range cases {
			before := b.do(wire.OpDelete, version("/missing", 0)).Zxid
			txn := b.do(c.op, c.body)
			if got := code(txn); got != c.want {
				t.Errorf("%s: %v %+v: %v, want %v", c.why, c.op, c.body, got, c.want)
			}
			if txn.Zxid != before+1 {
				t.Errorf("%s: zxid %d after %d", c.why, txn.Zxid, before)
			}
		}
	})
}

func TestOperationsOfAMultiSeeEachOther(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		ok := b.do(wire.OpMulti, multi(
			mop(wire.OpCreate, create("/p", 0)), mop(wire.OpCreate, create("/p/s-", wire.PersistentSequential)),
			mop(wire.OpCreate, create("/p/s-", wire.PersistentSequential)), mop(wire.OpSetData, &wire.SetDataRequest{Path: "/p", Version: 0}),
			mop(wire.OpCheck, version("/p", 1)), mop(wire.OpDelete, version("/p/s-0000000001", 0)),
		))
		if c := codes(ok); c != nil {
			t.Fatalf("%v", c)
		}
		for range 2 { // the first must leave nothing behind
			failed := b.do(wire.OpMulti, multi(
				mop(wire.OpDelete, version("/p/s-0000000000", 0)), mop(wire.OpCreate, create("/p/s-", wire.PersistentSequential)),
				mop(wire.OpSetData, &wire.SetDataRequest{Path: "/p", Version: 1}), mop(wire.OpSetData, &wire.SetDataRequest{Path: "/p", Version: 1}),
				mop(wire.OpCheck, version("/p", 2)),
			))
			if got, want := codes(failed), []wire.Code{0, 0, 0, wire.BadVersion, wire.RuntimeInconsistency}; !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		}
		next := b.do(wire.OpCreate, create("/p/s-", wire.PersistentSequential))
		if got, want := next.Change.(*request.Create).Path, "/p/s-0000000002"; got != want {
			t.Errorf("%s, want %s: a failed transaction used a number up", got, want)
		}
		for _, q := range []*wire.MultiRequest{
			multi(mop(wire.OpCreate, create("/x", 7))), multi(mop(wire.OpGetData, &wire.PathWatchRequest{Path: "/p"})),
		} {
			if got := code(b.do(wire.OpMulti, q)); got != wire.MarshallingError {
				t.Errorf("%+v: %v", q.Ops, got)
			}
		}
	})
}

// The count of creates that numbers are made of sticks at its largest value. Only creates prepared while an earlier one is on
// its way see it wrap.
func TestSequenceNumbersAtTheirEnd(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.tree.Create("/p", nil, wire.OpenACL, 0, 1, 0, 0)
		b.tree.Create("/p/seed", nil, wire.OpenACL, 0, math.MaxInt32-1, 0, 0)
		var got []string
		for range 3 {
			txn := b.do(wire.OpCreate, create("/p/n-", wire.PersistentSequential))
			if c, ok := txn.Change.(*request.Create); ok {
				got = append(got, c.Path)
			} else {
				got = append(got, code(txn).String())
			}
		}
		want := []string{"/p/n-2147483646", "/p/n-2147483647", "/p/n--2147483648"}
		if b.eager {
			want[2] = "NODEEXISTS"
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

func TestCloseSessionKnowsWhatIsOnItsWay(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		for _, path := range []string{"/stays", "/goes", "/moves"} {
			b.do(wire.OpCreate, create(path, wire.Ephemeral))
		}
		b.do(wire.OpDelete, version("/goes", -1))
		b.do(wire.OpDelete, version("/moves", -1))
		b.do(wire.OpCreate, create("/moves", 0)) // another znode now, and nobody's
		txn := b.do(wire.OpCloseSession, &wire.Empty{})
		if got, want := txn.Change.(*request.CloseSession).Paths, []string{"/stays"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		want := wire.SessionExpired
		if b.eager {
			want = wire.UnknownSession
		}
		for _, r := range []request.Request{
			{Session: b.session, Op: wire.OpCreate, Body: create("/late", wire.Ephemeral)},
			{Session: b.session, Op: wire.OpPing, Body: &wire.Empty{}},
		} {
			if got := code(b.request(&r)); got != want {
				t.Errorf("%v after the end: %v, want %v", r.Op, got, want)
			}
		}
		b.catchUp()
		if _, ok := b.tree.Lookup("/stays"); ok {
			t.Error("/stays stayed")
		}
		if _, ok := b.tree.Lookup("/moves"); !ok {
			t.Error("/moves is gone")
		}
	})
}

func TestReadsTakeNoZxid(t *testing.T) {
	b := newBench(t, true)
	for _, r := range []request.Request{
		{Op: wire.OpGetData, Body: &wire.PathWatchRequest{Path: "/"}},
		{Op: wire.OpGetData, Refused: wire.MarshallingError},
		{Op: 77, Refused: wire.Unimplemented},
		{Op: wire.OpCheck, Refused: wire.Unimplemented},
		{Op: wire.OpReconfig, Refused: wire.MarshallingError},
		{Op: wire.OpSync, Body: &wire.PathRequest{}},
	} {
		r.Session = b.session
		if txn := b.prep.Next(&r, time.Now()); txn.Zxid != 0 || txn.Err != r.Refused {
			t.Errorf("%v: zxid %d, %v", r.Op, txn.Zxid, txn.Err)
		}
	}
	refused := request.Request{Session: b.session, Op: wire.OpCreate, Refused: wire.MarshallingError}
	if txn := b.prep.Next(&refused, time.Now()); txn.Zxid != 1 || code(txn) != wire.MarshallingError {
		t.Errorf("a write that does not decode: zxid %d, %v", txn.Zxid, code(txn))
	}
}

func TestFailAfterPanic(t *testing.T) {
	b := newBench(t, false)
	b.do(wire.OpCreate, create("/a", 0))
	r := &request.Request{Session: b.session, Op: wire.OpMulti, Body: &wire.MultiRequest{Ops: []wire.MultiOp{
		{Op: wire.OpCreate, Body: create("/half", 0)}, {Op: wire.OpDelete, Body: (*wire.PathVersionRequest)(nil)},
	}}}
	var txn request.Txn
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("no panic")
			}
			txn = b.prep.Fail(r)
		}()
		b.prep.Next(r, time.Now())
	}()
	if code(txn) == wire.OK {
		t.Error("the request did not fail")
	}
	if next := b.do(wire.OpCreate, create("/half/x", 0)); code(next) != wire.NoNode || next.Zxid <= txn.Zxid {
		t.Errorf("%v at zxid %d after %d", code(next), next.Zxid, txn.Zxid)
	}
}
