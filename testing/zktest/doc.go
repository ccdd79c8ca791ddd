// Package zktest gives a Go test a ZooKeeper server, in milliseconds and without Java or a container.
//
// Start is a server on a real port, for any client:
//
//	func TestRegister(t *testing.T) {
//		srv := zktest.Start(t)
//		conn, _, err := zk.Connect([]string{srv.Addr()}, 10*time.Second)
//		...
//	}
//
// Virtual is a server in virtual time, on a network whose faults the test commands. This test of a forty-second session
// takes a few milliseconds:
//
//	func TestExpiry(t *testing.T) {
//		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
//			app := connect(t, w, "app") // dials with w.Host("app").Dial
//			...
//			w.Host("app").Partition()
//			time.Sleep(50 * time.Second)
//			// The session has expired, its ephemeral znodes are gone, and app does not know it yet.
//			w.Host("app").Heal()
//		})
//	}
//
// The faults are those of package fault: partitions, resets, refused dials, and the fate of single frames. The server's
// own are its methods: ExpireSession, DropConnections, RefuseConnections, Restart, Kill and Start. What it has done it tells by
// Stats (requests by operation, events by type, packets, bytes, sessions, latencies) and by Connections (packets and bytes of
// each):
//
//	if n := srv.Stats().EventsByType["NodeDeleted"]; n != 1 {
//		t.Errorf("a release wakes %d waiters", n)
//	}
//
// Sweep runs a scenario of yours once for each fault at each message: replies that are lost after the server has done what was asked,
// connections that end, a server that restarts, a session that expires, somebody who deletes what is yours.
package zktest
