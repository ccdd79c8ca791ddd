package server_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/apache"
	peer "github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// TestReadOnlyAgainstApache compares with a member of an ensemble of two of which the other one never comes.
func TestReadOnlyAgainstApache(t *testing.T) {
	theirs, was := lonely(t)
	want := readOnlyPlay(t, theirs, was)

	s := start(t, server.WithVersion(server.V38))
	was = beforehand(t, s.Addr())
	s.SetReadOnly(true)
	got := readOnlyPlay(t, s.Addr(), was)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("line %d\n ours   %q\n Apache %q", i, got[min(i, len(got)-1)], want[min(i, len(want)-1)])
		}
	}
}

// beforehand is what is there before a server becomes read-only: two znodes and a session.
func beforehand(t *testing.T, addr string) *raw {
	t.Helper()
	c := connect(t, dialTCP(t, addr))
	c.mk("/a")
	c.ok(wire.OpCreate, create("/e", "x", wire.Ephemeral), nil)
	return c
}

// lonely starts Apache twice on one folder: alone, to put something there, and as a member without a quorum.
func lonely(t *testing.T) (addr string, was *raw) {
	t.Helper()
	dir := t.TempDir()
	first := apache.Start(t, "dataDir="+dir)
	was = beforehand(t, first.Addr())
	first.Kill()

	var ports []any
	for range 5 { // somebody may take one of them, and then the test fails
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, ln.Addr().(*net.TCPAddr).Port)
		ln.Close()
	}
	cfg := "tickTime=2000\ninitLimit=5\nsyncLimit=5\nadmin.enableServer=false\nlocalSessionsEnabled=true\ndataDir=" + dir + "\n" +
		"clientPortAddress=127.0.0.1\n" +
		fmt.Sprintf("clientPort=%d\nserver.1=127.0.0.1:%d:%d\nserver.2=127.0.0.1:%d:%d\n", ports...)
	for name, text := range map[string]string{"zoo.cfg": cfg, "myid": "1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("JAVA_TOOL_OPTIONS", "-Dreadonlymode.enabled=true")
	java := peer.Java(t, peer.ZooKeeper(t), "org.apache.zookeeper.server.quorum.QuorumPeerMain", filepath.Join(dir, "zoo.cfg"))
	p := peer.Start(t, java...)
	addr = fmt.Sprintf("127.0.0.1:%d", ports[0])
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) { // real time: it is Apache's
		if nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr); err == nil && say(t, nc, "isro") == "ro" {
			return addr, was
		}
		select {
		case <-p.Done():
			t.Fatalf("Apache has ended:\n%s", p.Output())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("Apache does not become read-only:\n%s", p.Output())
		}
	}
}

// readOnlyPlay says what a read-only server does.
func readOnlyPlay(t *testing.T, addr string, was *raw) (lines []string) {
	t.Helper()
	note := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	bare := func(q wire.ConnectRequest) *raw {
		c := newRaw(t, dialTCP(t, addr))
		c.write(wire.AppendFrame(nil, &q))
		return c
	}
	// shake tells how a handshake is answered.
	shake := func(what string, q wire.ConnectRequest) *raw {
		c := bare(q)
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
		note("%s: %d bytes, timeout %d, new session %v, read-only %v", what, len(frame), s.Timeout, s.SessionID != q.SessionID, s.ReadOnly)
		return c
	}
	reader := wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, 16), HasReadOnly: true, ReadOnly: true}
	again := func(c *raw) wire.ConnectRequest {
		q := reader
		q.SessionID, q.Passwd = c.session.SessionID, c.session.Passwd
		return q
	}
	writer := reader
	writer.ReadOnly = false
	shake("who wants to write", writer)
	shake("an old client", wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, 16)})
	ahead := reader
	ahead.LastZxidSeen = 1 << 40
	shake("who has seen more", ahead)
	shake("a session from before", again(was))
	unknown := reader
	unknown.SessionID = 4711
	shake("a session that is none", unknown)

	c := shake("who reads", reader)
	base := c.ok(wire.OpPing, &wire.Empty{}, nil).Zxid
	for i, st := range []step{
		{0, wire.OpGetData, read("/e")}, {0, wire.OpExists, watch("/missing")}, {0, wire.OpGetChildren2, watch("/a")}, {0, wire.OpGetACL, at("/a")},
		{0, wire.OpAddWatch, addWatch("/", wire.AddPersistentRecursive)}, {0, wire.OpCheckWatches, watches("/", wire.WatcherAny)},
		{0, wire.OpMultiRead, multi(op(wire.OpGetData, read("/a")))}, {0, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{}}, {0, wire.OpWhoAmI, &wire.Empty{}},
		{0, wire.OpSetWatches, &wire.SetWatchesRequest{Data: []string{"/a"}}}, {0, wire.OpAuth, digest("a:b")}, {0, wire.OpGetData, record("")},
		{0, wire.OpSync, at("/a")}, {0, wire.OpCreate, create("/x", "", 0)}, {0, wire.OpCreate, record("")}, {0, wire.OpCreate, create("/x", "", wire.Ephemeral)},
		{0, wire.OpCreate2, create("/x", "", 0)}, {0, wire.OpCreateContainer, create("/x", "", 0)}, {0, wire.OpCreateTTL, timed("/x", 0, 0)},
		{0, wire.OpDelete, version("/missing", 0)}, {0, wire.OpSetData, set("bad", "", 0)}, {0, wire.OpSetACL, &wire.SetACLRequest{Path: "/"}},
		{0, wire.OpMulti, multi()}, {0, wire.OpMulti, record("")}, {0, wire.OpCheck, version("/a", 7)}, {0, wire.OpReconfig, &wire.ReconfigRequest{}},
		{0, wire.OpReconfig, record("")}, {0, wire.OpPing, &wire.Empty{}},
	} {
		r := c.call(st.op, st.body)
		zxid := fmt.Sprint(r.Zxid - base)
		if st.op == wire.OpAuth {
			zxid = fmt.Sprint(r.Zxid)
		}
		note("%d, %v: zxid %s, %v, %d bytes, events %s", i, st.op, zxid, r.Err, len(r.body), list(c.events))
		c.events = nil
	}
	second := shake("its session again", again(c))
	c.gone()
	wrong := again(second)
	wrong.Passwd = make([]byte, 16)
	shake("with a wrong password", wrong)
	second.gone()
	third := shake("and again", again(second))
	third.ok(wire.OpExists, read("/a"), nil)
	r := third.ok(wire.OpCloseSession, &wire.Empty{}, nil)
	note("the end: zxid %d", r.Zxid-base)
	third.gone()
	shake("after its end", again(third))
	fourth := shake("another", reader)
	note("of which nothing is told: zxid %d, %v", fourth.call(99, record("")).Zxid, fourth.session.SessionID != third.session.SessionID)
	fourth.gone()
	for _, w := range []string{"isro", "ruok"} {
		note("%s: %s", w, say(t, dialTCP(t, addr), w))
	}
	srvr := strings.Split(blurText("srvr", say(t, dialTCP(t, addr), "srvr"), nil), "\n")
	for _, line := range srvr {
		if slices.ContainsFunc([]string{"Zookeeper", "READ", "Zxid", "Mode", "Node"}, func(s string) bool { return strings.HasPrefix(line, s) }) {
			note("%s", line)
		}
	}
	return lines
}
