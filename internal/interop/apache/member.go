package apache

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// Restart starts a server that was killed again, with its data, on its port.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	s.proc = foreign.Start(tb, s.command...)
	if !s.answers(tb.Context()) {
		tb.Fatalf("Apache ZooKeeper does not start again:\n%s", s.proc.Output())
	}
}

// ensembleConfig has short times. Every member may serve without a quorum, where a client can do with that.
const ensembleConfig = `tickTime=500
initLimit=20
syncLimit=10
dataDir=%s
maxClientCnxns=0
forceSync=no
4lw.commands.whitelist=*
admin.enableServer=false
standaloneEnabled=false
reconfigEnabled=true
localSessionsEnabled=true
localSessionsUpgradingEnabled=true
`

// StartEnsemble starts n servers that are one ensemble, with dynamic configuration and read-only mode, and returns when all of them serve.
func StartEnsemble(tb testing.TB, n int, settings ...string) []*Server {
	tb.Helper()
	members := make([]*Server, n)
	var peers string
	for i := range members {
		port := FreePort(tb)
		members[i] = &Server{addr: fmt.Sprintf("127.0.0.1:%d", port)}
		peers += fmt.Sprintf("server.%d=127.0.0.1:%d:%d:participant;127.0.0.1:%d\n", i+1, FreePort(tb), FreePort(tb), port)
	}
	classPath := foreign.ZooKeeper(tb)
	for i, m := range members {
		dir := tb.TempDir()
		cfg := fmt.Sprintf(ensembleConfig, dir)
		for _, line := range settings {
			cfg += line + "\n"
		}
		file := filepath.Join(dir, "zoo.cfg")
		for name, text := range map[string]string{file: cfg + peers, filepath.Join(dir, "myid"): fmt.Sprintln(i + 1)} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				tb.Fatal(err)
			}
		}
		m.command = foreign.Java(tb, classPath, "-Dreadonlymode.enabled=true", "org.apache.zookeeper.server.quorum.QuorumPeerMain", file)
		m.proc = foreign.Start(tb, m.command...)
	}
	for _, m := range members {
		if !m.answers(tb.Context()) {
			tb.Fatalf("a member of an ensemble of Apache ZooKeeper does not start:\n%s", m.proc.Output())
		}
	}
	return members
}
