package foreign

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keeper runs a program and kills it when its own standard input closes, which the kernel does however the test's process ends.
// No cleanup function runs in a test that is killed or panics on its deadline, and a JVM would stay behind.
const keeper = `exec 3<&0
"$@" </dev/null 3<&- & child=$!
exec 2>/dev/null
{ read -r _ <&3; kill -9 $child; } >/dev/null & watch=$!
wait $child; status=$?
kill $watch
exit $status`

// Process is a program that runs beside the test and is gone when the test ends.
type Process struct {
	done chan struct{} // closed when it has ended
	err  error         // how; read it behind done
	log  string        // the file with its output
	life io.Closer     // closing it kills the program
}

// Start starts a program.
func Start(tb testing.TB, command ...string) *Process {
	tb.Helper()
	p := &Process{done: make(chan struct{}), log: filepath.Join(tb.TempDir(), "output")}
	out, err := os.Create(p.log)
	if err != nil {
		tb.Fatal(err)
	}
	defer out.Close()
	// Not the test's context: that would end the keeper and leave the program.
	cmd := exec.CommandContext(context.Background(), "/bin/sh", append([]string{"-c", keeper, "keeper"}, command...)...)
	cmd.Stdout, cmd.Stderr = out, out
	if p.life, err = cmd.StdinPipe(); err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	tb.Cleanup(p.Kill)
	return p
}

// Kill ends the program at once, as a crash would, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.life.Close() // it was closed before if the program ended by itself
	<-p.done
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Output is what the program has written so far.
func (p *Process) Output() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(bytes.ToValidUTF8(b, []byte("?")))
}

// Wait waits until the program has ended and returns how.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// WaitFor waits until the program has written text.
func (p *Process) WaitFor(ctx context.Context, text string) error {
	for {
		ended := false
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-p.done:
			ended = true
		case <-time.After(20 * time.Millisecond):
		}
		if strings.Contains(p.Output(), text) {
			return nil
		}
		if ended {
			return errors.New("the program ended without writing " + text)
		}
	}
}
