package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
)

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) {
	code, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func build(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "zookit")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "zookit")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return m.Run(), nil
}

const patience = 30 * time.Second

// program is the binary, running.
type program struct {
	t     *testing.T
	cmd   *exec.Cmd
	ended chan error

	mu      sync.Mutex // guards all below
	out     bytes.Buffer
	changed chan struct{} // closed and made anew when there is more
}

// Write takes what the program says.
func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.changed)
	p.changed = make(chan struct{})
	return p.out.Write(b)
}

func (p *program) said() (string, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String(), p.changed
}

// start runs the binary until it ends, or the test does.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	return startCommand(t, append([]string{binary}, args...)...)
}

// startCommand runs a command that becomes the binary.
func startCommand(t *testing.T, command ...string) *program {
	t.Helper()
	p := &program{t: t, ended: make(chan error, 1), changed: make(chan struct{})}
	p.cmd = exec.CommandContext(t.Context(), command[0], command[1:]...)
	p.cmd.Dir = t.TempDir()
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		p.ended <- p.cmd.Wait()
	}()
	t.Cleanup(func() { <-over }) // the context has killed it
	return p
}

// find waits until the program has said something, and returns the submatches.
func (p *program) find(pattern string) []string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(patience)
	for {
		text, more := p.said()
		if match := re.FindStringSubmatch(text); match != nil {
			return match
		}
		select {
		case <-more:
		case err := <-p.ended:
			p.ended <- err
			if text, _ := p.said(); !re.MatchString(text) {
				p.t.Fatalf("it ended (%v) without saying %s:\n%s", err, pattern, text)
			}
		case <-late:
			p.t.Fatalf("it does not say %s:\n%s", pattern, text)
		}
	}
}

// addr waits until it serves.
func (p *program) addr() string {
	p.t.Helper()
	return p.find(`zookit: serving on (\S+), `)[1]
}

func (p *program) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits for the end and returns the exit status, -1 for an end by a signal, and what was said last.
func (p *program) wait() (status int, last string) {
	p.t.Helper()
	select {
	case err := <-p.ended:
		p.ended <- err
		text, _ := p.said()
		lines := strings.Split(strings.TrimSpace(text), "\n")
		last = lines[len(lines)-1]
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			if err != nil {
				p.t.Fatal(err)
			}
			return 0, last
		}
		return exit.ExitCode(), last
	case <-time.After(patience):
		text, _ := p.said()
		p.t.Fatalf("it does not end:\n%s", text)
		return 0, ""
	}
}

// ends checks how the program ends.
func (p *program) ends(status int, last string) {
	p.t.Helper()
	if got, said := p.wait(); got != status || !strings.Contains(said, last) {
		text, _ := p.said()
		p.t.Errorf("exit status %d, want %d and last %q:\n%s", got, status, last, text)
	}
}

// connect makes a session.
func connect(t *testing.T, addr string) *zk.Conn {
	t.Helper()
	conn, events, err := zk.Connect([]string{addr}, 10*time.Second, zk.WithLogger(log.New(io.Discard, "", 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	late := time.After(patience)
	for {
		select {
		case e := <-events:
			if e.State == zk.StateHasSession {
				return conn
			}
		case <-late:
			t.Fatal("no session")
		}
	}
}

// config writes a zoo.cfg that takes no port but the one for clients.
func config(t *testing.T, lines ...string) string {
	t.Helper()
	return file(t, append(lines, "admin.enableServer=false")...)
}

// file writes a file.
func file(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "zoo.cfg")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
