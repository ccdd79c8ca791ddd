package benchfailover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// members is how many servers an ensemble has: the least of which one can fail.
const members = 3

// settings are those of the servers that matter here.
type settings struct {
	tick      time.Duration
	syncLimit int
}

const zooCfg = `tickTime=%d
initLimit=10
syncLimit=%d
dataDir=%s
clientPortAddress=127.0.0.1
clientPort=%s
maxClientCnxns=0
admin.enableServer=false
`

// ensemble is some of Apache's servers that are one.
type ensemble struct {
	dir   string
	peers []*peer
}

// startEnsemble starts one and waits until all of it serves.
func startEnsemble(ctx context.Context, classPath string, s settings) (*ensemble, error) {
	dir, err := os.MkdirTemp("", "zookit-bench-")
	if err != nil {
		return nil, err
	}
	e := &ensemble{dir: dir}
	if err := e.start(ctx, classPath, s); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *ensemble) start(ctx context.Context, classPath string, s settings) error {
	ports, err := freePorts(3 * members)
	if err != nil {
		return err
	}
	var list string
	for i := range members {
		list += fmt.Sprintf("server.%d=127.0.0.1:%s:%s\n", i+1, ports[3*i+1], ports[3*i+2])
	}
	for i := range members {
		dir := filepath.Join(e.dir, fmt.Sprint(i+1))
		file := filepath.Join(dir, "zoo.cfg")
		text := fmt.Sprintf(zooCfg, s.tick.Milliseconds(), s.syncLimit, dir, ports[3*i]) + list
		if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(file, []byte(text), 0o600),
			os.WriteFile(filepath.Join(dir, "myid"), fmt.Append(nil, i+1), 0o600)); err != nil {
			return err
		}
		p := &peer{addr: net.JoinHostPort("127.0.0.1", ports[3*i]), dir: dir, command: []string{
			"java", "-Xmx256m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classPath,
			"org.apache.zookeeper.server.quorum.QuorumPeerMain", file,
		}}
		if err := p.start(ctx); err != nil {
			return err
		}
		e.peers = append(e.peers, p)
	}
	return e.whole(ctx)
}

// close ends what runs and removes what it wrote.
func (e *ensemble) close() {
	for _, p := range e.peers {
		p.kill()
	}
	_ = os.RemoveAll(e.dir) // a folder left behind in the temporary one harms nobody
}

// addrs are where the servers are.
func (e *ensemble) addrs() (addrs []string) {
	for _, p := range e.peers {
		addrs = append(addrs, p.addr)
	}
	return addrs
}

// whole waits until one server leads and all others follow.
func (e *ensemble) whole(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		leaders, followers := e.roles(ctx)
		if len(leaders) == 1 && len(followers) == members-1 {
			return nil
		}
		for _, p := range e.peers {
			if err := p.ended(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d lead and %d follow: %w", len(leaders), len(followers), context.Cause(ctx))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// roles asks every server what it is. One that does not answer is neither.
func (e *ensemble) roles(ctx context.Context) (leaders, followers []*peer) {
	for _, p := range e.peers {
		switch text := p.ask(ctx, "srvr"); {
		case strings.Contains(text, "Mode: leader"):
			leaders = append(leaders, p)
		case strings.Contains(text, "Mode: follower"):
			followers = append(followers, p)
		}
	}
	return leaders, followers
}

// freePorts are some that nobody listens on now.
func freePorts(n int) (ports []string, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // all together: the next must be another one
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return nil, err
		}
		ports = append(ports, port)
	}
	return ports, nil
}
