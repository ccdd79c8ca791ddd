package benchrecipes

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakeEnv makes the test's program a peer. It names a file: the peer that finds it answers, the one before it makes it and hangs.
const fakeEnv = "ZOOKIT_BENCH_FAKE_PEER"

func TestMain(m *testing.M) {
	if mark := os.Getenv(fakeEnv); mark != "" {
		if err := fakePeer(mark, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func fakePeer(mark, port string) error {
	nc, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port)) //nolint:noctx // on loopback it does not block
	if err != nil {
		return err
	}
	defer nc.Close()
	questions := bufio.NewScanner(nc)
	for questions.Scan() {
		answer := "ok"
		switch word, _, _ := strings.Cut(questions.Text(), " "); word {
		case "recipes":
			answer = "ok mutex"
		case "prepare":
			answer = "error no such thing"
		case "run":
			if _, err := os.Stat(mark); err == nil {
				answer = "ok 5 1000 2"
				break
			}
			if err := os.WriteFile(mark, nil, 0o600); err != nil {
				return err
			}
			fmt.Println("waits for ever")
			continue
		}
		if _, err := fmt.Fprintln(nc, answer); err != nil {
			return err
		}
	}
	return questions.Err()
}

// A peer that hangs is given up in time and is named with its last words; then it is started anew.
func TestPeerHangs(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv(fakeEnv, t.TempDir()+"/mark")
	dir := filepath.Join(temp, "program")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	p, err := startPeer(ctx, "Fake", "1", dir, os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer p.end()
	if !p.has("mutex") || p.has("rw") {
		t.Errorf("it has %v", p.recipes)
	}
	if err := p.open(ctx, "mutex", 1, "nowhere", "/a"); err != nil {
		t.Fatal(err)
	}
	if err := p.prepare(ctx, 1); err == nil || errors.Is(err, errHangs) || !strings.Contains(err.Error(), "no such thing") {
		t.Errorf("what it answers: %v", err)
	}
	// A process of its own hangs: that takes true time.
	short, cancel := context.WithTimeoutCause(ctx, 300*time.Millisecond, errLate)
	defer cancel()
	if _, err := p.run(short, 1, 0); !errors.Is(err, errHangs) || !errors.Is(err, errLate) {
		t.Errorf("it hangs: %v", err)
	}
	hung := p.cmd.Process.Pid
	p.close(ctx) // asks nothing more
	if err := p.open(ctx, "mutex", 1, "nowhere", "/b"); err != nil {
		t.Fatal(err)
	}
	if p.cmd.Process.Pid == hung {
		t.Error("it is not started anew")
	}
	if l, err := p.run(ctx, 1, 0); err != nil || l != (lap{5, 1000, 2}) {
		t.Errorf("the next one did %v, %v", l, err)
	}
	p.end()
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A program that is gone before it connects keeps nobody waiting.
func TestPeerEnds(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	dir := filepath.Join(temp, "program")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := startPeer(t.Context(), "Fake", "1", dir, "sh", "-c", "echo its last words; exit 1"); err == nil || !strings.Contains(err.Error(), "its last words") {
		t.Errorf("it does not start: %v", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
