package server_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/store"
)

// The machine loses power at any moment, and the disk any part of what it was not told to keep. What was acknowledged before is there,
// what is there is what came first, without a gap, and the server starts, again and again.
func TestDiskCrash(t *testing.T) {
	const disks, rounds, crashes = 40, 3, 20
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range disks {
		memory, have := disk.NewMemory(), 0
		for round := range rounds {
			s := start(t, onMemory(memory, 20+rnd.IntN(100))...)
			w := newWriter(t, s.Addr(), have)
			for range crashes {
				w.send(rnd.IntN(10))
				acked := w.recv(rnd.IntN(10))
				c := disk.Crash{Seed: rnd.Uint64(), Keep: rnd.Float64(), Ordered: rnd.IntN(2) == 0}
				if got := recount(t, in(memory.Crash(c))); got < acked || got > w.sent {
					t.Fatalf("seed %d, round %d, %v: %d writes are there, %d of %d were acknowledged", seed, round, c, got, acked, w.sent)
				}
			}
			acked := w.recv(0)
			s.Kill()
			memory = memory.Crash(disk.Crash{Seed: rnd.Uint64(), Keep: rnd.Float64()})
			if have = recount(t, in(memory)); have < acked {
				t.Fatalf("seed %d, round %d: %d writes are there, %d were acknowledged", seed, round, have, acked)
			}
		}
	}
}

func onMemory(memory *disk.Memory, snapCount int) []server.Option {
	return []server.Option{
		server.WithDataDir("memory"), server.WithSnapCount(snapCount), server.WithPrealloc(1 << 12),
		server.WithAutopurge(3, time.Millisecond), server.WithDisk(func(string) (disk.Dir, error) { return memory, nil }),
	}
}

func in(memory *disk.Memory) *store.Settings {
	return &store.Settings{Snapshots: memory, Logs: memory, MaxFrame: wire.MaxFrame}
}

// writer writes one after the other: the n-th write is a setData, a create or a multi that leaves n in the data of /counter, and a
// znode, which a later one may remove.
type writer struct {
	*raw
	first int // writes that were there before
	sent  int
	acked int
}

func newWriter(t *testing.T, addr string, have int) *writer {
	t.Helper()
	w := &writer{raw: connect(t, dialTCP(t, addr)), first: have, sent: have, acked: have}
	if have == 0 {
		w.send(1)
		w.recv(1)
	}
	return w
}

func (w *writer) send(n int) {
	w.t.Helper()
	for range n {
		w.sent++
		text := fmt.Sprint(w.sent)
		switch {
		case w.sent == 1:
			w.raw.send(wire.OpCreate, create("/counter", text, wire.Persistent))
		case w.sent%50 == 0:
			w.raw.send(wire.OpSetData, set("/counter", text+strings.Repeat(" ", 3000), -1))
		case w.sent%2 == 0:
			w.raw.send(wire.OpMulti, multi(op(wire.OpSetData, set("/counter", text, -1)), op(wire.OpCreate, create("/n"+text, text, 0))))
		default:
			ops := []wire.MultiOp{op(wire.OpSetData, set("/counter", text, -1))}
			if w.sent%4 == 1 && (w.sent-1)%50 != 0 {
				ops = append(ops, op(wire.OpDelete, version(fmt.Sprint("/n", w.sent-1), -1)))
			}
			w.raw.send(wire.OpMulti, multi(ops...))
		}
	}
}

// recv waits for the answers to n writes, or to all if that is 0, and returns how many are acknowledged.
func (w *writer) recv(n int) int {
	w.t.Helper()
	for w.acked < w.sent {
		if r := w.raw.recv(); r.Err != wire.OK {
			w.t.Fatalf("write %d: %v", w.acked+1, r.Err)
		}
		w.acked++
		if n--; n == 0 {
			break
		}
	}
	return w.acked
}

// recount loads what is on a disk, checks it, and returns how many writes are there.
func recount(t *testing.T, settings *store.Settings) int {
	t.Helper()
	db, err := store.Load(settings)
	if err != nil {
		t.Fatal(err)
	}
	counter, ok := db.Tree.Lookup("/counter")
	if !ok {
		return 0
	}
	var n int
	if _, err := fmt.Sscan(string(db.Tree.Data("/counter")), &n); err != nil {
		t.Fatal(err)
	}
	if int(counter.Version) != n-1 {
		t.Fatalf("%d writes, version %d", n, counter.Version)
	}
	want := 2 // with /zookeeper
	for i := 2; i <= n; i++ {
		if i%2 == 0 && i%50 != 0 && (i%4 != 0 || i == n) {
			want++
		}
	}
	if got := len(db.Tree.Children("/")); got != want {
		t.Fatalf("%d writes, %d znodes, want %d", n, got, want)
	}
	return n
}
