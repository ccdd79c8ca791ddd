package zktest

import (
	"testing"
	"testing/synctest"

	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
)

// ServerAddr is the address of a World's server.
const ServerAddr = "zk:2181"

// World is what a test of Virtual lives in: virtual time, a network and a server.
type World struct {
	Net    *fault.Network
	Server *Server
	Addr   string // of the server on Net: ServerAddr
}

// Host returns a host of the network, to dial from and to aim faults at.
func (w *World) Host(name string) *fault.Host { return w.Net.Host(name) }

// Option configures Virtual.
type Option func(*options)

type options struct {
	network []fault.Option
	server  []server.Option
}

// WithNetwork passes options to the World's network, such as fault.WithLatency.
func WithNetwork(opts ...fault.Option) Option {
	return func(o *options) { o.network = append(o.network, opts...) }
}

// WithServer passes options to the World's server, such as server.WithTick.
func WithServer(opts ...server.Option) Option {
	return func(o *options) { o.server = append(o.server, opts...) }
}

// Virtual runs body in a bubble of testing/synctest, with a server on an in-memory network. There, time moves only when
// every goroutine waits, and then at once to the moment that one of them waits for: a sleep of an hour takes no time, and
// every run takes the same virtual time.
//
// All that body starts must end with it: close your clients, by t.Cleanup or before body returns. A goroutine that is left
// fails the test. At the end every partition is healed and the server stopped, after body's own cleanups.
//
// The server does not limit the connections from one host, unless an option says so.
//
// What is not durably blocking in the sense of package synctest keeps the clock from moving: real sockets, system calls, a
// mutex that is held by somebody who sleeps. A client must therefore dial with a Host of the World, and must not resolve
// names.
func Virtual(t *testing.T, body func(t *testing.T, w *World), opts ...Option) {
	t.Helper()
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	synctest.Test(t, func(t *testing.T) {
		network := fault.NewNetwork(o.network...)
		srv := start(t, append([]server.Option{
			server.WithAddr(ServerAddr), server.WithListen(network.Listen), server.WithMaxClientConns(0),
		}, o.server...))
		t.Cleanup(network.HealAll) // runs before the server stops, which would wait for partitioned clients
		body(t, &World{Net: network, Server: srv, Addr: srv.Addr()})
	})
}
