package benchfailover

import (
	"context"
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

// peer is one server of the ensemble, a process of ours.
type peer struct {
	addr    string
	dir     string
	command []string
	cmd     *exec.Cmd
	done    chan struct{} // closed when it has ended
}

// start starts it, also again. It does not wait until it answers.
func (p *peer) start(ctx context.Context) error {
	out, err := os.Create(p.log())
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, out, out
	apache.DieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	p.cmd, p.done = cmd, done
	go func() {
		_ = cmd.Wait() // it is killed in the end, so it never ends well
		close(done)
	}()
	return nil
}

func (p *peer) log() string { return filepath.Join(p.dir, "output") }

// kill ends it, even while it hangs, and returns when it is gone.
func (p *peer) kill() {
	_ = p.cmd.Process.Kill() // fails only if it has ended
	<-p.done
}

// ended is why it does not run; nil if it does.
func (p *peer) ended() error {
	select {
	case <-p.done:
	default:
		return nil
	}
	text, _ := os.ReadFile(p.log()) // without it the error says less
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return fmt.Errorf("a server of Apache's has ended: %s", lines[len(lines)-1])
}

// ask asks for a four-letter word. No answer within a second is an empty one.
func (p *peer) ask(ctx context.Context, word string) string {
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", p.addr)
	if err != nil {
		return ""
	}
	defer nc.Close()
	if err := nc.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return ""
	}
	if _, err := io.WriteString(nc, word); err != nil {
		return ""
	}
	text, _ := io.ReadAll(nc) // what came before an error is an answer, too
	return string(text)
}
