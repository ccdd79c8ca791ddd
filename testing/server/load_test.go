package server_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// memory is the bytes in use, on the heap and on stacks, with no garbage among them.
func memory() int64 {
	runtime.GC()
	runtime.GC() // what the first one has left to finalizers and pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// cost tells what each of n things takes, and fails if that is more than most.
func cost(tb testing.TB, what string, n int, before, most int64) {
	tb.Helper()
	each := (memory() - before) / int64(n)
	if b, ok := tb.(*testing.B); ok {
		b.ReportMetric(float64(each), "B/"+strings.ReplaceAll(what, " ", "-"))
	}
	tb.Logf("%d bytes for each %s of %d", each, what, n)
	if each > most {
		tb.Errorf("%d bytes for each %s, want at most %d", each, what, most)
	}
}

// grow makes n znodes of 16 bytes, a thousand in a transaction.
func grow(c *raw, prefix string, n int, mode wire.CreateMode) {
	c.t.Helper()
	const each = 1000
	for at := 0; at < n; at += each {
		ops := make([]wire.MultiOp, 0, each)
		for i := at; i < min(at+each, n); i++ {
			ops = append(ops, op(wire.OpCreate, create(numbered(prefix, i), "0123456789abcdef", mode)))
		}
		var made wire.MultiResponse
		c.ok(wire.OpMulti, multi(ops...), &made)
		if r := made.Results[0]; r.Op != wire.OpCreate {
			c.t.Fatalf("%s: %v", prefix, r.Err)
		}
	}
}

// numbered appends 8 digits.
func numbered(prefix string, i int) string {
	name := []byte("00000000")
	for at := len(name) - 1; i > 0; at-- {
		name[at] += byte(i % 10)
		i /= 10
	}
	return prefix + string(name)
}
