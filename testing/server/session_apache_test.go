package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// TestSessionsAgainstApache compares how sessions are made, resumed, refused and ended. An Apache that is alone reads the keys of
// local sessions and does nothing about them, so it is asked with them and without.
func TestSessionsAgainstApache(t *testing.T) {
	got := sessionPlay(t, start(t, server.WithVersion(server.V38)).Addr())
	for name, settings := range map[string][]string{
		"as it comes":            nil,
		"local sessions":         {"localSessionsEnabled=true"},
		"local, then upgraded":   {"localSessionsEnabled=true", "localSessionsUpgradingEnabled=true"},
		"nothing to be upgraded": {"localSessionsUpgradingEnabled=true"},
	} {
		t.Run(name, func(t *testing.T) {
			want := sessionPlay(t, apache.Start(t, settings...).Addr())
			if len(got) != len(want) {
				t.Fatalf("%d lines, Apache has %d", len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("ours   %s\nApache %s", got[i], want[i])
				}
			}
		})
	}
}

// sessionPlay says what becomes of sessions on a fresh server with a tick of two seconds.
func sessionPlay(t *testing.T, addr string) (lines []string) {
	t.Helper()
	note := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	shake := func(what string, q wire.ConnectRequest, was *raw) *raw {
		c := newRaw(t, dialTCP(t, addr))
		if was != nil {
			q.SessionID = was.session.SessionID
		}
		c.write(wire.AppendFrame(nil, &q))
		_ = c.nc.SetReadDeadline(time.Now().Add(patience))
		frame, err := c.frames.Next()
		if err != nil {
			note("%s: closed", what)
			return nil
		}
		if err := wire.Unmarshal(frame, &c.session); err != nil {
			t.Fatal(err)
		}
		s := c.session
		note("%s: %d bytes, timeout %d, session is 0 %v, is the old one %v, read-only %v", what, len(frame), s.Timeout, s.SessionID == 0,
			s.SessionID == q.SessionID, s.ReadOnly)
		return c
	}
	closed := func(what string, c *raw) {
		c.gone()
		note("%s: closed", what)
	}
	owned := func(c *raw, path string) {
		st := c.stat(path)
		note("%s: czxid %d, owned %v", path, st.Czxid, st.EphemeralOwner == c.session.SessionID)
	}

	for _, timeout := range []int32{-1 << 31, -1, 0, 1, 3999, 4000, 4001, 39999, 40000, 40001, 1<<31 - 1} {
		c := shake(fmt.Sprint("timeout ", timeout), fresh(timeout), nil)
		note("zxid %d", c.ok(wire.OpPing, &wire.Empty{}, nil).Zxid)
		note("its end: zxid %d", c.ok(wire.OpCloseSession, &wire.Empty{}, nil).Zxid)
		c.gone()
	}

	first := shake("first", fresh(10000), nil)
	right := fresh(7000)
	right.Passwd = first.session.Passwd
	first.ok(wire.OpCreate, create("/e", "", wire.Ephemeral), nil)
	first.ok(wire.OpMulti, multi(op(wire.OpCreate, create("/m", "", wire.EphemeralSequential))), nil)
	owned(first, "/e")

	second := shake("moved", right, first)
	closed("first", first)
	owned(second, "/e")
	shake("wrong password", fresh(10000), first)
	closed("second", second)
	short := right
	short.Passwd = right.Passwd[:15]
	shake("short password", short, first)
	long := right
	long.Passwd = append(long.Passwd[:16:16], 0)
	shake("long password", long, first)
	null := right
	null.Passwd = nil
	shake("no password", null, first)
	third := shake("resumed", right, first)
	owned(third, "/e")
	ahead := right
	ahead.LastZxidSeen = 1 << 40
	shake("seen more", ahead, first)
	third.ok(wire.OpPing, &wire.Empty{}, nil)
	old := right
	old.HasReadOnly = false
	fourth := shake("an old client", old, first)
	closed("third", third)
	could := right
	could.ReadOnly = true
	fifth := shake("one that could do with less", could, first)
	closed("fourth", fourth)
	fifth.send(wire.OpCloseSession, &wire.Empty{})
	r := fifth.recv()
	note("the end: zxid %d, %v, %d bytes", r.Zxid, r.Err, len(r.body))
	closed("fifth", fifth)
	shake("after the end", right, first)

	other := shake("other", fresh(10000), nil)
	note("/e: %v", other.code(wire.OpExists, read("/e")))
	note("zxid %d", other.ok(wire.OpPing, &wire.Empty{}, nil).Zxid)
	none := fresh(10000)
	none.SessionID = 4711
	shake("no such session", none, nil)
	return lines
}
