package benchrecipes

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/apache"
)

// Sessions may be long, so that nobody sends a ping while it is measured.
const (
	session = time.Minute
	zooCfg  = `tickTime=6000
dataDir=%s
clientPortAddress=127.0.0.1
clientPort=%d
maxClientCnxns=0
admin.enableServer=false
forceSync=no
4lw.commands.whitelist=*
extendedTypesEnabled=true
`
)

// server is Apache's, on a Java machine as it comes. It does not wait for its disk, which would be all that is measured.
type server struct {
	*process
	addr    string
	version string
	probes  int64
}

// startServer starts one and waits until it serves.
func startServer(ctx context.Context, classPath string) (*server, error) {
	dir, err := os.MkdirTemp("", "zookit-bench-")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	file := filepath.Join(dir, "zoo.cfg")
	if err := os.WriteFile(file, fmt.Appendf(nil, zooCfg, filepath.Join(dir, "data"), port), 0o600); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	// Containers are looked for less often than a run takes: what was made for it stays.
	p, err := launch(ctx, dir, "java", "-Dznode.container.checkIntervalMs=3600000", "-Dzookeeper.extendedTypesEnabled=true",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classPath, "org.apache.zookeeper.server.ZooKeeperServerMain", file)
	if err != nil {
		return nil, err
	}
	s := &server{process: p, addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		m, err := s.mntr(ctx)
		if v, _, ok := strings.Cut(m["zk_version"], "-"); err == nil && ok {
			s.version = v
			return s, nil
		}
		select {
		case <-p.done:
			ctx, cancel = context.WithCancel(ctx)
			cancel()
		case <-time.After(20 * time.Millisecond):
		}
		if ctx.Err() != nil {
			err := fmt.Errorf("Apache's server does not start: %w: %s", context.Cause(ctx), p.last()) //nolint:staticcheck // a name begins it
			s.kill()
			return nil, err
		}
	}
}

// counts are what the server has done since it started.
type counts struct {
	requests int64 // pings included
	events   int64 // of watches
}

func (c counts) minus(d counts) counts { return counts{c.requests - d.requests, c.events - d.events} }

// count asks for the counters, without what the asking adds to them.
func (s *server) count(ctx context.Context) (c counts, err error) {
	m, err := s.mntr(ctx)
	if err != nil {
		return c, err
	}
	c.requests = -s.probes // the four letters count as a request
	for name, to := range map[string]*int64{
		"zk_packets_received":              &c.requests,
		"zk_sum_node_created_watch_count":  &c.events,
		"zk_sum_node_deleted_watch_count":  &c.events,
		"zk_sum_node_changed_watch_count":  &c.events,
		"zk_sum_node_children_watch_count": &c.events,
	} {
		n, err := strconv.ParseInt(m[name], 10, 64)
		if err != nil {
			return c, fmt.Errorf("mntr: %s: %w", name, err)
		}
		*to += n
	}
	return c, nil
}

func (s *server) mntr(ctx context.Context) (map[string]string, error) {
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", s.addr)
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	if err := nc.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(nc, "mntr"); err != nil {
		return nil, err
	}
	m := make(map[string]string)
	lines := bufio.NewScanner(nc)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), "\t"); ok {
			m[name] = value
		}
	}
	s.probes++
	return m, lines.Err()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// process is a program that runs beside us, in a folder of its own.
type process struct {
	dir  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// launch starts a program. The folder is removed with it.
func launch(ctx context.Context, dir string, command ...string) (*process, error) {
	p := &process{dir: dir, done: make(chan struct{})}
	out, err := os.Create(p.log())
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer out.Close()
	p.cmd = exec.CommandContext(ctx, command[0], command[1:]...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	apache.DieWithParent(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	go func() {
		_ = p.cmd.Wait() // it is killed in the end, so it never ends well
		close(p.done)
	}()
	return p, nil
}

func (p *process) log() string { return filepath.Join(p.dir, "output") }

// last is the last line that the program wrote.
func (p *process) last() string {
	text, _ := os.ReadFile(p.log()) // without it the error says less
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// stop ends the program.
func (p *process) stop() {
	_ = p.cmd.Process.Kill() // fails only if it has ended
	<-p.done
}

// kill ends the program and removes its folder.
func (p *process) kill() {
	p.stop()
	_ = os.RemoveAll(p.dir) // a folder left behind in the temporary one harms nobody
}
