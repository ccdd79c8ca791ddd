package benchrecipes

import (
	"bufio"
	"context"
	_ "embed" // for the peers' programs
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/apache"
)

// errAbsent is why a peer is left out: something of it is not installed.
var errAbsent = errors.New("left out")

var (
	//go:embed peers/RecipesPeer.java
	javaProgram []byte
	//go:embed peers/recipes.py
	pythonProgram []byte
)

// answerIn is the longest that a peer may take for an answer.
const answerIn = time.Minute

// peer is a side in a process of its own. It measures itself: what it is asked and what it answers are a line each.
type peer struct {
	*process
	title   string
	version string
	control net.Conn
	answers *bufio.Reader
	recipes map[string]bool
}

// startCurator compiles and starts the Java program.
func startCurator(ctx context.Context) (*peer, error) {
	classPath, err := apache.CuratorClassPath()
	if err != nil {
		return nil, fmt.Errorf("Curator is %w: %w", errAbsent, err) //nolint:staticcheck // a name begins it
	}
	dir, err := os.MkdirTemp("", "zookit-bench-")
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "RecipesPeer.java")
	if err := os.WriteFile(source, javaProgram, 0o600); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if out, err := exec.CommandContext(ctx, "javac", "-d", dir, "-cp", classPath, source).CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("javac: %w\n%s", err, out), os.RemoveAll(dir))
	}
	return startPeer(ctx, "Curator", apache.CuratorVersion(), dir,
		"java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", dir+":"+classPath, "RecipesPeer")
}

// startKazoo starts the Python program.
func startKazoo(ctx context.Context) (*peer, error) {
	python, version, err := apache.Kazoo(ctx)
	if err != nil {
		return nil, fmt.Errorf("kazoo is %w: %w", errAbsent, err)
	}
	dir, err := os.MkdirTemp("", "zookit-bench-")
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "recipes.py")
	if err := os.WriteFile(source, pythonProgram, 0o600); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return startPeer(ctx, "kazoo", version, dir, python, source)
}

func startPeer(ctx context.Context, name, version, dir string, command ...string) (*peer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer l.Close()
	if err := l.(*net.TCPListener).SetDeadline(time.Now().Add(answerIn)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	proc, err := launch(ctx, dir, append(command, port)...)
	if err != nil {
		return nil, err
	}
	go func() { // a program that ends keeps nobody waiting
		<-proc.done
		_ = l.Close()
	}()
	p := &peer{process: proc, title: name, version: version, recipes: make(map[string]bool)}
	if p.control, err = l.Accept(); err != nil {
		err = fmt.Errorf("%s does not start: %w: %s", name, err, proc.last())
		proc.kill()
		return nil, err
	}
	p.answers = bufio.NewReader(p.control)
	has, err := p.ask(ctx, "recipes")
	if err != nil {
		p.end()
		return nil, err
	}
	for _, recipe := range strings.Fields(has) {
		p.recipes[recipe] = true
	}
	return p, nil
}

// ask sends a line and returns what is said to it.
func (p *peer) ask(ctx context.Context, format string, args ...any) (string, error) {
	question := fmt.Sprintf(format, args...)
	if err := p.control.SetDeadline(time.Now().Add(answerIn)); err != nil {
		return "", err
	}
	defer context.AfterFunc(ctx, func() { _ = p.control.SetDeadline(time.Unix(1, 0)) })()
	if _, err := fmt.Fprintln(p.control, question); err != nil {
		return "", fmt.Errorf("%s: %s: %w: %s", p.title, question, err, p.last())
	}
	answer, err := p.answers.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w: %s", p.title, question, err, p.last())
	}
	verdict, text, _ := strings.Cut(strings.TrimSpace(answer), " ")
	if verdict != "ok" {
		return "", fmt.Errorf("%s: %s: %s", p.title, question, strings.TrimSpace(answer))
	}
	return text, nil
}

func (p *peer) name() string { return p.title }

func (p *peer) has(recipe string) bool { return p.recipes[recipe] }

func (p *peer) open(ctx context.Context, recipe string, contenders int, addr, path string) error {
	_, err := p.ask(ctx, "open %s %d %s %s", recipe, contenders, addr, path)
	return err
}

func (p *peer) prepare(ctx context.Context, cycles int) error {
	_, err := p.ask(ctx, "prepare %d", cycles)
	return err
}

func (p *peer) run(ctx context.Context, cycles int, within time.Duration) (lap, error) {
	answer, err := p.ask(ctx, "run %d %d", cycles, within.Nanoseconds())
	if err != nil {
		return lap{}, err
	}
	var l lap
	if _, err := fmt.Sscan(answer, &l.cycles, &l.took); err != nil {
		return l, fmt.Errorf("%s: run: %q: %w", p.title, answer, err)
	}
	return l, nil
}

func (p *peer) heap(ctx context.Context) (n int64, err error) {
	answer, err := p.ask(ctx, "heap")
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Sscan(answer, &n); err != nil {
		return 0, fmt.Errorf("%s: heap: %q: %w", p.title, answer, err)
	}
	return n, nil
}

func (p *peer) close(ctx context.Context) error {
	_, err := p.ask(ctx, "close")
	return err
}

func (p *peer) end() {
	_ = p.control.Close()
	p.kill()
}
