package server_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func TestVersionNames(t *testing.T) {
	for s, want := range map[string]server.Version{
		"3.4": server.V34, "3.5": server.V35, "3.6": server.V36, "3.8": server.V38, "3.9": server.V39,
		"3.4.14": server.V34, "3.5.10": server.V35, "3.6.4": server.V36, "3.8.0": server.V38, "3.9.5": server.V39,
	} {
		got, err := server.ParseVersion(s)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", s, got, err)
		}
		if !strings.HasPrefix(got.String(), s) || strings.Count(got.String(), ".") != 2 {
			t.Errorf("%s: %v", s, got)
		}
	}
	for _, s := range []string{"", "3", "3.", "3.7", "3.5.7", "3.10", "4", "latest", "3.9.5 "} {
		if v, err := server.ParseVersion(s); err == nil || !strings.Contains(err.Error(), "3.4.14, 3.5.10, 3.6.4, 3.8.0, 3.9.5") {
			t.Errorf("%q: %v, %v", s, v, err)
		}
	}
	if _, err := server.New(server.WithVersion(9)); err == nil {
		t.Error("version 9 is accepted")
	}
	s, err := server.New()
	if err != nil || s.Version() != server.V39 || len(server.Versions()) != 5 {
		t.Errorf("%v, %v", s.Version(), err)
	}
}

// each runs f with a server of every version.
func each(t *testing.T, f func(t *testing.T, v server.Version, dial func() *raw), opts ...server.Option) {
	t.Helper()
	for _, v := range server.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			s := start(t, append(slices.Clone(opts), server.WithVersion(v))...)
			f(t, v, func() *raw { return connect(t, dialTCP(t, s.Addr())) })
		})
	}
}

// until tells whether v is not newer than last: the constants are in the order of Versions.
func until(v, last server.Version) bool {
	all := server.Versions()
	return slices.Index(all, v) <= slices.Index(all, last)
}

func TestOperationsThatAVersionDoesNotKnow(t *testing.T) {
	came := map[wire.Op]server.Version{
		wire.OpCreate2: server.V35, wire.OpReconfig: server.V35, wire.OpCheckWatches: server.V35, wire.OpRemoveWatches: server.V35,
		wire.OpCreateContainer: server.V35, wire.OpCreateTTL: server.V35, wire.OpMultiRead: server.V36, wire.OpGetEphemerals: server.V36,
		wire.OpGetAllChildrenNumber: server.V36, wire.OpSetWatches2: server.V36, wire.OpAddWatch: server.V36, wire.OpWhoAmI: server.V38,
	}
	each(t, func(t *testing.T, v server.Version, dial func() *raw) {
		c := dial()
		for op, row := range wire.Operations {
			if row.Kind == wire.KindInternal || row.Kind == wire.KindConnection || op == wire.OpCheck || op == wire.OpCloseSession {
				continue
			}
			r := c.call(op, record("")) // which few can read, but who does not know the operation does not read it
			first, isNew := came[op]
			known := !isNew || until(first, v)
			if refused := r.Err == wire.Unimplemented && r.Zxid == -1; refused == known {
				t.Errorf("%v: %+v", op, r)
			}
			if !known {
				c.gone()
				c = dial()
			}
		}
	})
}

func TestConfigNode(t *testing.T) {
	each(t, func(t *testing.T, v server.Version, dial func() *raw) {
		c, config := dial(), "/zookeeper/config"
		var system wire.StatResponse
		c.ok(wire.OpExists, read("/zookeeper"), &system)
		if v == server.V34 {
			if system.Stat.NumChildren != 1 || system.Stat.Cversion != -1 || system.Stat.Pzxid != 0 {
				t.Errorf("%+v", system.Stat)
			}
			c.want(wire.NoNode, wire.OpGetData, read(config))
			c.mk(config)
			c.want(wire.OK, wire.OpDelete, version(config, -1))
			return
		}
		if system.Stat.NumChildren != 2 || system.Stat.Cversion != -2 {
			t.Errorf("%+v", system.Stat)
		}
		c.want(wire.BadArguments, wire.OpDelete, version(config, -1))
		c.want(wire.NoAuth, wire.OpSetData, set(config, "", -1))
	})
}

func TestRefusalsOfVersions(t *testing.T) {
	none := wire.ACL{Perms: 0, Scheme: "world", ID: "anyone"}
	ip := func(id string) *wire.CreateRequest { return guarded("/ip", wire.ACL{Perms: 31, Scheme: "ip", ID: id}) }
	type outcome struct {
		last server.Version
		code wire.Code
	}
	for _, q := range []struct {
		why  string
		op   wire.Op
		body wire.Record
		want []outcome // up to which version
	}{
		{"delete looks for the znode first", wire.OpDelete, version("/none/x", -1), []outcome{{server.V35, wire.NoNode}, {server.V39, wire.NoAuth}}},
		{"create looks at the mode last", wire.OpCreate, create("/missing/x", "", 7), []outcome{{server.V34, wire.NoNode}, {server.V39, wire.BadArguments}}},
		{"and after the permission", wire.OpCreate, create("/none/x", "", 7), []outcome{{server.V34, wire.NoAuth}, {server.V39, wire.BadArguments}}},
		{"and before the path", wire.OpCreate, create("/\x01", "", 7), []outcome{{server.V39, wire.BadArguments}}},
		{"there are no containers", wire.OpCreate, create("/k", "", wire.Container), []outcome{{server.V34, wire.BadArguments}, {server.V39, wire.OK}}},
		{"nor times to live", wire.OpCreate, create("/t", "", wire.PersistentTTL), []outcome{{server.V34, wire.BadArguments}, {server.V39, wire.Unimplemented}}},
		{"a mode below all", wire.OpCreate, create("/t", "", -1), []outcome{{server.V39, wire.BadArguments}}},
		{"a list that is null", wire.OpCreate, &wire.CreateRequest{Path: "/null"}, []outcome{{server.V35, wire.MarshallingError}, {server.V39, wire.InvalidACL}}},
		{"a list that is null, for setACL", wire.OpSetACL, &wire.SetACLRequest{Path: "/", Version: -1}, []outcome{{server.V35, wire.MarshallingError}, {server.V39, wire.InvalidACL}}},
		{"a list that is empty", wire.OpCreate, &wire.CreateRequest{Path: "/null", ACL: []wire.ACL{}}, []outcome{{server.V39, wire.InvalidACL}}},
		{"an address of version 6", wire.OpCreate, ip("::1"), []outcome{{server.V38, wire.InvalidACL}, {server.V39, wire.OK}}},
		{"an address of version 4", wire.OpCreate, ip("1.2.3.4"), []outcome{{server.V39, wire.OK}}},
		{"the ends of the ranges", wire.OpCreate, create("/\x7f", "", 0), []outcome{{server.V34, wire.OK}, {server.V39, wire.BadArguments}}},
		{"the middles of the ranges", wire.OpCreate, create("/\u0085", "", 0), []outcome{{server.V39, wire.BadArguments}}},
		{"exists asks for a permission", wire.OpExists, read("/none"), []outcome{{server.V38, wire.OK}, {server.V39, wire.NoAuth}}},
		{"a failing check alone", wire.OpCheck, version("/", 9), []outcome{{server.V38, wire.BadVersion}, {server.V39, wire.Unimplemented}}},
	} {
		t.Run(q.why, func(t *testing.T) {
			each(t, func(t *testing.T, v server.Version, dial func() *raw) {
				c := dial()
				c.ok(wire.OpCreate, guarded("/none", none), nil)
				i := slices.IndexFunc(q.want, func(o outcome) bool { return until(v, o.last) })
				c.want(q.want[i].code, q.op, q.body)
			})
		})
	}
}

func TestWhatAuthStandsFor(t *testing.T) {
	each(t, func(t *testing.T, v server.Version, dial func() *raw) {
		c := dial()
		c.ok(wire.OpAuth, digest("alice:secret"), nil)
		c.ok(wire.OpCreate, guarded("/l", wire.ACL{Perms: 31, Scheme: "auth"}, worldRead), nil)
		var got wire.GetACLResponse
		c.ok(wire.OpGetACL, at("/l"), &got)
		want := []string{"digest", "world"}
		if v == server.V34 {
			want = []string{"world", "digest"}
		}
		if len(got.ACL) != 2 || got.ACL[0].Scheme != want[0] || got.ACL[1].Scheme != want[1] {
			t.Errorf("%+v, want %v", got.ACL, want)
		}
	})
}

func TestTransactionsOfVersions(t *testing.T) {
	each(t, func(t *testing.T, v server.Version, dial func() *raw) {
		c := dial()
		do := func(ops ...wire.MultiOp) string {
			r := c.call(wire.OpMulti, multi(ops...))
			if r.Err != wire.OK {
				return strings.TrimPrefix(r.Err.String(), "zookeeper: ")
			}
			var got wire.MultiResponse
			if err := wire.Unmarshal(r.body, &got); err != nil {
				t.Fatal(err)
			}
			var parts []string
			for _, res := range got.Results {
				parts = append(parts, fmt.Sprintf("%d:%s", int32(res.Op), strings.TrimPrefix(res.Err.String(), "zookeeper: ")))
			}
			return strings.Join(parts, " ")
		}
		for _, q := range []struct {
			ops  []wire.MultiOp
			want [5]string // by version, "" as before
		}{
			{[]wire.MultiOp{op(wire.OpCreate, create("/m", "", 0)), op(wire.OpSetData, set("/m", "", 0)), op(wire.OpCheck, version("/m", 1))}, [5]string{"1:OK 5:OK 13:OK"}},
			{[]wire.MultiOp{op(wire.OpCreate2, create("/c2", "", 0))}, [5]string{"MARSHALLINGERROR", "1:OK", "", "", "15:OK"}},
			{[]wire.MultiOp{op(wire.OpCreate, create("/k", "", wire.Container))}, [5]string{"-1:BADARGUMENTS", "15:OK"}},
			{[]wire.MultiOp{op(wire.OpCreateContainer, create("/k2", "", wire.Container))}, [5]string{"MARSHALLINGERROR", "15:OK"}},
			{[]wire.MultiOp{op(wire.OpCreate, create("/x", "", 0)), op(wire.OpCreate, create("/y", "", 7))}, [5]string{"-1:OK -1:BADARGUMENTS", "", "", "", "MARSHALLINGERROR"}},
			{[]wire.MultiOp{op(wire.OpCreate, create("/y", "", wire.PersistentTTL))}, [5]string{"-1:BADARGUMENTS", "MARSHALLINGERROR"}},
			{[]wire.MultiOp{op(wire.OpCreate, create("/y", "", 0)), op(wire.OpCreate, &wire.CreateRequest{Path: "/null"})}, [5]string{"MARSHALLINGERROR", "", "-1:OK -1:INVALIDACL"}},
		} {
			want := ""
			for i, w := range server.Versions() {
				if q.want[i] != "" {
					want = q.want[i]
				}
				if w == v {
					break
				}
			}
			if got := do(q.ops...); got != want {
				t.Errorf("%v: %s, want %s", q.ops, got, want)
			}
		}
		c.want(wire.NoNode, wire.OpExists, read("/x"))
	})
}

func TestHardQuotasAreYoung(t *testing.T) {
	each(t, func(t *testing.T, v server.Version, dial func() *raw) {
		c := dial()
		for _, p := range []string{"/a", "/zookeeper/quota/a"} {
			c.mk(p)
		}
		c.ok(wire.OpCreate, create("/zookeeper/quota/a/zookeeper_limits", "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=1", 0), nil)
		c.ok(wire.OpCreate, create("/zookeeper/quota/a/zookeeper_stats", "count=0,bytes=0", 0), nil)
		want := wire.QuotaExceeded
		if until(v, server.V36) {
			want = wire.OK
		}
		c.want(want, wire.OpCreate, create("/a/b", "", 0))
	}, server.WithEnforceQuota(true))
}

func TestSilence(t *testing.T) {
	for _, v := range server.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
				nc := dial()
				_ = nc.SetReadDeadline(time.Now().Add(time.Hour))
				begin := time.Now()
				_, err := nc.Read(make([]byte, 1))
				if took, want := time.Since(begin), 20*time.Second; v != server.V34 && took != want || v == server.V34 && took != time.Hour {
					t.Errorf("%v after %v", err, took)
				}
			}, server.WithVersion(v))
		})
	}
}

func TestTimeoutsOfVersions(t *testing.T) {
	each(t, func(t *testing.T, _ server.Version, dial func() *raw) {
		for asked, want := range map[int32]int32{-1: 200, 0: 200, 199: 200, 200: 200, 201: 201, 1999: 1999, 2000: 2000, 2001: 2000, 1 << 30: 2000} {
			c := newRaw(t, dialTCP(t, dial().nc.RemoteAddr().String()))
			c.handshake(fresh(asked))
			if c.session.Timeout != want {
				t.Errorf("asked for %d ms, got %d, want %d", asked, c.session.Timeout, want)
			}
		}
	}, server.WithTick(100*time.Millisecond))
}
