// Package apache runs Apache ZooKeeper's server from Debian's package: the judge in tests, the other side in benchmarks.
package apache

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// Server is a running standalone server.
type Server struct {
	addr  string
	admin string
	proc  *foreign.Process

	command []string
}

// Addr is where clients connect, as host:port.
func (s *Server) Addr() string { return s.addr }

// Admin is where the AdminServer of a server from StartAdmin serves HTTP, as host:port.
func (s *Server) Admin() string { return s.admin }

// Kill ends the server at once. The test's end does so, too.
func (s *Server) Kill() { s.proc.Kill() }

// config turns off what a test does not want, an fsync for every write and the limit of connections from one address, and on
// what it does: TTL nodes and every four letter word.
const config = `tickTime=2000
dataDir=%s
clientPortAddress=127.0.0.1
clientPort=%d
maxClientCnxns=0
forceSync=no
extendedTypesEnabled=true
4lw.commands.whitelist=*
admin.enableServer=%v
admin.serverAddress=127.0.0.1
admin.serverPort=%d
`

// Start starts a server on a free port and returns when it answers. Lines of settings are added to its configuration.
func Start(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	return start(tb, foreign.ZooKeeper(tb), false, foreign.Java, settings)
}

// StartAdmin is Start with the AdminServer, which Admin says where to find.
func StartAdmin(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	return start(tb, foreign.AdminServer(tb), true, foreign.Java, settings)
}

// StartWith is Start for what is no setting: properties of the virtual machine, as "name=value".
func StartWith(tb testing.TB, properties []string, settings ...string) *Server {
	tb.Helper()
	return start(tb, foreign.ZooKeeper(tb), false, func(tb testing.TB, classPath string, args ...string) []string {
		tb.Helper()
		for i := range properties {
			args = append([]string{"-D" + properties[i]}, args...)
		}
		return foreign.Java(tb, classPath, args...)
	}, settings)
}

// StartOptimized is Start for benchmarks: the server runs as an operator would run it.
func StartOptimized(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	return start(tb, foreign.ZooKeeper(tb), false, foreign.OptimizedJava, settings)
}

func start(tb testing.TB, classPath string, admin bool, java func(testing.TB, string, ...string) []string, settings []string) *Server {
	tb.Helper()
	var last *foreign.Process
	for range 3 { // another program may take the port before the server does
		dir, port, adminPort := tb.TempDir(), FreePort(tb), FreePort(tb)
		cfg := fmt.Sprintf(config, filepath.Join(dir, "data"), port, admin, adminPort)
		for _, line := range settings {
			cfg += line + "\n"
		}
		file := filepath.Join(dir, "zoo.cfg")
		if err := os.WriteFile(file, []byte(cfg), 0o600); err != nil {
			tb.Fatal(err)
		}
		s := &Server{
			addr:  fmt.Sprintf("127.0.0.1:%d", port),
			admin: fmt.Sprintf("127.0.0.1:%d", adminPort),

			command: java(tb, classPath, "org.apache.zookeeper.server.ZooKeeperServerMain", file),
		}
		s.proc = foreign.Start(tb, s.command...)
		if s.answers(tb.Context()) {
			return s
		}
		s.Kill()
		last = s.proc
	}
	tb.Fatalf("Apache ZooKeeper does not start:\n%s", last.Output())
	return nil
}

// answers waits until the server serves, or has ended.
func (s *Server) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if serves(ctx, s.addr) {
			return true
		}
		select {
		case <-s.proc.Done():
			return false
		case <-ctx.Done():
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// patience is for one question. A question can get no answer: while nobody listens, a connection to a port from which the system also
// takes its own may end up connected to itself.
const patience = time.Second

// serves asks srvr, not ruok: a server is well before it serves.
func serves(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // without it the read lasts longer, no more
	}
	if _, err := io.WriteString(conn, "srvr"); err != nil {
		return false
	}
	answer, err := io.ReadAll(conn)
	return err == nil && strings.HasPrefix(string(answer), "Zookeeper version:")
}

// FreePort is one that nobody listens on now.
func FreePort(tb testing.TB) int {
	tb.Helper()
	var config net.ListenConfig
	l, err := config.Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
