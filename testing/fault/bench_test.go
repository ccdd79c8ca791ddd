package fault_test

import (
	"io"
	"net"
	"testing"

	"github.com/zookit-go/zookit/testing/fault"
)

// BenchmarkRoundTrip compares the network with TCP over loopback: a create and its reply.
func BenchmarkRoundTrip(b *testing.B) {
	run := func(b *testing.B, l net.Listener, dial func() (net.Conn, error)) {
		b.Helper()
		client, err := dial()
		must(b, err)
		server, err := l.Accept()
		must(b, err)
		send(b, client, hello())
		wantFrames(b, server, hello())
		send(b, server, welcome())
		wantFrames(b, client, welcome())
		request, reply := create(1, "/benchmark/path"), created(1, "/benchmark/path")
		done := make(chan struct{})
		go func() {
			defer close(done)
			in := make([]byte, len(request))
			for {
				if _, err := io.ReadFull(server, in); err != nil {
					return
				}
				if _, err := server.Write(reply); err != nil {
					return
				}
			}
		}()
		in := make([]byte, len(reply))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.Write(request); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(client, in); err != nil {
				b.Fatal(err)
			}
		}
		must(b, client.Close())
		<-done
		must(b, server.Close())
		must(b, l.Close())
	}
	memory := func(b *testing.B, n *fault.Network) {
		b.Helper()
		l, err := n.Listen("tcp", "zk:2181")
		must(b, err)
		run(b, l, func() (net.Conn, error) { return n.Dial("tcp", "zk:2181", 0) })
	}
	b.Run("memory", func(b *testing.B) { memory(b, fault.NewNetwork()) })
	b.Run("intercepted", func(b *testing.B) {
		n := fault.NewNetwork()
		n.Intercept(func(fault.Frame) fault.Action { return fault.Pass })
		memory(b, n)
	})
	b.Run("tcp", func(b *testing.B) {
		l, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
		must(b, err)
		run(b, l, func() (net.Conn, error) {
			return new(net.Dialer).DialContext(b.Context(), "tcp", l.Addr().String())
		})
	})
}
