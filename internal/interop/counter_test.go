package interop

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/counter"
)

const counterFolder = "/interop/counters"

// Curator's DistributedAtomicLong (promoted to a lock), DistributedAtomicValue and SharedCount, and Go's, on the same znodes.
func TestCounterCurator(t *testing.T) {
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		const changes = 200
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		c := connectClient(ctx, t, addr)
		lock := counter.WithLock(counterFolder + "/long")
		number, err := counter.NewInt64(c, counterFolder+"/long", lock, counter.WithReceipts("/interop/receipts"))
		must(t, err)
		must(t, second(number.Init(ctx, 1000)))
		value, err := counter.NewValue(c, counterFolder+"/value")
		must(t, err)
		must(t, second(value.Init(ctx, []byte("x"))))
		count := startCount(ctx, t, c)

		java := foreign.Start(t, foreign.Java(t, classPath, "CounterPeer", addr, counterFolder, strconv.Itoa(changes))...)
		if err := java.WaitFor(ctx, "ready"); err != nil {
			t.Fatalf("%v\n%s", err, java.Output())
		}
		var locked int
		for range changes {
			res, err := number.Add(ctx, -3)
			must(t, err)
			locked += min(res.LockedAttempts, 1)
		}
		t.Logf("%d of %d additions in a turn", locked, changes)
		for range changes {
			must(t, second(value.Update(ctx, func(before []byte) []byte { return append(before, 'g') })))
		}
		bump(ctx, t, count, changes)
		if err := java.WaitFor(ctx, "done"); err != nil {
			t.Fatalf("%v\n%s", err, java.Output())
		}
		if v, err := number.Get(ctx); v != 1000 || err != nil {
			t.Errorf("the number is %d, %v", v, err)
		}
		got, err := value.Get(ctx)
		if len(got) != 1+2*changes || bytes.Count(got, []byte("g")) != changes || bytes.Count(got, []byte("j")) != changes || err != nil {
			t.Errorf("the value is %q, %v", got, err)
		}
		awaitCount(ctx, t, count, 2*changes)
		must(t, second(count.Set(ctx, -7)))
		if err := java.Wait(ctx); err != nil || !strings.Contains(java.Output(), "long 1000") {
			t.Errorf("%v\n%s", err, java.Output())
		}
		must(t, number.Close(ctx))
	})
}

// kazoo's Counter(support_curator=True), which makes its znode empty, and SharedCount.
func TestCounterKazoo(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		const changes = 200
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p := foreign.Start(t, python, "testdata/kazoo/counter.py", addr, counterFolder+"/count", strconv.Itoa(changes))
		if err := p.WaitFor(ctx, "made"); err != nil {
			t.Fatalf("%v\n%s", err, p.Output())
		}
		count := startCount(ctx, t, connectClient(ctx, t, addr))
		bump(ctx, t, count, changes)
		if err := p.Wait(ctx); err != nil {
			t.Fatalf("%v\n%s", err, p.Output())
		}
		awaitCount(ctx, t, count, 2*changes)
	})
}

// kazoo's Counter as it comes, and an Int64 with its text.
func TestCounterKazooText(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		const changes = 200
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p := foreign.Start(t, python, "testdata/kazoo/counter.py", addr, counterFolder+"/text", strconv.Itoa(changes), "text")
		if err := p.WaitFor(ctx, "made"); err != nil {
			t.Fatalf("%v\n%s", err, p.Output())
		}
		number, err := counter.NewInt64(connectClient(ctx, t, addr), counterFolder+"/text", counter.WithText())
		must(t, err)
		for range changes {
			must(t, second(number.Add(ctx, -2)))
		}
		if err := p.Wait(ctx); err != nil {
			t.Fatalf("%v\n%s", err, p.Output())
		}
		if v, err := number.Get(ctx); v != -changes || err != nil {
			t.Errorf("the number is %d, %v\n%s", v, err, p.Output())
		}
	})
}

// Curator's DistributedAtomicInteger, kazoo's Counter(support_curator=True) and an Int32, all on one znode.
func TestIntegerCuratorAndKazoo(t *testing.T) {
	python := foreign.Python(t)
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		const changes = 100
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p := foreign.Start(t, python, "testdata/kazoo/counter.py", addr, counterFolder+"/integer", strconv.Itoa(changes))
		if err := p.WaitFor(ctx, "made"); err != nil { // empty, which Curator reads as 0, too
			t.Fatalf("%v\n%s", err, p.Output())
		}
		java := foreign.Start(t, foreign.Java(t, classPath, "IntegerPeer", addr, counterFolder+"/integer", strconv.Itoa(changes))...)
		number, err := counter.NewInt32(connectClient(ctx, t, addr), counterFolder+"/integer")
		must(t, err)
		for range changes {
			must(t, second(number.Add(ctx, -2)))
		}
		for _, peer := range []*foreign.Process{p, java} {
			if err := peer.Wait(ctx); err != nil {
				t.Fatalf("%v\n%s", err, peer.Output())
			}
		}
		if v, err := number.Get(ctx); v != 2*changes || err != nil { // 1, 3 and -2 each
			t.Errorf("the number is %d, %v", v, err)
		}
	})
}

func startCount(ctx context.Context, tb testing.TB, c *client.Client) *counter.SharedCount {
	tb.Helper()
	count, err := counter.NewSharedCount(c, counterFolder+"/count", 0)
	if err == nil {
		err = count.Start(ctx)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(count.Close)
	return count
}

// bump adds one, so often.
func bump(ctx context.Context, tb testing.TB, count *counter.SharedCount, times int) {
	tb.Helper()
	for made := 0; made < times; {
		last := count.Get()
		ok, _, err := count.TrySet(ctx, last, last.Value+1)
		if err != nil {
			tb.Fatal(err)
		}
		if ok {
			made++
		}
	}
}

func awaitCount(ctx context.Context, tb testing.TB, count *counter.SharedCount, want int32) {
	tb.Helper()
	for now, err := range count.Changes(ctx) {
		if err != nil || now.Value > want {
			tb.Fatalf("the count is %+v, %v; want %d", now, err, want)
		}
		if now.Value == want {
			return
		}
	}
}
