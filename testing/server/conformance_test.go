package server_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// conformance is what clients lean on and servers get wrong. Each line has a znode of its own to work on, and connections as
// it needs them. What belongs to handshakes, sessions and watches is in the tests of those.
var conformance = []struct {
	line string
	f    func(c *raw, p string, dial func() *raw)
}{
	{"an undecodable record is refused, and the connection stays", func(c *raw, _ string, _ func() *raw) {
		c.want(wire.MarshallingError, wire.OpCreate, record(""))
		c.want(wire.MarshallingError, wire.OpGetData, record("\x00\x00\x00\x09"))
		c.want(wire.OK, wire.OpExists, read("/"))
	}},
	{"replies with an error have no body", func(c *raw, p string, _ func() *raw) {
		if r := c.call(wire.OpGetData, read(p+"/missing")); len(r.body) != 0 {
			c.t.Errorf("body %x", r.body)
		}
	}},
	{"a write that fails takes a zxid and tells it", func(c *raw, p string, _ func() *raw) {
		before := c.call(wire.OpDelete, version(p+"/missing", -1)).Zxid
		for i, q := range []struct {
			op   wire.Op
			body wire.Record
		}{
			{wire.OpCreate, create(p, "", 0)}, {wire.OpSetData, set(p, "", 9)}, {wire.OpMulti, multi(op(wire.OpCheck, version(p, 9)))},
			{wire.OpMulti, multi(op(wire.OpCheck, version(p, 0)))}, {wire.OpCreate, record("")},
		} {
			if got := c.call(q.op, q.body).Zxid; got != before+int64(i)+1 {
				c.t.Errorf("%v: zxid %d, want %d", q.op, got, before+int64(i)+1)
			}
		}
		after := before + 5
		for _, q := range []wire.Op{wire.OpPing, wire.OpWhoAmI} {
			if got := c.call(q, &wire.Empty{}).Zxid; got != after {
				c.t.Errorf("%v: zxid %d, want %d", q, got, after)
			}
		}
	}},
	{"xids are echoed whatever they are, but for ping's", func(c *raw, _ string, _ func() *raw) {
		for _, xid := range []int32{0, -5, 1 << 30, 7, 7, wire.XidSetWatches} {
			c.write(wire.AppendRequest(nil, xid, wire.OpExists, read("/")))
			if got := c.recv().Xid; got != xid {
				c.t.Errorf("xid %d, want %d", got, xid)
			}
		}
		c.write(wire.AppendRequest(nil, 77, wire.OpPing, &wire.Empty{}))
		if got := c.recv().Xid; got != wire.XidPing {
			c.t.Errorf("xid %d", got)
		}
	}},
	{"auth is answered with zxid 0 and its own xid", func(c *raw, _ string, _ func() *raw) {
		for _, xid := range []int32{wire.XidAuth, 12} {
			c.write(wire.AppendRequest(nil, xid, wire.OpAuth, digest("a:b")))
			if got := c.recv().ReplyHeader; got != (wire.ReplyHeader{Xid: xid}) {
				c.t.Errorf("%+v", got)
			}
		}
	}},
	{"unknown operations, and those of servers, are refused with zxid -1 and the end", func(_ *raw, p string, dial func() *raw) {
		for _, o := range []wire.Op{0, 10, 23, 99, 108, 1000, -1, -2, wire.OpCreateSession, wire.OpDeleteContainer, wire.OpCheck} {
			c := dial()
			r := c.call(o, version(p, -1))
			if r.Err != wire.Unimplemented || r.Zxid != -1 || len(r.body) != 0 {
				c.t.Errorf("%v: %+v", o, r)
			}
			c.gone()
			again := newRaw(c.t, dialTCP(c.t, c.nc.RemoteAddr().String()))
			again.resume(c)
		}
	}},
	{"long frames in are refused, long frames out are sent", func(c *raw, p string, dial func() *raw) {
		overhead := len((&wire.CreateRequest{Path: p + "/long", ACL: wire.OpenACL}).AppendTo(nil)) + wire.RequestHeaderSize
		for i := range 3 {
			c.ok(wire.OpCreate, create(fmt.Sprintf("%s/%d%s", p, i, strings.Repeat("x", 1<<19)), "", 0), nil)
		}
		var kids wire.GetChildrenResponse
		if r := c.ok(wire.OpGetChildren, read(p), &kids); len(r.body) < 3<<19 || len(kids.Children) != 3 {
			c.t.Errorf("%d bytes", len(r.body))
		}
		c.ok(wire.OpCreate, create(p+"/long", strings.Repeat("x", wire.MaxFrame-overhead), 0), nil)
		c.write(wire.AppendInt32(nil, wire.MaxFrame+1))
		c.gone()
		again := dial()
		if st := again.stat(p + "/long"); st.Version != 0 || int(st.DataLength) != wire.MaxFrame-overhead {
			c.t.Errorf("%+v", st)
		}
	}},
	{"null data stays null, empty data stays empty", func(c *raw, p string, _ func() *raw) {
		for name, data := range map[string][]byte{"/null": nil, "/empty": {}} {
			c.ok(wire.OpCreate, &wire.CreateRequest{Path: p + name, Data: data, ACL: wire.OpenACL}, nil)
			var got wire.GetDataResponse
			c.ok(wire.OpGetData, read(p+name), &got)
			if (got.Data == nil) != (data == nil) || got.Stat.DataLength != 0 {
				c.t.Errorf("%s: %v", name, got)
			}
		}
	}},
	{"pzxid and cversion follow children, and only them", func(c *raw, p string, _ func() *raw) {
		st := c.stat(p)
		if st.Pzxid != st.Czxid || st.Cversion != 0 {
			c.t.Errorf("new: %+v", st)
		}
		for i, q := range []struct {
			op    wire.Op
			body  wire.Record
			moves bool
		}{
			{wire.OpCreate, create(p+"/c", "", 0), true}, {wire.OpCreate, create(p+"/c/g", "", 0), false}, {wire.OpSetData, set(p+"/c", "", 0), false},
			{wire.OpSetACL, &wire.SetACLRequest{Path: p + "/c", ACL: wire.OpenACL, Version: 0}, false},
			{wire.OpDelete, version(p+"/c/g", -1), false}, {wire.OpDelete, version(p+"/c", -1), true},
		} {
			zxid := c.ok(q.op, q.body, nil).Zxid
			now := c.stat(p)
			if moved := now.Pzxid == zxid && now.Cversion == st.Cversion+1; moved != q.moves || !moved && now != st {
				c.t.Errorf("step %d: %+v after %+v", i, now, st)
			}
			st = now
		}
	}},
	{"numbers count creates of any kind, and no failed ones", func(c *raw, p string, _ func() *raw) {
		c.mk(p + "/a")
		c.mk(p + "/b")
		c.ok(wire.OpDelete, version(p+"/a", -1), nil)
		c.want(wire.NodeExists, wire.OpCreate, create(p+"/b", "", 0))
		c.ok(wire.OpMulti, multi(op(wire.OpCreate, create(p+"/s-", "", wire.PersistentSequential)), op(wire.OpCheck, version(p, 9))), nil)
		var got wire.PathResponse
		c.ok(wire.OpCreate, create(p+"/", "", wire.EphemeralSequential), &got)
		if want := p + "/0000000002"; got.Path != want {
			c.t.Errorf("%s, want %s", got.Path, want)
		}
	}},
	{"setACL moves aversion alone, and compares with it", func(c *raw, p string, _ func() *raw) {
		c.ok(wire.OpSetData, set(p, "x", 0), nil)
		st := c.stat(p)
		c.want(wire.BadVersion, wire.OpSetACL, &wire.SetACLRequest{Path: p, ACL: wire.OpenACL, Version: 1})
		var got wire.StatResponse
		c.ok(wire.OpSetACL, &wire.SetACLRequest{Path: p, ACL: wire.OpenACL, Version: 0}, &got)
		st.Aversion++
		if got.Stat != st {
			c.t.Errorf("%+v, want %+v", got.Stat, st)
		}
	}},
	{"setting the same data counts", func(c *raw, p string, _ func() *raw) {
		was := c.stat(p)
		c.ok(wire.OpSetData, set(p, "", -1), nil)
		if now := c.stat(p); now.Version != 1 || now.Mzxid <= was.Mzxid || now.Czxid != was.Czxid {
			c.t.Errorf("%+v after %+v", now, was)
		}
	}},
	{"only -1 is any version", func(c *raw, p string, _ func() *raw) {
		for _, v := range []int32{-2, -5, 1, 1<<31 - 1} {
			c.want(wire.BadVersion, wire.OpSetData, set(p, "", v))
			c.want(wire.BadVersion, wire.OpDelete, version(p, v))
			c.want(wire.BadVersion, wire.OpSetACL, &wire.SetACLRequest{Path: p, ACL: wire.OpenACL, Version: v})
		}
	}},
	{"the operation makes the container, not the mode", func(c *raw, p string, _ func() *raw) {
		c.ok(wire.OpCreateContainer, create(p+"/c", "", wire.Ephemeral), nil)
		if st := c.stat(p + "/c"); st.EphemeralOwner != 0 {
			c.t.Errorf("%+v", st)
		}
		c.mk(p + "/c/child")
		c.ok(wire.OpCreate, create(p+"/plain", "", wire.Container), nil)
		c.want(wire.BadArguments, wire.OpCreate, create(p+"/x", "", 7))
	}},
	{"a time to live is refused, and the connection stays", func(c *raw, p string, _ func() *raw) {
		ttl := func(mode wire.CreateMode, ms int64) *wire.CreateTTLRequest {
			return &wire.CreateTTLRequest{CreateRequest: *create(p+"/t", "", mode), TTL: ms}
		}
		c.want(wire.Unimplemented, wire.OpCreateTTL, ttl(wire.PersistentTTL, 1))
		c.want(wire.Unimplemented, wire.OpCreateTTL, ttl(wire.PersistentSequentialTTL, 0))
		c.want(wire.BadArguments, wire.OpCreateTTL, ttl(wire.Persistent, -1))
	}},
	{"paths are judged differently by different operations", func(c *raw, p string, _ func() *raw) {
		c.want(wire.NoNode, wire.OpDelete, version(p+"/", -1))
		c.want(wire.BadArguments, wire.OpSetData, set(p+"/", "", -1))
		c.want(wire.NoNode, wire.OpGetData, read(p+"/"))
		c.want(wire.BadArguments, wire.OpExists, read(p+"/\x00"))
		c.want(wire.BadArguments, wire.OpCreate, create(p+"/\U0001f600", "", 0))
		c.want(wire.OK, wire.OpCreate, create(p+"/\u00a0", "", 0))
		c.want(wire.NodeExists, wire.OpCreate, create("/", "", 0))
		c.want(wire.OK, wire.OpGetData, read(""))
		for _, path := range []string{"/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"} {
			c.want(wire.BadArguments, wire.OpDelete, version(path, 99))
		}
	}},
	{"delete asks the parent's list, never the znode's", func(c *raw, p string, _ func() *raw) {
		c.ok(wire.OpCreate, guarded(p+"/none", wire.ACL{Scheme: "world", ID: "anyone"}), nil)
		c.want(wire.NoAuth, wire.OpGetData, read(p+"/none"))
		c.want(wire.NoAuth, wire.OpExists, read(p+"/none"))
		c.want(wire.OK, wire.OpDelete, version(p+"/none", 0))
	}},
	{"a multi fails with a code for each operation", func(c *raw, p string, _ func() *raw) {
		c.wantMulti(multi(op(wire.OpCreate, create(p+"/a", "", 0)), op(wire.OpDelete, version(p+"/missing", 0)), op(wire.OpCheck, version(p, 0)), op(wire.OpSetData, set(p, "", 0))),
			wire.MultiResult{Op: wire.OpError}, failed(wire.NoNode), failed(wire.RuntimeInconsistency), failed(wire.RuntimeInconsistency))
		c.wantMulti(multi(op(wire.OpCheck, version(p, 4)), op(wire.OpCheck, version(p, 0))), failed(wire.BadVersion), failed(wire.RuntimeInconsistency))
		c.want(wire.NoNode, wire.OpExists, read(p+"/a"))
	}},
	{"the operations of a multi see each other; results with a stat are of type 15", func(c *raw, p string, _ func() *raw) {
		var res wire.MultiResponse
		c.ok(wire.OpMulti, multi(
			op(wire.OpCreate, create(p+"/a", "", 0)), op(wire.OpCreate2, create(p+"/a/b", "", 0)), op(wire.OpCreateContainer, create(p+"/c", "", wire.Container)),
			op(wire.OpCreate, create(p+"/d", "", wire.Container)), op(wire.OpSetData, set(p+"/a", "x", 0)), op(wire.OpCheck, version(p+"/a", 1)),
			op(wire.OpDelete, version(p+"/a/b", 0)),
		), &res)
		var types []wire.Op
		for _, r := range res.Results {
			types = append(types, r.Op)
		}
		want := []wire.Op{wire.OpCreate, wire.OpCreate2, wire.OpCreate2, wire.OpCreate2, wire.OpSetData, wire.OpCheck, wire.OpDelete}
		if !slices.Equal(types, want) {
			c.t.Errorf("types %v, want %v", types, want)
		}
		if st := res.Results[1].Stat; st.Czxid != st.Pzxid || st.Czxid == 0 {
			c.t.Errorf("%+v", st)
		}
	}},
	{"a multi may be empty, but must hold writes", func(c *raw, p string, _ func() *raw) {
		c.wantMulti(multi())
		for _, o := range []wire.MultiOp{
			op(wire.OpGetData, read(p)), op(wire.OpExists, read(p)), op(wire.OpSetACL, &wire.SetACLRequest{Path: p}), op(wire.OpCreate, create(p+"/x", "", 9)),
		} {
			c.want(wire.MarshallingError, wire.OpMulti, multi(op(wire.OpCheck, version(p, 0)), o))
		}
	}},
	{"a multiRead fails operation by operation, and sets no watch", func(c *raw, p string, _ func() *raw) {
		c.ok(wire.OpCreate, guarded(p+"/none", wire.ACL{Scheme: "world", ID: "anyone"}), nil)
		var res wire.MultiResponse
		c.ok(wire.OpMultiRead, multi(op(wire.OpGetData, watch(p)), op(wire.OpGetChildren, watch(p)), op(wire.OpGetData, read(p+"/missing")), op(wire.OpGetData, read(p+"/none"))), &res)
		got := fmt.Sprint(res.Results[1].Children, res.Results[2:])
		if want := fmt.Sprint([]string{"none"}, []wire.MultiResult{failed(wire.NoNode), failed(wire.NoAuth)}); got != want || res.Results[0].Stat != c.stat(p) {
			c.t.Errorf("%s, want %s", got, want)
		}
		c.ok(wire.OpSetData, set(p, "", -1), nil)
		if e := c.take(); len(e) > 0 {
			c.t.Errorf("%+v", e)
		}
		c.want(wire.MarshallingError, wire.OpMultiRead, multi(op(wire.OpExists, read(p))))
		c.want(wire.MarshallingError, wire.OpMultiRead, multi(op(wire.OpDelete, version(p, -1))))
	}},
	{"getACL masks hashes for who may only read", func(c *raw, p string, dial func() *raw) {
		c.ok(wire.OpAuth, digest("alice:secret"), nil)
		c.ok(wire.OpCreate, guarded(p+"/a", wire.ACL{Perms: 31, Scheme: "auth"}, worldRead), nil)
		if got := c.acl(p + "/a"); got[0].ID != alice {
			c.t.Errorf("%v", got)
		}
		if got := dial().acl(p + "/a"); got[0].ID != "alice:x" {
			c.t.Errorf("%v", got)
		}
		c.ok(wire.OpCreate, guarded(p+"/b", wire.ACL{Perms: wire.PermAdmin, Scheme: "world", ID: "anyone"}), nil)
		c.want(wire.NoAuth, wire.OpGetData, read(p+"/b"))
		c.acl(p + "/b")
	}},
	{"auth entries become all that was proved; duplicates go, odd permissions stay", func(c *raw, p string, dial func() *raw) {
		c.ok(wire.OpAuth, digest("alice:secret"), nil)
		c.ok(wire.OpAuth, digest("nocolon"), nil)
		c.ok(wire.OpCreate, guarded(p+"/a", wire.ACL{Perms: 255, Scheme: "auth", ID: "ignored"}, worldRead, worldRead), nil)
		if got := c.acl(p + "/a"); len(got) != 3 || got[0].ID != alice || got[0].Perms != 255 || !strings.HasPrefix(got[1].ID, "nocolon:") || got[2] != worldRead {
			c.t.Errorf("%v", got)
		}
		dial().want(wire.InvalidACL, wire.OpCreate, guarded(p+"/b", wire.ACL{Perms: 31, Scheme: "auth"}))
	}},
	{"a refused identity costs the connection, not the session", func(c *raw, _ string, dial func() *raw) {
		for _, scheme := range []string{"world", "auth", "super", "sasl", "nope"} {
			bad := dial()
			if r := bad.call(wire.OpAuth, &wire.AuthRequest{Scheme: scheme}); r.Err != wire.AuthFailed || r.Zxid != 0 {
				c.t.Errorf("%s: %+v", scheme, r)
			}
			bad.gone()
			again := newRaw(c.t, dialTCP(c.t, bad.nc.RemoteAddr().String()))
			again.resume(bad)
			again.ok(wire.OpPing, &wire.Empty{}, nil)
		}
	}},
	{"sync echoes anything", func(c *raw, p string, _ func() *raw) {
		for _, path := range []string{p, "no path", "", "/missing//"} {
			var got wire.PathResponse
			c.ok(wire.OpSync, at(path), &got)
			if got.Path != path {
				c.t.Errorf("%q, want %q", got.Path, path)
			}
		}
	}},
	{"getEphemerals filters its own by plain prefix", func(c *raw, p string, dial func() *raw) {
		other := dial()
		for _, name := range []string{"/ab", "/ac", "/b"} {
			c.ok(wire.OpCreate, create(p+name, "", wire.Ephemeral), nil)
			other.ok(wire.OpCreate, create(p+name+"x", "", wire.Ephemeral), nil)
		}
		for prefix, want := range map[string]string{p + "/a": "/ab /ac", p + "/ab": "/ab", p: "/ab /ac /b", "/": "/ab /ac /b", " ": "/ab /ac /b", "x": ""} {
			var got wire.GetChildrenResponse
			c.ok(wire.OpGetEphemerals, &wire.GetEphemeralsRequest{Prefix: prefix}, &got)
			slices.Sort(got.Children)
			if names := strings.ReplaceAll(strings.Join(got.Children, " "), p, ""); names != want {
				c.t.Errorf("%q: %s, want %s", prefix, names, want)
			}
		}
	}},
	{"getAllChildrenNumber counts descendants", func(c *raw, p string, _ func() *raw) {
		for _, name := range []string{"/a", "/a/b", "/a/b/c", "/d"} {
			c.mk(p + name)
		}
		var got wire.GetAllChildrenNumberResponse
		c.ok(wire.OpGetAllChildrenNumber, at(p), &got)
		if got.Number != 4 {
			c.t.Errorf("%d", got.Number)
		}
		c.want(wire.NoNode, wire.OpGetAllChildrenNumber, at(p+"/missing"))
	}},
	{"reads see what the same connection wrote before, pipelined", func(c *raw, p string, _ func() *raw) {
		var b []byte
		const n = 500
		for i := range int32(n) {
			b = wire.AppendRequest(b, 2*i, wire.OpSetData, set(p, fmt.Sprint(i), i))
			b = wire.AppendRequest(b, 2*i+1, wire.OpGetData, read(p))
		}
		c.write(b)
		for i := range int32(2 * n) {
			r := c.recv()
			if r.Xid != i || r.Err != wire.OK {
				c.t.Fatalf("reply %d: %+v", i, r.ReplyHeader)
			}
			var got wire.GetDataResponse
			if i%2 == 1 && (wire.Unmarshal(r.body, &got) != nil || string(got.Data) != fmt.Sprint(i/2)) {
				c.t.Fatalf("reply %d: %q", i, got.Data)
			}
		}
	}},
}

func TestConformance(t *testing.T) {
	s := start(t)
	for i, line := range conformance {
		t.Run(line.line, func(t *testing.T) {
			c := connect(t, dialTCP(t, s.Addr()))
			p := fmt.Sprintf("/line%d", i)
			c.mk(p)
			line.f(c, p, func() *raw { return connect(t, dialTCP(t, s.Addr())) })
		})
	}
}

func TestSuper(t *testing.T) {
	s := start(t, server.WithSuperDigest("super:xQJmxLMiHGwaqBvst5y6rkB6HQs="))
	c := connect(t, dialTCP(t, s.Addr()))
	c.ok(wire.OpCreate, guarded("/none", wire.ACL{Scheme: "world", ID: "anyone"}), nil)
	c.want(wire.NoAuth, wire.OpSetData, set("/none", "", 9))
	c.ok(wire.OpAuth, digest("super:admin"), nil)
	c.want(wire.BadVersion, wire.OpSetData, set("/none", "", 9))
	c.want(wire.OK, wire.OpSetData, set("/none", "", 0))
	c.want(wire.OK, wire.OpSetData, set("/zookeeper/config", "", -1))
	c.want(wire.InvalidACL, wire.OpCreate, guarded("/x"))
	var who wire.WhoAmIResponse
	c.ok(wire.OpWhoAmI, &wire.Empty{}, &who)
	if want := []wire.ClientInfo{{Scheme: "ip", User: "127.0.0.1"}, {Scheme: "super"}, {Scheme: "digest", User: "super"}}; !reflect.DeepEqual(who.Clients, want) {
		t.Errorf("%v", who.Clients)
	}
}

func failed(code wire.Code) wire.MultiResult { return wire.MultiResult{Op: wire.OpError, Err: code} }

func (c *raw) want(want wire.Code, op wire.Op, body wire.Record) {
	c.t.Helper()
	if got := c.code(op, body); got != want {
		c.t.Errorf("%v %+v: %v, want %v", op, body, got, want)
	}
}

func (c *raw) wantMulti(q *wire.MultiRequest, want ...wire.MultiResult) {
	c.t.Helper()
	var got wire.MultiResponse
	c.ok(wire.OpMulti, q, &got)
	if !reflect.DeepEqual(got.Results, want) {
		c.t.Errorf("%+v, want %+v", got.Results, want)
	}
}

func (c *raw) acl(path string) []wire.ACL {
	c.t.Helper()
	var got wire.GetACLResponse
	c.ok(wire.OpGetACL, at(path), &got)
	return got.ACL
}
