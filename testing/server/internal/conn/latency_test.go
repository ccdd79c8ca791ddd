package conn

import (
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

func TestLatency(t *testing.T) {
	var l, other Latency
	if got := l.Sum(); got != (fourletter.Latency{}) {
		t.Errorf("%+v of nothing", got)
	}
	for ms := range 1000 {
		l.Add(time.Duration(ms+1)*time.Millisecond + 999*time.Microsecond)
	}
	want := fourletter.Latency{Count: 1000, Total: 500500, Min: 1, Max: 1000, P50: 1000, P90: 1000, P95: 1000, P99: 1000, P999: 1000}
	if got := l.Sum(); got != want { // above 255 ms only the largest is known
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := Both(other.Sum(), l.Sum()); got.Min != 1 || got.Count != 1000 || got.Max != 1000 {
		t.Errorf("%+v", got)
	}
	for range 98 {
		other.Add(0)
	}
	other.Add(7 * time.Millisecond)
	other.Add(300 * time.Millisecond)
	want = fourletter.Latency{Count: 100, Total: 307, Max: 300, P99: 7, P999: 300}
	if got := other.Sum(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := Both(other.Sum(), l.Sum()); got.Min != 0 || got.Count != 1100 || got.Max != 1000 || got.Total != 500807 {
		t.Errorf("%+v", got)
	}
	l.Reset()
	if got := l.Sum(); got != (fourletter.Latency{}) {
		t.Errorf("%+v after a reset", got)
	}
}

func TestWaiting(t *testing.T) {
	var w waiting
	next := int32(0)
	for i := range int32(10000) {
		w.push(asked{xid: i})
		if i%10 != 9 {
			continue
		}
		for range 9 + i%20/10 { // never quite empty, never long
			a, ok := w.pop()
			if !ok {
				break
			}
			if a.xid != next {
				t.Fatalf("%d, want %d", a.xid, next)
			}
			next++
		}
	}
	for ; next < 10000; next++ {
		if a, ok := w.pop(); !ok || a.xid != next {
			t.Fatalf("%d, %v, want %d", a.xid, ok, next)
		}
	}
	if _, ok := w.pop(); ok {
		t.Error("one more")
	}
	if cap(w.all) > 2000 {
		t.Errorf("room for %d", cap(w.all))
	}
}

// Every operation that a client may ask has a name.
func TestOperationsHaveNames(t *testing.T) {
	for op := firstOp; op <= lastOp; op++ {
		row, ok := op.Lookup()
		if _, named := opNames[op]; ok && !named && row.Kind != wire.KindConnection && op != wire.OpDeleteContainer {
			t.Errorf("%v has none", op)
		}
	}
}
