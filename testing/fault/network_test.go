package fault_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/testing/fault"
)

func TestListen(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		first, err := n.Listen("tcp", "zk1:2181")
		must(t, err)
		if got := first.Addr().String(); got != "zk1:2181" {
			t.Errorf("address %s", got)
		}
		_, err = n.Listen("tcp", "zk1:2181")
		wantError(t, "second listener", err, syscall.EADDRINUSE)
		other, err := n.Listen("tcp", "zk1:2182")
		must(t, err)
		must(t, other.Close())
		wantError(t, "second close", other.Close(), net.ErrClosed)

		// A server that restarts.
		accepted := make(chan error)
		go func() {
			_, err := first.Accept()
			accepted <- err
		}()
		synctest.Wait()
		waiting, err := n.Dial("tcp", "zk1:2181", 0)
		must(t, err)
		must(t, <-accepted)
		must(t, waiting.Close())
		queued, err := n.Dial("tcp", "zk1:2181", 0)
		must(t, err)
		must(t, first.Close())
		_, err = queued.Read(make([]byte, 1))
		wantError(t, "read of a connection that was never accepted", err, syscall.ECONNRESET)
		_, err = first.Accept()
		wantError(t, "accept after close", err, net.ErrClosed)
		_, err = n.Dial("tcp", "zk1:2181", 0)
		wantError(t, "dial while down", err, syscall.ECONNREFUSED)

		again, err := n.Listen("tcp", "zk1:2181")
		must(t, err)
		c, err := n.Dial("tcp", "zk1:2181", 0)
		must(t, err)
		s, err := again.Accept()
		must(t, err)
		write(t, c, "hello")
		wantBytes(t, s, "hello")
	})
}

func TestListenPortZero(t *testing.T) {
	n := fault.NewNetwork()
	seen := map[string]bool{}
	for range 10 {
		l, err := n.Listen("tcp", "zk:0")
		must(t, err)
		if seen[l.Addr().String()] {
			t.Errorf("%s given twice", l.Addr())
		}
		seen[l.Addr().String()] = true
		if _, err := n.Dial("tcp", l.Addr().String(), 0); err != nil {
			t.Error(err)
		}
	}
}

func TestHostNames(t *testing.T) {
	n := fault.NewNetwork()
	for name, want := range map[string]string{"": fault.Anonymous, "zk1:2181": "zk1", "zk1": "zk1", "10.0.0.1": "10.0.0.1"} {
		if got := n.Host(name).Name(); got != want {
			t.Errorf("host %q is called %q, want %q", name, got, want)
		}
	}
}

func TestBadAddresses(t *testing.T) {
	n := fault.NewNetwork()
	for _, c := range []struct{ network, addr string }{
		{"udp", "zk:1"}, {"tcp", "zk"}, {"tcp", ":1"}, {"tcp", "zk:"}, {"", "zk:1"},
	} {
		var op *net.OpError
		if _, err := n.Listen(c.network, c.addr); !errors.As(err, &op) {
			t.Errorf("listen %q %q: %v", c.network, c.addr, err)
		}
		if _, err := n.Dial(c.network, c.addr, 0); !errors.As(err, &op) {
			t.Errorf("dial %q %q: %v", c.network, c.addr, err)
		}
	}
}

func TestRefuse(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		l, err := n.Listen("tcp", "zk:2181")
		must(t, err)
		before, err := n.Dial("tcp", "zk:2181", 0)
		must(t, err)
		n.Refuse("zk:2181", true)
		_, err = n.Dial("tcp", "zk:2181", 0)
		wantError(t, "dial", err, syscall.ECONNREFUSED)
		s, err := l.Accept()
		must(t, err)
		write(t, before, "still here")
		wantBytes(t, s, "still here")
		n.Refuse("zk", false)
		_, err = n.Dial("tcp", "zk:2181", 0)
		must(t, err)
	})
}

func TestDialEnds(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		_, err := n.Listen("tcp", "zk:2181")
		must(t, err)
		n.Partition("zk")
		app := n.Host("app")
		start := time.Now()
		_, err = app.Dial("tcp", "zk:2181", time.Second)
		var nerr net.Error
		if !errors.As(err, &nerr) || !nerr.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want a timeout", err)
		}
		if got := time.Since(start); got != time.Second {
			t.Errorf("timed out after %v", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		_, err = app.DialContext(ctx, "tcp", "zk:2181")
		wantError(t, "dial", err, context.Canceled)
		_, err = app.DialContext(ctx, "tcp", "zk:2181")
		wantError(t, "dial with a dead context", err, context.Canceled)

		start = time.Now()
		time.AfterFunc(time.Minute, func() { n.Heal("zk") })
		_, err = app.Dial("tcp", "zk:2181", 0)
		must(t, err)
		if got, want := time.Since(start), time.Minute+2*latency; got != want {
			t.Errorf("connected after %v, want %v", got, want)
		}
	}, fault.WithLatency(latency))
}

func TestPartitionStallsAndHealDelivers(t *testing.T) {
	for name, f := range map[string]struct{ cut, heal func(n *fault.Network) }{
		"client": {func(n *fault.Network) { n.Host("app").Partition() }, func(n *fault.Network) { n.Host("app").Heal() }},
		"server": {func(n *fault.Network) { n.Partition("zk:2181") }, func(n *fault.Network) { n.Heal("zk:2181") }},
		"pair": {
			func(n *fault.Network) { n.Host("app").PartitionFrom("zk") },
			func(n *fault.Network) { n.Host("zk").Heal() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *fault.Network) {
				client, server := pair(t, n)
				write(t, client, "arrived ")
				time.Sleep(latency)
				write(t, client, "in flight ")
				time.Sleep(latency / 2)
				f.cut(n)
				write(t, client, "stalled ")
				write(t, server, "reply")
				must(t, server.(interface{ CloseWrite() error }).CloseWrite())
				time.Sleep(time.Hour)

				wantBytes(t, server, "arrived ")
				for _, c := range []net.Conn{client, server} {
					must(t, c.SetReadDeadline(time.Now().Add(time.Hour)))
					if got, err := c.Read(make([]byte, 1)); got != 0 || err == nil {
						t.Errorf("%s got a byte through the partition", c.LocalAddr())
					}
					must(t, c.SetReadDeadline(time.Time{}))
				}

				var wg sync.WaitGroup
				wg.Go(func() {
					start := time.Now()
					wantBytes(t, server, "in flight stalled late")
					if got, want := time.Since(start), time.Second+latency; got != want {
						t.Errorf("arrived after %v, want %v", got, want)
					}
				})
				wg.Go(func() {
					got, err := io.ReadAll(client)
					if string(got) != "reply" || err != nil {
						t.Errorf("the client read %q, %v", got, err)
					}
				})
				time.Sleep(time.Second)
				f.heal(n)
				write(t, client, "late")
				wg.Wait()
			}, fault.WithLatency(latency))
		})
	}
}

func TestCloseBehindAPartition(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		n.Host("app").Partition()
		write(t, server, "bye")
		must(t, server.Close())
		done := make(chan time.Duration)
		start := time.Now()
		go func() {
			got, err := io.ReadAll(client)
			if string(got) != "bye" || err != nil {
				t.Errorf("read %q, %v", got, err)
			}
			done <- time.Since(start)
		}()
		time.Sleep(time.Minute)
		write(t, client, "nobody answers this")
		write(t, client, "nor this")
		n.Host("app").Heal()
		if got := <-done; got != time.Minute {
			t.Errorf("learned of the close after %v, want 1m0s", got)
		}
	})
}

func TestOneWayPartitions(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		app := n.Host("app")
		app.PartitionSend()
		write(t, client, "up")
		write(t, server, "down")
		wantBytes(t, client, "down")
		app.PartitionReceive()
		app.Heal()
		wantBytes(t, server, "up")
		app.PartitionReceive()
		write(t, client, "up")
		wantBytes(t, server, "up")
		write(t, server, "down")
		_, err := app.Dial("tcp", "zk:2181", time.Second)
		wantError(t, "dial that cannot hear the answer", err, context.DeadlineExceeded)
		n.HealAll()
		wantBytes(t, client, "down")
	})
}

func TestPartitionsAreSeparate(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		n.Host("app").PartitionFrom("elsewhere")
		write(t, client, "passes")
		wantBytes(t, server, "passes")

		n.Host("app").Partition()
		n.Partition("zk")
		n.Heal("app")
		write(t, client, "x")
		must(t, server.SetReadDeadline(time.Now().Add(time.Second)))
		if _, err := server.Read(make([]byte, 1)); err == nil {
			t.Error("the server's partition ended with the client's")
		}
		// A partitioned host reaches itself.
		l, err := n.Listen("tcp", "zk:1")
		must(t, err)
		c, err := n.Host("zk").Dial("tcp", "zk:1", time.Second)
		must(t, err)
		s, err := l.Accept()
		must(t, err)
		write(t, c, "me")
		wantBytes(t, s, "me")
	})
}
