package server_test

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/internal/session"
)

// step is one request of a script.
type step struct {
	conn int
	op   wire.Op
	body wire.Record
}

// setup is a way to configure both servers, and what is tried then.
type setup struct {
	name     string
	settings []string
	opts     []server.Option
	scripts  []script
}

// TestAgainstApache sends the same requests to a fresh Apache ZooKeeper and to a fresh server of ours. Everything that comes
// back must be the same, zxids included, but for the time and the ids of sessions.
func TestAgainstApache(t *testing.T) {
	for _, setup := range append([]setup{
		{"as it comes", []string{"extendedTypesEnabled=false"}, nil, slices.Concat(scripts, scripts38)},
		{
			"extended types", []string{"extendedTypesEnabled=true"}, []server.Option{server.WithExtendedTypes(true)},
			slices.Concat(ttlScripts, quotaScripts, scripts38),
		},
		{
			"quotas", []string{"extendedTypesEnabled=true", "enforceQuota=true"},
			[]server.Option{server.WithExtendedTypes(true), server.WithEnforceQuota(true)}, quotaScripts,
		},
	}, securitySetups...) {
		t.Run(setup.name, func(t *testing.T) {
			compare(t, apache.Start(t, setup.settings...).Addr(), start(t, append(setup.opts, server.WithVersion(server.V38))...), setup.scripts)
		})
	}
}

func compare(t *testing.T, theirs string, s *server.Server, scripts []script) {
	t.Helper()
	t.Run("password", func(t *testing.T) {
		for range 20 {
			c := connect(t, dialTCP(t, theirs))
			if want := session.Passwd(c.session.SessionID); !bytes.Equal(c.session.Passwd, want) {
				t.Errorf("session %x: password %x, ours would be %x", c.session.SessionID, c.session.Passwd, want)
			}
			connect(t, dialTCP(t, s.Addr())) // takes a zxid, too
		}
	})
	for _, script := range scripts {
		t.Run(script.name, func(t *testing.T) {
			want := play(t, theirs, script.steps)
			got := play(t, s.Addr(), script.steps)
			for i := range want {
				if got[i] != want[i] {
					st := script.steps[i]
					t.Errorf("step %d: %v %+v\n ours   %s\n Apache %s", i, st.op, st.body, got[i], want[i])
				}
			}
		})
	}
}

func start(t *testing.T, opts ...server.Option) *server.Server {
	t.Helper()
	s, err := server.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s
}

// play runs a script and describes what each step brought.
func play(t *testing.T, addr string, steps []step) []string {
	t.Helper()
	n := 0
	for _, st := range steps {
		n = max(n, st.conn+1)
	}
	conns := make([]*raw, n)
	for i := range conns {
		conns[i] = connect(t, dialTCP(t, addr))
	}
	lines := make([]string, len(steps))
	for i, st := range steps {
		c := conns[st.conn]
		r := c.call(st.op, st.body)
		var line strings.Builder
		for who, c := range conns {
			if who != st.conn {
				c.ok(wire.OpPing, &wire.Empty{}, nil)
			}
			for _, e := range c.events {
				fmt.Fprintf(&line, "event to %d: %+v with zxid %d; ", who, e.WatcherEvent, e.zxid)
			}
			c.events = nil
		}
		fmt.Fprintf(&line, "zxid %d, err %v, ", r.Zxid, r.Err)
		line.WriteString(describe(t, st.op, r, conns))
		lines[i] = line.String()
		if r.Err == wire.Unimplemented && st.op != wire.OpCreate && st.op != wire.OpCreateTTL || r.Err == wire.AuthFailed || r.Err == wire.SessionClosedRequireSASLAuth {
			c.gone()
			*c = *connect(t, dialTCP(t, addr))
		}
	}
	for _, c := range conns {
		c.ok(wire.OpCloseSession, &wire.Empty{}, nil)
		c.gone()
	}
	return lines
}

func describe(t *testing.T, op wire.Op, r reply, conns []*raw) string {
	t.Helper()
	row, ok := op.Lookup()
	if r.Err != wire.OK || !ok {
		return fmt.Sprintf("body %x", r.body)
	}
	body := row.Response()
	rd := wire.NewReader(r.body)
	body.Decode(&rd)
	if rd.Err() != nil || len(rd.Rest()) > 0 {
		return fmt.Sprintf("bad body %x", r.body)
	}
	blur(reflect.ValueOf(body).Elem(), conns)
	return fmt.Sprintf("%+v", reflect.ValueOf(body).Elem())
}

// blur takes out what may differ from server to server.
func blur(v reflect.Value, conns []*raw) {
	switch x := v.Addr().Interface().(type) {
	case *wire.Stat:
		x.Ctime, x.Mtime = min(x.Ctime, 1), min(x.Mtime, 1)
		for i, c := range conns {
			if x.EphemeralOwner == c.session.SessionID {
				x.EphemeralOwner = int64(i + 1)
			}
		}
	case *[]string:
		slices.Sort(*x)
	case *[]wire.MultiResult:
		for i := range *x {
			blur(reflect.ValueOf(x).Elem().Index(i), conns)
		}
	case *[]wire.ClientInfo:
		slices.SortFunc(*x, func(a, b wire.ClientInfo) int { return cmp.Compare(a.Scheme+a.User, b.Scheme+b.User) })
	default:
		if v.Kind() == reflect.Struct {
			for i := range v.NumField() {
				blur(v.Field(i), conns)
			}
		}
	}
}
