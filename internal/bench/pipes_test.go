package bench

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	inFlight   = 1000
	pipeRounds = 31
	pipeWindow = 100 * time.Millisecond

	aimPipe = 0.9 // ours/bare
)

// The sides of the table of ordered writes. zk.Conn has no such call: it gets a goroutine for each write, and no order.
const (
	bareWriter = iota
	connCrowd
	oursAsync
	javaAsync
	kazooAsync
	pipeSides
)

var pipeNames = [pipeSides]string{
	"raw frames, a buffer at a time", "zk.Conn, 1000 goroutines, no order", "zookit, Set Async, one goroutine", "Java, setData with a callback",
	"kazoo, set_async",
}

// pipeRow is one side of the table.
type pipeRow struct {
	side    int
	samples []sample
	ratio   spread // to the bare writer
}

// pipe is one goroutine's writes, with so many on their way.
type pipe struct {
	c      *client.Client
	flying []*client.Future[*zk.Stat] // a ring
	sent   int
}

func (p *pipe) send(ctx context.Context) error {
	at := &p.flying[p.sent%len(p.flying)]
	if *at != nil {
		if _, err := (*at).Wait(ctx); err != nil {
			return err
		}
	}
	*at = p.c.Set(dataPath).Data(payload).Async(ctx)
	p.sent++
	return nil
}

// land waits for what is on its way.
func (p *pipe) land(ctx context.Context) error {
	for _, f := range p.flying {
		if f != nil {
			if _, err := f.Wait(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// pipeOurs writes until the time is over.
func pipeOurs(ctx context.Context, c *client.Client, length time.Duration) (ops int64, err error) {
	p := &pipe{c: c, flying: make([]*client.Future[*zk.Stat], inFlight)}
	for until := time.Now().Add(length); time.Now().Before(until); {
		if err := p.send(ctx); err != nil {
			return 0, err
		}
	}
	return int64(p.sent), p.land(ctx)
}

// measured is a sample of what one goroutine does.
func measured(b *testing.B, do func() (int64, error)) sample {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	ops, err := do()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err != nil {
		b.Fatal(err)
	}
	return sample{ops: ops, took: took, allocs: after.Mallocs - before.Mallocs, bytes: after.TotalAlloc - before.TotalAlloc}
}

func (f *field) comparePipes(b *testing.B, srv target) []pipeRow {
	b.Helper()
	rows, _ := once(b, "pipe", func(b *testing.B) []pipeRow {
		b.Helper()
		sides := []int{bareWriter, connCrowd, oursAsync}
		if f.peers[asJava] != nil {
			sides = append(sides, javaAsync, kazooAsync)
		}
		writer := dialBare(b, srv.addr)
		samples := inTurns(pipeRounds, len(sides), time.Time{}, func(i int) sample { return f.pipe(b, writer, sides[i]) })
		rows := make([]pipeRow, len(sides))
		for i, s := range samples {
			rows[i] = pipeRow{sides[i], s, quartiles(s, samples[bareWriter])}
		}
		return rows
	}, func(rows []pipeRow) float64 { return rows[oursAsync].ratio.median })
	return rows
}

func (f *field) pipe(b *testing.B, writer *bare, side int) sample {
	b.Helper()
	switch side {
	case bareWriter:
		return measured(b, func() (int64, error) { return writer.pipe(inFlight, pipeWindow) })
	case connCrowd:
		return window(b, inFlight, pipeWindow, func(int) error {
			_, err := f.conn.Set(dataPath, payload, -1)
			return err
		})
	case oursAsync:
		return measured(b, func() (int64, error) { return pipeOurs(b.Context(), f.ours, pipeWindow) })
	case javaAsync:
		return f.peers[asJava].window(b, "pipe", inFlight, pipeWindow, unused)
	default:
		return f.peers[asKazoo].window(b, "pipe", inFlight, pipeWindow, unused)
	}
}

func printPipes(w *strings.Builder, rows []pipeRow) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(w, "\nSets of %d bytes, %d on their way at once, one session. Ratio to raw frames: the %d rounds' median (the half between).\n\n",
		dataBytes, inFlight, pipeRounds)
	fmt.Fprintf(w, "%-38s %8s   %-21s %14s   %s\n", "", "sets/s", "ratio", "allocations/op", "aim")
	for _, r := range rows {
		allocs, aim := "-", ""
		if r.side == connCrowd || r.side == oursAsync {
			allocs = fmt.Sprintf("%.1f", median(each(r.samples, sample.allocsPerOp)))
		}
		if r.side == oursAsync {
			aim = verdict(fmt.Sprintf(">= %.2f", aimPipe), r.ratio.median >= aimPipe)
		}
		fmt.Fprintf(w, "%-38s %8.0f   %-21s %14s   %s\n", pipeNames[r.side], median(each(r.samples, sample.rate)), r.ratio, allocs, aim)
	}
}

// BenchmarkPipe is the ordered writes alone, for the profiler.
func BenchmarkPipe(b *testing.B) {
	b.Run("apache", func(b *testing.B) { benchPipe(b, startApache(b)) })
	b.Run("zookit", func(b *testing.B) { benchPipe(b, startChild(b)) })
}

func benchPipe(b *testing.B, srv target) {
	b.Helper()
	b.Run("ours", func(b *testing.B) {
		var calls tally
		c := ours(b, srv.addr, client.WithDial(calls.dial))
		prepare(b, c.Conn(), root, nil)
		prepare(b, c.Conn(), dataPath, payload)
		p := &pipe{c: c, flying: make([]*client.Future[*zk.Stat], inFlight)}
		b.ReportAllocs()
		b.ResetTimer()
		calls.reset()
		for range b.N {
			if err := p.send(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		if err := p.land(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		b.ReportMetric(float64(calls.writes.Load())/float64(b.N), "writes/op")
		b.ReportMetric(float64(calls.reads.Load())/float64(b.N), "reads/op")
	})
}
