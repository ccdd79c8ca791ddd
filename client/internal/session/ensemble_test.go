package session

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"
)

// dials lets a pacer try n servers, as zk.Conn does, and returns which.
func (p *pacer) dials(t *testing.T, n int) (addrs []string) {
	t.Helper()
	for range 1000 {
		if len(addrs) == n {
			return addrs
		}
		addr, _ := p.Next()
		server, err := p.wait(time.Second)
		if err != nil {
			continue // zk.Conn asks for the next
		}
		if server.Addr != addr {
			t.Fatalf("zk.Conn is told %q, dialled is %q", addr, server.Addr)
		}
		addrs = append(addrs, addr)
	}
	t.Fatalf("after a thousand attempts: %v", addrs)
	return nil
}

// The ensemble is asked before every round; what it cannot answer leaves what was known.
func TestEnsembleIsAskedEachRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		var list []Server
		var failure error
		p := newPacer(t.Context(), func(context.Context) ([]Server, error) { asked++; return list, failure })
		if err := p.Init([]string{"ensemble:1"}); err != nil {
			t.Fatal(err)
		}
		failure = errors.New("no DNS yet")
		p.Next()
		if _, err := p.wait(time.Second); !errors.Is(err, failure) {
			t.Errorf("without a list: %v", err)
		}
		if p.list() != nil {
			t.Errorf("a stand-in is taken for a server: %v", p.list())
		}
		list, failure = named(0, 2), nil
		first := p.dials(t, 2)
		if first[0] == first[1] || asked != 2 {
			t.Errorf("tried %v, asked %d times", first, asked)
		}
		// The same servers in another order go on where they were.
		list = []Server{list[1], list[0]}
		if again := p.dials(t, 2); again[0] != first[0] || again[1] != first[1] || asked != 3 {
			t.Errorf("the second round: %v, asked %d times", again, asked)
		}
		list, failure = nil, errors.New("DNS is down")
		if again := p.dials(t, 2); again[0] != first[0] || asked != 4 {
			t.Errorf("the third round: %v, asked %d times", again, asked)
		}
		list, failure = named(5, 6), nil
		if again := p.dials(t, 1); again[0] != "s5:1" || asked != 5 {
			t.Errorf("the fourth round: %v, asked %d times", again, asked)
		}
	})
}

// A provider that hangs costs no more than it may.
func TestEnsembleHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(t.Context(), func(ctx context.Context) ([]Server, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		})
		if err := p.Init([]string{"ensemble:1"}); err != nil {
			t.Fatal(err)
		}
		p.Next()
		start := time.Now()
		if _, err := p.wait(time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

// A list that is set is tried as a whole before the ensemble is asked again.
func TestUpdateBeatsTheEnsembleForARound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(t.Context(), func(context.Context) ([]Server, error) { return named(0, 1), nil })
		if _, err := p.update(named(0, 1), nil); !errors.Is(err, ErrNoPacer) {
			t.Errorf("before Init: %v", err)
		}
		if err := p.Init([]string{"ensemble:1"}); err != nil {
			t.Fatal(err)
		}
		p.dials(t, 1)
		p.Connected()
		if _, err := p.update(nil, nil); err == nil {
			t.Error("an empty list is taken")
		}
		move, err := p.update(named(3, 5), func() float64 { return 0.5 })
		if !move || err != nil {
			t.Errorf("move %v, %v", move, err)
		}
		got := p.dials(t, 3)
		if got[0] == got[1] || got[0] == "s0:1" || got[1] == "s0:1" || got[2] != "s0:1" {
			t.Errorf("tried %v", got)
		}
	})
}

// A client that stays where it is goes on there, in the new list.
func TestUpdateStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(t.Context(), nil)
		if err := p.Init([]string{"s0:1", "s1:1", "s2:1"}); err != nil {
			t.Fatal(err)
		}
		p.dials(t, 2)
		p.Connected()
		time.Sleep(steady)
		for _, list := range [][]Server{named(0, 3), named(0, 2), named(0, 4)} {
			if move, err := p.update(list, func() float64 { return 0.999 }); move || err != nil {
				t.Errorf("%v: move %v, %v", list, move, err)
			}
		}
		seen := map[string]bool{}
		for _, addr := range p.dials(t, 4) {
			seen[addr] = true
		}
		if len(seen) != 4 {
			t.Errorf("a round over four servers: %v", seen)
		}
	})
}

// Who dials is told the name that an address was looked up from: a certificate is the name's.
func TestDialedName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		seen := make(chan string, 1)
		dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
			seen <- DialedName(ctx, addr) + " at " + addr
			return n.host.DialContext(ctx, network, addr)
		}
		for _, tt := range []struct {
			server Server
			want   string
		}{
			{Server{Addr: "zk:2181", Name: "zk.example:2181"}, "zk.example:2181 at zk:2181"}, {Server{Addr: "zk:2181"}, "zk:2181 at zk:2181"},
		} {
			ensemble := func(context.Context) ([]Server, error) { return []Server{tt.server}, nil }
			s := New(Options{Dial: dial, Timeout: timeout, Hooks: l.hooks(), Ensemble: ensemble})
			conn, events, err := zk.Connect([]string{"ensemble:1"}, timeout,
				zk.WithDialer(s.Dial), zk.WithHostProvider(s.HostProvider()), zk.WithLogger(silent{}))
			if err != nil {
				t.Fatal(err)
			}
			p := n.accept()
			p.handshake()
			p.grant(7, timeout)
			l.expect(t, "connected")
			if got := <-seen; got != tt.want {
				t.Errorf("dialled %s, want %s", got, tt.want)
			}
			go p.answerClose()
			s.Close()
			conn.Close()
			for range events {
				continue
			}
			l.expect(t, "lost: "+zk.ErrClosing.Error(), "disconnected")
		}
	})
}
