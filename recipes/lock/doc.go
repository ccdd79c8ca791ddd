// Package lock holds the locks: what one process at a time may hold, among all that name the same znode.
//
// A lock that depends on time cannot be perfect: a process can sleep through the end of its session and write afterwards. So a Held
// says when it ends (Context), gives every later holder a larger number to hand to the resource (Token), and can make a
// write to ZooKeeper itself depend on the lock (Guard).
package lock
