// Package session is the seam between go-zookeeper's zk.Conn and the network: one ZooKeeper session, two speakers.
//
// zk.Conn owns the session. It dials through the seam, so the seam owns the net.Conn beneath it and can put the SDK's own
// frames into the same stream and take their replies out again.
//
//	       zk.Conn                      the SDK
//	Write │       ▲ Read           Send │     ▲ Call
//	      ▼       │                     ▼     │
//	┌──────────────────────  conn  ─────────────────┐
//	│ out: one buffer, order of arrival             │
//	│ inflight: who waits for the next reply        │
//	└───────────────────────────────────────────────┘
//	      │       ▲
//	      ▼       │
//	       net.Conn
//
// # What holds
//
//   - zk.Conn's frames pass untouched and in order, with two exceptions: the handshake's last zxid is raised to what either speaker saw,
//     and a read that sets a watch goes without its flag where a watch of ours that stays tells zk.Conn the same.
//   - The SDK's xids lie in (-2^31, -2^30], which no other speaker uses; servers echo any xid.
//   - A server answers in order, so the next reply must be that of the oldest frame in flight. If it is not, a reply was
//     lost and the connection is closed: nobody waits for a reply that will not come. Replies to auth and sasl may overtake and
//     are kept apart; overtaken, they are lost, too.
//   - A notification goes to both speakers, first to the SDK's watches.
//   - The server has one watch a path and kind for all users here, and never two modes on one path. It is taken away when its last user goes,
//     and zk.Conn's own, whose frames go by here, is not taken with it.
//   - On every connection SASL comes first, then the identities; each must be accepted before any other request of either speaker
//     is sent, and zk.Conn's frames wait. After a reconnect to the same session the SDK's watches are next.
//   - When a connection ends, every call in flight fails at once with ErrConnectionLoss.
//   - A connection that is not wanted any more, because the list of servers has changed or a server that writes was found, takes no more of the
//     SDK's requests and closes with the last answer that is owed.
//   - A server that is silent for three tenths of the session timeout while it owes an answer is given up.
//   - Every frame's time of sending is kept until its reply. The last answered one plus the session timeout is the moment up to
//     which the server cannot have expired the session; when it passes, the session is declared lost here, before any other
//     client can see its ephemerals vanish. zk.Conn is told at its next handshake, which is then answered without a server.
//
// # Goroutines
//
//	name     | started by | stopped by          | does
//	reading  | zk.Conn    | zk.Conn             | takes replies apart inside Read
//	flusher  | conn       | the connection end  | writes what has gathered while another write was under way
//	seek     | conn       | the connection end  | looks for a server that writes, while connected to one that does not
//	loss     | timer      | Session end         | looks at the clock once a session timeout, runs only for that moment
//	silence  | timer      | the connection end  | looks whether an answer is owed for too long, at most twice in three tenths of a session timeout
//	retiring | timer      | the connection end  | ends a connection that owes its last answers for too long
//
// The ensemble is asked, and pauses are slept, in the goroutine of zk.Conn's that dials.
//
// # Locks
//
// Seam.mu before conn.mu before watchTable.mu, and before pacer.mu, never the other way round. Hooks run under Seam.mu and must not call back.
package session
