package main_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

const anyPort = "127.0.0.1:0"

func TestInMemory(t *testing.T) {
	p := start(t, "server", "--listen", anyPort)
	conn := connect(t, p.addr())
	if _, err := conn.Create("/a", []byte("b"), 0, zk.WorldACL(zk.PermAll)); err != nil {
		t.Fatal(err)
	}
	p.signal(syscall.SIGTERM)
	p.ends(0, "in memory: nothing is kept")
	if left, err := os.ReadDir(p.cmd.Dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// As Debian's package installs it, with a directory of its own.
func TestFile(t *testing.T) {
	sample, err := os.ReadFile("testdata/zoo.cfg")
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	cfg := config(t, strings.ReplaceAll(string(sample), "/tmp/zookeeper", data))
	p := start(t, "server", cfg, "--listen", anyPort, "-v")
	conn := connect(t, p.addr())
	if _, err := conn.Create("/kept", []byte("b"), 0, zk.WorldACL(zk.PermAll)); err != nil {
		t.Fatal(err)
	}
	p.find(`keys="initLimit syncLimit"`)
	p.signal(syscall.SIGINT)
	p.ends(0, "draining")

	p = start(t, "server", cfg, "--listen", anyPort)
	if p.find(`data in (\S+)`)[1] != data {
		t.Errorf("not in %s", data)
	}
	if got, _, err := connect(t, p.addr()).Get("/kept"); err != nil || string(got) != "b" {
		t.Errorf("%q, %v", got, err)
	}
}

// What the keys of a file ask for is what the server does, as far as a client can tell.
func TestFileIsServed(t *testing.T) {
	data, logs := t.TempDir(), t.TempDir()
	p := start(t, "server", config(t,
		"dataDir="+data, "dataLogDir="+logs, "clientPortAddress=127.0.0.1", "clientPort=0", "tickTime=100", "maxSessionTimeout=1500",
		"4lw.commands.whitelist=conf, ruok", "maxClientCnxns=7", "extendedTypesEnabled=true", "preAllocSize=1", "forceSync=no"))
	addr := p.addr()
	if got := ask(t, addr, "ruok"); got != "imok" {
		t.Errorf("ruok: %q", got)
	}
	conf := ask(t, addr, "conf")
	for _, line := range []string{"tickTime=100\n", "maxClientCnxns=7\n", "minSessionTimeout=200\n", "maxSessionTimeout=1500\n"} {
		if !strings.Contains(conf, line) {
			t.Errorf("no %q in %s", line, conf)
		}
	}
	if got := ask(t, addr, "stat"); !strings.Contains(got, "not executed because it is not in the whitelist") {
		t.Errorf("stat: %q", got)
	}
	conn := connect(t, addr)
	if _, err := conn.CreateTTL("/a", nil, zk.FlagTTL, zk.WorldACL(zk.PermAll), time.Hour); err != nil {
		t.Errorf("a time to live: %v", err)
	}
	p.signal(syscall.SIGTERM)
	p.ends(0, "data in "+data+", log in "+logs)
	for _, pattern := range []string{data + "/version-2/snapshot.*", logs + "/version-2/log.*"} {
		if files, err := filepath.Glob(pattern); err != nil || len(files) == 0 {
			t.Errorf("%s: %v, %v", pattern, files, err)
		}
	}
}

// ask sends a four-letter word.
func ask(t *testing.T, addr, word string) string {
	t.Helper()
	nc := dial(t, addr)
	if _, err := io.WriteString(nc, word); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(nc)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func dial(t *testing.T, addr string) *net.TCPConn {
	t.Helper()
	nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	_ = nc.SetDeadline(time.Now().Add(patience)) // without it a failure takes longer
	return nc.(*net.TCPConn)
}

// shake makes a session on a bare connection.
func shake(t *testing.T, addr string) (*net.TCPConn, *wire.FrameReader) {
	t.Helper()
	nc := dial(t, addr)
	frames := wire.NewFrameReader(nc, 1<<20)
	hello := wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, 16), HasReadOnly: true}
	if _, err := nc.Write(wire.AppendFrame(nil, &hello)); err != nil {
		t.Fatal(err)
	}
	if _, err := frames.Next(); err != nil {
		t.Fatal(err)
	}
	return nc, frames
}

// Writes are on their way when the signal comes. What the server has received it answers, in order, and closes between two
// replies; and what it has answered is on the disk.
func TestSignalDrains(t *testing.T) {
	data := t.TempDir()
	p := start(t, "server", "--listen", anyPort, "--data-dir", data)
	nc, frames := shake(t, p.addr())
	const n = 2000
	var b []byte
	for i := range int32(n) {
		b = wire.AppendRequest(b, i, wire.OpCreate, &wire.CreateRequest{
			Path: "/n", Mode: wire.PersistentSequential, ACL: wire.OpenACL,
		})
	}
	go func() { _, _ = nc.Write(b) }() // cut short where the server ends first
	answered := int32(0)
	for {
		frame, err := frames.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			break // a reset is the answer to requests that came too late
		} else if err != nil {
			t.Fatalf("after %d replies: %v", answered, err)
		}
		var r wire.ReplyHeader
		rd := wire.NewReader(frame)
		if r.Decode(&rd); rd.Err() != nil || r.Xid != answered || r.Err != wire.OK {
			t.Fatalf("reply %d: %+v, %v", answered, r, rd.Err())
		}
		if answered++; answered == 1 {
			p.signal(syscall.SIGTERM) // the other requests are behind this one
		}
	}
	p.ends(0, "data in "+data)

	p = start(t, "server", "--listen", anyPort, "--data-dir", data)
	children, _, err := connect(t, p.addr()).Children("/")
	if err != nil || len(children)-1 < int(answered) {
		t.Errorf("%d znodes of %d that were answered, %v", len(children)-1, answered, err)
	}
	t.Logf("%d of %d requests answered", answered, n)
}

// deaf asks for more than it will ever read, so that the server cannot end in order.
func deaf(t *testing.T, addr string) {
	t.Helper()
	conn := connect(t, addr)
	if _, err := conn.Create("/big", make([]byte, 1<<19), 0, zk.WorldACL(zk.PermAll)); err != nil {
		t.Fatal(err)
	}
	nc, frames := shake(t, addr)
	b := wire.AppendRequest(nil, 0, wire.OpExists, &wire.PathWatchRequest{Path: "/"})
	for i := range int32(128) { // 64 MiB, more than the system takes
		b = wire.AppendRequest(b, 1+i, wire.OpGetData, &wire.PathWatchRequest{Path: "/big"})
	}
	if _, err := nc.Write(b); err != nil {
		t.Fatal(err)
	}
	if _, err := frames.Next(); err != nil { // the server has them
		t.Fatal(err)
	}
}

func TestDrainIsBounded(t *testing.T) {
	p := start(t, "server", "--listen", anyPort, "--drain", "200ms")
	deaf(t, p.addr())
	p.signal(syscall.SIGTERM)
	p.ends(1, "not all was answered within 200ms")
}

func TestSecondSignalKills(t *testing.T) {
	p := start(t, "server", "-v", "--listen", anyPort, "--drain", "1h")
	deaf(t, p.addr())
	p.signal(syscall.SIGTERM)
	p.find("draining")
	p.signal(syscall.SIGTERM)
	p.ends(143, "draining")
}

func TestExitStatus(t *testing.T) {
	taken := dialled(t)
	notDir := config(t, "x=y")
	tests := []struct {
		name   string
		args   []string
		status int
		last   string
	}{
		{"nothing asked for", nil, 2, "expected one of"},
		{"an unknown command", []string{"srver"}, 2, `did you mean "server"?`},
		{"an unknown flag", []string{"server", "--port", "1"}, 2, "--port"},
		{"an unknown level", []string{"server", "--log-level", "loud"}, 2, "loud"},
		{"an address that is none", []string{"server", "--listen", "here"}, 2, `address "here"`},
		{"no such file", []string{"server", "/nowhere/zoo.cfg"}, 2, "no such file"},
		{"a wrong line", []string{"server", config(t, "dataDir=/nowhere", "clientPort=0", "tickTime=soon")}, 2, `zoo.cfg:3: tickTime: "soon" is no number`},
		{"no port", []string{"server", config(t, "dataDir=/nowhere")}, 2, "clientPort is not set"},
		{"a word that is none", []string{"server", config(t, "dataDir=/nowhere", "clientPort=0", "4lw.commands.whitelist=what")}, 2, "zoo.cfg:3: 4lw.commands.whitelist"},
		{"a port that is taken", []string{"server", "--listen", taken}, 1, "the port is taken"},
		{"a directory that is a file", []string{"server", "--listen", anyPort, "--data-dir", notDir}, 3, "the data cannot be reached at " + notDir},
		{"help", []string{"server", "--help"}, 0, ""},
		{"keys", []string{"server", "--keys"}, 0, ""},
		{"version", []string{"version"}, 0, "Apache ZooKeeper 3.9.5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { start(t, tt.args...).ends(tt.status, tt.last) })
	}
}

// dialled is an address where somebody listens.
func dialled(t *testing.T) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", anyPort)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().String()
}

// A disk that takes no more ends the server, with nothing acknowledged that is not on it. Here the system lets files grow to some
// size and no further.
func TestDiskFails(t *testing.T) {
	data := t.TempDir()
	const limited = `trap '' XFSZ; ulimit -f 400; exec "$0" "$@"`
	p := startCommand(t, "/bin/sh", "-c", limited, binary, "server", config(t,
		"dataDir="+data, "clientPort=0", "clientPortAddress=127.0.0.1", "preAllocSize=0"))
	conn := connect(t, p.addr())
	var kept []string
	for {
		path, err := conn.Create("/n", make([]byte, 10000), zk.FlagSequence, zk.WorldACL(zk.PermAll))
		if err != nil {
			break
		}
		kept = append(kept, path)
	}
	p.ends(10, "zookit: the disk failed, so nothing can be acknowledged any more: ")
	if len(kept) == 0 {
		t.Error("nothing was acknowledged while there was room")
	}
	conn = connect(t, start(t, "server", "--listen", anyPort, "--data-dir", data).addr())
	for _, path := range kept {
		if ok, _, err := conn.Exists(path); !ok || err != nil {
			t.Errorf("%s was acknowledged, and is gone: %v", path, err)
		}
	}
}

// An ensemble is for later, and is told so.
func TestEnsemble(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "myid"), []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config(t, "dataDir="+data, "clientPort=0", "initLimit=1", "syncLimit=1", "server.1=localhost:1:2", "server.2=localhost:3:4")
	start(t, "server", cfg).ends(2, "describes an ensemble of 2 members; zookit server serves one that is alone for now")
}

// What the file asks for and is not there keeps the server from starting where it would be less safe without.
func TestUnsafeIsRefused(t *testing.T) {
	start(t, "server", config(t, "dataDir=/nowhere", "clientPort=0", "sessionRequireClientSASLAuth=true")).
		ends(2, "zoo.cfg:3: sessionRequireClientSASLAuth: ")
}

func TestEmulate(t *testing.T) {
	for _, tt := range []struct{ asked, is string }{{"3.4", "3.4.14"}, {"3.8.0", "3.8.0"}, {"3.9", "3.9.5"}} {
		p := start(t, "server", "--listen", anyPort, "--emulate", tt.asked)
		if got := ask(t, p.addr(), "srvr"); !strings.HasPrefix(got, "Zookeeper version: "+tt.is+"-") {
			t.Errorf("--emulate %s: %s", tt.asked, got)
		}
	}
	start(t, "server", "--emulate", "2.0").ends(2, "3.4.14")
}

// Where it is only different, the log says so.
func TestGapIsTold(t *testing.T) {
	p := start(t, "server", config(t, "dataDir="+t.TempDir(), "clientPort=0", "clientPortAddress=127.0.0.1", "snapshot.compression.method=snappy"))
	p.addr()
	p.find(`key=snapshot.compression.method at=\S+zoo.cfg:4 but="snapshots are not compressed`)
}

func TestLog(t *testing.T) {
	cfg := config(t, "dataDir="+t.TempDir(), "clientPort=0", "clientPortAddress=127.0.0.1", "ticktime=7", "flushDelay=1",
		"nio.numWorkerThreads=2", "autopurge.snapRetainCount=1")
	p := start(t, "server", cfg)
	p.addr()
	for _, want := range []string{
		`msg="nobody knows this key, so it is ignored" key=ticktime at=\S+zoo.cfg:4 "did you mean"=tickTime`,
		`keys="flushDelay nio.numWorkerThreads"`,
		`autopurge.snapRetainCount: 1 is less than 3`,
	} {
		p.find(want)
	}
	quiet := start(t, "server", cfg, "--log-level", "error")
	quiet.addr()
	if text, _ := quiet.said(); strings.Count(text, "\n") != 1 {
		t.Errorf("not quiet:\n%s", text)
	}
}
