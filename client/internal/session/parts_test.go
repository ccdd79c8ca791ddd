package session

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

func TestRing(t *testing.T) {
	var r ring
	next, want := int32(0), int32(0)
	for round := range 100 {
		for range round % 37 {
			r.push(entry{xid: next})
			next++
		}
		for range round % 23 {
			if r.len() == 0 {
				break
			}
			if got := r.front().xid; got != want {
				t.Fatalf("front %d, want %d", got, want)
			}
			if got := r.pop().xid; got != want {
				t.Fatalf("pop %d, want %d", got, want)
			}
			want++
		}
	}
	if int(next-want) != r.len() {
		t.Errorf("len %d, want %d", r.len(), next-want)
	}
}

func TestXidsStayInTheirRange(t *testing.T) {
	c := &conn{xid: math.MinInt32 + 1}
	for _, want := range []int32{math.MinInt32 + 1, math.MinInt32, firstXid, firstXid - 1} {
		if got := c.nextXid(); got != want {
			t.Errorf("xid %d, want %d", got, want)
		}
	}
}

// The first round has no pauses, later ones ever longer ones; when these have been long for a while zk.Conn is told, so that its own callers hear
// zk.ErrNoServer.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(t.Context(), nil)
		if err := p.Init(nil); err == nil {
			t.Error("no servers, no error")
		}
		if err := p.Init([]string{"a:1", "b:1"}); err != nil {
			t.Fatal(err)
		}
		if p.Len() != 2 {
			t.Errorf("Len %d", p.Len())
		}
		start := time.Now()
		for try := range 2 * 11 { // of 11 rounds
			server, told := p.Next()
			if want := []string{"a:1", "b:1"}[try%2]; server != want {
				t.Errorf("try %d: %s, want %s", try, server, want)
			}
			if told {
				t.Errorf("try %d: zk.Conn is told to sleep after %v", try, time.Since(start))
			}
			if dialled, err := p.wait(time.Second); err != nil || dialled.Addr != server {
				t.Fatalf("it dials %v, %v", dialled, err)
			}
		}
		// In rounds 1 to 10 there are at most 20, 30, ... 228, 300, 300, 300 ms before each server, and at least two thirds of that.
		if d := time.Since(start); d < 2*1020*time.Millisecond || d > 2*1550*time.Millisecond {
			t.Errorf("the pauses took %v", d)
		}
		if _, told := p.Next(); !told {
			t.Error("zk.Conn is not told although the pauses have been long for a while")
		}
		// A connection that lasted begins anew, one that did not goes on where it was.
		p.Connected()
		time.Sleep(steady / 2)
		for range 2 {
			p.Next()
		}
		if p.round != 12 {
			t.Errorf("round %d after a short connection", p.round)
		}
		p.Connected()
		time.Sleep(steady)
		if _, told := p.Next(); told || p.round != 0 {
			t.Errorf("round %d, told %v after a steady connection", p.round, told)
		}
	})
}
