// Package lease holds leases: who has one has it until a time that is written down, whatever becomes of its session. It shares its znodes with
// kazoo, so Go and Python can take turns.
//
//	Lease   one holder at a time: kazoo's NonBlockingLease
//	Multi   so many holders at a time: kazoo's MultiNonBlockingLease
//
// # The clocks
//
// A lease rests on the clocks of those who use it, not on the server. A holder stops when its own clock says that the time is over, and another
// takes the lease when its own clock says so. If the other's clock is ahead by a minute, both have the lease for a minute; a clock that is set
// while a lease is held, or a process that sleeps, can do the same. So keep clocks together, make leases much longer than they can be apart, give up
// early (WithMargin), and have what must not be written twice refuse a smaller Token. Who cannot live with that takes a lock.Mutex, which rests on
// the server's word.
//
// What a lease has that a lock has not: it survives the end of its holder's session and process, who can go on with it under the same name. So a job
// that is begun every hour stays on one machine, and moves when that machine is gone for longer than the lease.
package lease
