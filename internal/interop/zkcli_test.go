package interop

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// shell is Apache's zkCli, which reads commands from its standard input and ends with it.
type shell struct {
	t   *testing.T
	in  io.Writer
	mu  sync.Mutex
	out bytes.Buffer
	at  int // what is before has been expected already
}

// Write takes what the shell prints.
func (s *shell) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

func startShell(t *testing.T, addr string, properties ...string) *shell {
	t.Helper()
	command := foreign.Java(t, foreign.ZooKeeper(t), append(properties, "org.apache.zookeeper.ZooKeeperMain", "-server", addr)...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	s := &shell{t: t}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = s, s
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer cancel()
		_ = in.Close()
		_ = cmd.Wait() // what counts is what it printed
	})
	s.in = in
	return s
}

// do gives the shell a command and waits until it has printed the wanted texts, in their order.
func (s *shell) do(command string, want ...string) {
	s.t.Helper()
	if _, err := io.WriteString(s.in, command+"\n"); err != nil {
		s.t.Fatal(err)
	}
	for _, text := range want {
		for began := time.Now(); !s.printed(text); time.Sleep(10 * time.Millisecond) {
			if time.Since(began) > 20*time.Second {
				s.t.Fatalf("%s: no %q; all that was printed:\n%s", command, text, s.all())
			}
		}
	}
}

// printed tells whether the text was printed behind what was expected before.
func (s *shell) printed(text string) bool {
	at := strings.Index(s.all()[s.at:], text)
	if at >= 0 {
		s.at += at + len(text)
	}
	return at >= 0
}

func (s *shell) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

func TestShell(t *testing.T) {
	onServers(t, func(t *testing.T, addr string) {
		s := startShell(t, addr)
		s.do("create /x one", "Created /x")
		s.do("create /x one", "Node already exists: /x")
		s.do("get /x", "one")
		s.do("get -s /x", "one", "cZxid = 0x", "dataVersion = 0", "ephemeralOwner = 0x0", "dataLength = 3", "numChildren = 0")
		s.do("create -s /x/s- data", "Created /x/s-0000000000")
		s.do("create -e /x/e data", "Created /x/e")
		s.do("create -c /x/box", "Created /x/box")
		s.do("stat /x", "cversion = 3", "numChildren = 3")
		s.do("ls /x", "[box, e, s-0000000000]")
		s.do("ls -R /x", "/x", "/x/box", "/x/e", "/x/s-0000000000")
		s.do("getEphemerals /x", "[/x/e]")
		s.do("getAllChildrenNumber /x", "3")
		s.do("get -w /x", "one")
		s.do("set /x two", "WATCHER::", "type:NodeDataChanged path:/x")
		s.do("ls -w /x", "[box, e, s-0000000000]")
		s.do("create /x/new", "WATCHER::", "type:NodeChildrenChanged path:/x")
		s.do("stat -w /x/new", "cZxid = 0x")
		s.do("delete /x/new", "WATCHER::", "type:NodeDeleted path:/x/new")
		s.do("addWatch -m PERSISTENT_RECURSIVE /x")
		s.do("create /x/deep", "WATCHER::", "type:NodeCreated path:/x/deep")
		s.do("create /x/deep/er", "WATCHER::", "type:NodeCreated path:/x/deep/er")
		s.do("removewatches /x")
		s.do("set -v 0 /x three", "version No is not valid : /x")
		s.do("set -s -v 1 /x three", "dataVersion = 2")
		s.do("delete /x", "Node not empty: /x")
		s.do("delete -v 7 /x/deep/er", "version No is not valid : /x/deep/er")
		s.do("getAcl /x", "'world,'anyone", ": cdrwa")
		s.do("addauth digest ann:secret")
		s.do("whoami", "digest: ann")
		s.do("setAcl /x auth:ann:rwcda")
		s.do("getAcl /x", "'digest,'ann:")
		s.do("sync /x", "Sync is OK")
		s.do("deleteall /x")
		s.do("get /x", "Node does not exist: /x")
		s.do("ls /", "[zookeeper]")
		s.do("config") // prints an empty line on a standalone server
		s.do("close", "WATCHER::", "state:Closed")
	})
}
