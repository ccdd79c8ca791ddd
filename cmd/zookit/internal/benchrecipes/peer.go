package benchrecipes

import (
	"bufio"
	"context"
	"embed"
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
	//go:embed peers/*.java
	javaProgram embed.FS
	//go:embed peers/recipes.py
	pythonProgram []byte
)

// errHangs is a peer that does not answer. It is started anew for what comes next.
var errHangs = errors.New("does not answer")

// mostHangs is how often a peer is started anew.
const mostHangs = 3

// startIn is the longest that a peer may take to start, on a machine that is busy with other things.
const startIn = time.Minute

// peer is a side in a process of its own. It measures itself: what it is asked and what it answers are a line each.
type peer struct {
	*process
	title   string
	version string
	dir     string // of the program
	command []string
	control net.Conn
	answers *bufio.Reader
	recipes map[string]bool
	hangs   bool
	hung    int // how often
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
	if err := compile(ctx, dir, classPath); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return startPeer(ctx, "Curator", apache.CuratorVersion(), dir,
		"java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", dir+":"+classPath, "RecipesPeer")
}

// compile compiles the Java program in a folder.
func compile(ctx context.Context, dir, classPath string) error {
	if err := os.CopyFS(dir, javaProgram); err != nil {
		return err
	}
	sources, err := filepath.Glob(filepath.Join(dir, "peers", "*.java"))
	if err != nil {
		return err
	}
	args := append([]string{"-d", dir, "-cp", classPath}, sources...)
	if out, err := exec.CommandContext(ctx, "javac", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("javac: %w\n%s", err, out)
	}
	return nil
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
	p := &peer{title: name, version: version, dir: dir, command: command, recipes: make(map[string]bool)}
	if err := p.start(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
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

// start starts the program and waits until it asks to be asked.
func (p *peer) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startIn)
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "zookit-bench-")
	if err != nil {
		return err
	}
	// It outlives ctx.
	if p.process, err = launch(context.WithoutCancel(ctx), dir, append(p.command, port)...); err != nil {
		return err
	}
	started := make(chan struct{})
	defer close(started)
	go func() { // a program that ends keeps nobody waiting
		select {
		case <-p.done:
		case <-ctx.Done():
		case <-started:
		}
		_ = l.Close()
	}()
	if p.control, err = l.Accept(); err != nil {
		err = fmt.Errorf("%s does not start: %w: %s", p.title, err, p.last())
		p.kill()
		p.process = nil
		return err
	}
	p.answers = bufio.NewReader(p.control)
	return nil
}

// ask sends a line and returns what is said to it. If nothing is, in time, nothing more is asked of that process.
func (p *peer) ask(ctx context.Context, format string, args ...any) (string, error) {
	question := fmt.Sprintf(format, args...)
	defer context.AfterFunc(ctx, func() { _ = p.control.SetDeadline(time.Unix(1, 0)) })()
	_, err := fmt.Fprintln(p.control, question)
	var answer string
	if err == nil {
		answer, err = p.answers.ReadString('\n')
	}
	if err != nil {
		p.hangs = true
		p.hung++
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return "", fmt.Errorf("%w to %q: %w: %s", errHangs, question, err, p.last())
	}
	verdict, text, _ := strings.Cut(strings.TrimSpace(answer), " ")
	if verdict != "ok" {
		return "", fmt.Errorf("%s: %s", question, text)
	}
	return text, nil
}

func (p *peer) name() string { return p.title }

func (p *peer) has(recipe string) bool { return p.recipes[recipe] }

func (p *peer) open(ctx context.Context, recipe string, contenders int, addr, path string) error {
	if err := p.revive(ctx); err != nil {
		return err
	}
	_, err := p.ask(ctx, "open %s %d %s %s", recipe, contenders, addr, path)
	return err
}

// revive starts the program anew if it hangs.
func (p *peer) revive(ctx context.Context) error {
	if !p.hangs {
		return nil
	}
	if p.hung > mostHangs {
		return fmt.Errorf("%w, %d times now", errHangs, mostHangs+1)
	}
	p.leave()
	if err := p.start(ctx); err != nil {
		return err
	}
	p.hangs = false
	return nil
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
	if _, err := fmt.Sscan(answer, &l.cycles, &l.took, &l.stuck); err != nil {
		return l, fmt.Errorf("run: %q: %w", answer, err)
	}
	return l, nil
}

func (p *peer) heap(ctx context.Context) (n int64, err error) {
	answer, err := p.ask(ctx, "heap")
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Sscan(answer, &n); err != nil {
		return 0, fmt.Errorf("heap: %q: %w", answer, err)
	}
	return n, nil
}

// close leaves a peer that does not answer to be started anew.
func (p *peer) close(ctx context.Context) {
	if p.hangs {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*closeTimeout)
	defer cancel()
	if _, err := p.ask(ctx, "close"); err != nil && p.hangs {
		p.hung-- // it did all that it was measured at
	}
}

// leave ends the program, if one runs.
func (p *peer) leave() {
	if p.process != nil {
		_ = p.control.Close()
		p.kill()
		p.process = nil
	}
}

func (p *peer) end() {
	p.leave()
	_ = os.RemoveAll(p.dir) // a folder left behind in the temporary one harms nobody
}
