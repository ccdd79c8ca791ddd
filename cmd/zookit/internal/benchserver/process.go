package benchserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/apache"
)

// process is a server that runs beside us.
type process struct {
	name  string
	bare  bool // it has no znodes
	addr  string
	dir   string // its own, removed with it
	began time.Time
	cmd   *exec.Cmd
	done  chan struct{} // closed when it has ended
}

// launch starts a server of that kind. It does not wait until it answers.
func launch(ctx context.Context, s side, durable bool) (*process, error) {
	dir, err := os.MkdirTemp("", "zookit-bench-")
	if err != nil {
		return nil, err
	}
	p := &process{name: s.name, bare: s.bare, dir: dir, done: make(chan struct{})}
	if p.addr, err = freeAddr(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	command, err := s.command(p, durable)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	out, err := os.Create(p.log())
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer out.Close()
	p.cmd = exec.CommandContext(ctx, command[0], command[1:]...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, out, out
	apache.DieWithParent(p.cmd)
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", s.name, err), os.RemoveAll(dir))
	}
	go func() {
		_ = p.cmd.Wait() // it is killed in the end, so it never ends well
		close(p.done)
	}()
	return p, nil
}

// start starts a server and waits until it serves.
func start(ctx context.Context, s side, durable bool) (*process, error) {
	p, err := launch(ctx, s, durable)
	if err != nil {
		return nil, err
	}
	if _, err := p.answer(ctx); err != nil {
		text, _ := os.ReadFile(p.log()) // without it the error says less
		p.kill()
		return nil, fmt.Errorf("%s does not start: %w\n%s", s.name, err, lastLine(text))
	}
	return p, nil
}

func (p *process) log() string { return filepath.Join(p.dir, "output") }

func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// kill ends the server and removes what it wrote.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // fails only if it has ended
	<-p.done
	_ = os.RemoveAll(p.dir) // a folder left behind in the temporary one harms nobody
}

// between is the time from one question to the next while a server starts: it is what the times of its start may be too long by.
const between = 200 * time.Microsecond

// patience is for one question. Apache's may leave one without an answer that comes while it starts.
const patience = 250 * time.Millisecond

// answer waits for the first answer to srvr, and returns how long after its start the process gave it. A server accepts before it
// serves, and answers ruok before it does, too.
func (p *process) answer(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := p.serves(ctx)
		if err == nil {
			return time.Since(p.began), nil
		}
		select {
		case <-p.done:
			return 0, errors.New("it ended")
		case <-ctx.Done():
			return 0, err
		case <-time.After(between):
		}
	}
}

func (p *process) serves(ctx context.Context) error {
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", p.addr)
	if err != nil {
		return err
	}
	defer nc.Close()
	if nc.LocalAddr().String() == p.addr {
		return errSelf
	}
	if err := nc.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(nc, "srvr"); err != nil {
		return err
	}
	text, err := io.ReadAll(nc)
	if err == nil && !strings.HasPrefix(string(text), "Zookeeper version:") {
		err = errors.New("it does not serve yet")
	}
	return err
}

// errSelf is what comes of asking a port on which nobody listens: where the system takes its own ports from, a connection may end up
// connected to itself.
var errSelf = errors.New("connected to itself")

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
