package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// peer is another client, in a process of its own. It measures itself: what it is asked and what it answers are a line each.
type peer struct {
	proc    *foreign.Process
	control net.Conn
	answers *bufio.Reader
}

// answerIn is the longest that a peer may take for a window, or for its start.
const answerIn = 30 * time.Second

// java is the Java client of Apache's jar.
func java(b *testing.B, addr string) *peer {
	b.Helper()
	classPath := foreign.Compile(b, foreign.ZooKeeper(b), "testdata/BenchPeer.java")
	return startPeer(b, addr, foreign.OptimizedJava(b, classPath, "BenchPeer"))
}

// kazoo is Python's client.
func kazoo(b *testing.B, addr string) *peer {
	b.Helper()
	return startPeer(b, addr, []string{foreign.Python(b), "testdata/peer.py"})
}

func startPeer(b *testing.B, addr string, command []string) *peer {
	b.Helper()
	var config net.ListenConfig
	l, err := config.Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	if err := l.(*net.TCPListener).SetDeadline(time.Now().Add(answerIn)); err != nil {
		b.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	p := &peer{proc: foreign.Start(b, append(command, addr, port)...)}
	if p.control, err = l.Accept(); err != nil {
		b.Fatalf("%v\n%s", err, p.proc.Output())
	}
	p.answers = bufio.NewReader(p.control)
	b.Cleanup(func() {
		_ = p.control.Close() // it closes its session and ends
		ctx, cancel := context.WithTimeout(context.WithoutCancel(b.Context()), closeTimeout)
		defer cancel()
		if err := p.proc.Wait(ctx); err != nil {
			b.Errorf("%v\n%s", err, p.proc.Output())
		}
	})
	return p
}

// window is window in the peer's process.
func (p *peer) window(b *testing.B, op string, callers int, length time.Duration, of stock) sample {
	b.Helper()
	if err := p.control.SetDeadline(time.Now().Add(answerIn)); err != nil {
		b.Fatal(err)
	}
	_, err := fmt.Fprintf(p.control, "%s %d %d %s %d %d\n", op, callers, length.Milliseconds(), of.folder, of.first, of.end)
	var s sample
	if err == nil {
		_, err = fmt.Fscanf(p.answers, "%d %d\n", &s.ops, &s.took)
	}
	if err != nil {
		b.Fatalf("%s: %v\n%s", op, err, p.proc.Output())
	}
	return s
}
