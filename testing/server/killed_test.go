package server_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/store"
)

// served names a folder. With it in its environment this program is no test: it serves that folder until it is killed.
const served = "ZOOKIT_TEST_SERVE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(served); dir != "" {
		fmt.Println(serve(dir)) // ends only with an error
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func serve(dir string) error {
	s, err := server.New(server.WithDataDir(dir), server.WithSnapCount(300), server.WithPrealloc(1<<16), server.WithAutopurge(3, time.Second))
	if err != nil {
		return err
	}
	if err := s.Start(context.Background()); err != nil {
		return err
	}
	fmt.Println(s.Addr())
	<-s.Done()
	return s.Err()
}

// A real process on a real disk is killed a few hundred times, at any moment under load. What it had acknowledged is there, and the next
// process starts where it ended.
func TestKilledProcess(t *testing.T) {
	const folders, kills = 10, 25
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range folders {
		dir, have := t.TempDir(), 0
		for range kills {
			have = killOne(t, dir, have, rnd.IntN(100), rnd.IntN(40))
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

// killOne serves a folder with have writes by a process of its own, and kills it after so many acknowledgements more, while some are
// outstanding. It returns how many writes are there then.
func killOne(t *testing.T, dir string, have, acks, outstanding int) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), served+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // which says that it was killed
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	addr := strings.TrimSpace(line)
	if _, _, split := net.SplitHostPort(addr); err != nil || split != nil {
		t.Fatalf("the process says %q, %v", line, err)
	}
	w := newWriter(t, addr, have)
	for goal := w.acked + acks; w.acked < goal; {
		w.send(1 + outstanding - (w.sent - w.acked))
		w.recv(1)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // which says that it was killed
	folder, err := disk.Open(dir + "/version-2")
	if err != nil {
		t.Fatal(err)
	}
	got := recount(t, &store.Settings{Snapshots: folder, Logs: folder, MaxFrame: wire.MaxFrame})
	if got < w.acked || got > w.sent {
		t.Errorf("%d writes are there, %d of %d were acknowledged", got, w.acked, w.sent)
	}
	return got
}
