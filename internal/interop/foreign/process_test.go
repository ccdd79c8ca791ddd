package foreign_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// sleeper writes its process id and stays.
var sleeper = []string{"/bin/sh", "-c", "echo pid $$ end; exec sleep 1000"}

func TestKill(t *testing.T) {
	p := foreign.Start(t, sleeper...)
	if err := p.WaitFor(t.Context(), "end"); err != nil {
		t.Fatal(err, p.Output())
	}
	p.Kill()
	waitGone(t, p.Output())
	p.Kill() // once more is fine
}

func TestStatus(t *testing.T) {
	p := foreign.Start(t, "/bin/sh", "-c", "echo out; echo err >&2; exit 3")
	err := p.Wait(t.Context())
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 3 {
		t.Errorf("Wait returned %v", err)
	}
	if out := p.Output(); out != "out\nerr\n" {
		t.Errorf("output %q", out)
	}
	if err := p.WaitFor(t.Context(), "never"); err == nil {
		t.Error("WaitFor must end with the program")
	}
}

// A test that is killed runs no cleanup. Its programs must go with it all the same.
func TestKilledTest(t *testing.T) {
	if os.Getenv("FOREIGN_TEST_CHILD") != "" {
		p := foreign.Start(t, sleeper...)
		if err := p.WaitFor(t.Context(), "end"); err != nil {
			t.Fatal(err)
		}
		fmt.Print(p.Output())
		select {}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledTest$")
	cmd.Env = append(os.Environ(), "FOREIGN_TEST_CHILD=1", "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said string
	for b := make([]byte, 1024); !strings.Contains(said, "end"); {
		n, err := out.Read(b)
		if said += string(b[:n]); err != nil {
			break
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
	waitGone(t, said)
}

// waitGone waits until the sleeper that wrote output is no more.
func waitGone(t *testing.T, output string) {
	t.Helper()
	_, rest, _ := strings.Cut(output, "pid ")
	pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "end")))
	if err != nil {
		t.Fatalf("no process id in %q", output)
	}
	proc, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	for range 200 {
		if proc.Signal(syscall.Signal(0)) != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = proc.Kill() // the test fails below
	t.Errorf("process %d outlived its test", pid)
}
