// Package fault is an in-memory network for tests, with faults on demand: partitions, resets, refused dials, latency,
// and single frames of ZooKeeper's client protocol that are lost, late or the last.
//
// Its connections behave like TCP. Each direction holds a bounded number of bytes and then makes its writer wait;
// deadlines, half-closing and the errors are those of package net. What a real network leaves to chance is exact here:
// which bytes arrive, in what order, and under virtual time when.
//
// # In a synctest bubble
//
// A Network made inside a testing/synctest bubble takes part in its virtual time: every wait is a durable one, time
// comes only from package time, and no connection has a goroutine. So a test of a forty-second session takes
// milliseconds, and with WithLatency the elapsed time counts round trips.
//
//	synctest.Test(t, func(t *testing.T) {
//		network := fault.NewNetwork(fault.WithLatency(5 * time.Millisecond))
//		srv, err := server.New(server.WithAddr("zk:2181"), server.WithListen(network.Listen))
//		...
//		app := network.Host("app")
//		conn, _, err := zk.Connect([]string{"zk:2181"}, 40*time.Second, zk.WithDialer(app.Dial), ...)
//		app.Partition() // nobody is told; the session expires some 40 virtual seconds later
//	})
//
// The package zktest does the first half of this for a test.
//
// # A frame's fate
//
// An interceptor sees every frame of every connection and decides what becomes of it. Rules are interceptors for the
// common cases. The server does the create, and its client is not told:
//
//	network.Inject(fault.Once(fault.Reply("create"), fault.Cut))
//
// # Where it is kinder than TCP
//
// A Close with bytes unread does not destroy what this end has sent. A partition of one direction does not hold up the
// acknowledgements of the other, and does not end a connection however long it lasts: that is left to the keep-alives
// above. Connections that wait to be accepted are not limited in number.
//
// # Locks
//
// Network.mu comes before link.mu; nobody waits holding either, and neither is held while an interceptor runs.
package fault
