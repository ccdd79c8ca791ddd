// Package bench measures the SDK beside go-zookeeper's zk.Conn and zk.Lock, Apache's Java client and kazoo, on one server in one run:
//
//	go test -run '^$' -bench . ./internal/bench
//
// The server is Apache's, from Debian's package zookeeper; where that is not installed it is our own, and the table's heading says
// so. BenchmarkSideBySide comes last and prints a table of zk.Conn and zk.Lock, after about a minute and a half. BenchmarkEveryCall prints
// one of all clients and all operations, first on Apache's server, then on ours, each in a process of its own: about six minutes more.
//
//	go test -run '^$' -bench EveryCall ./internal/bench
//
// # How to read the table
//
// Machines are noisy, so only what was measured in the same round is compared: a round is one short window for each side, in
// turns, and the next round takes them in the other order. The ratio is the median of the rounds' ratios; how far the rounds lie apart
// stands beside it: the lowest and highest, or in the table of every call the quartiles. Operations a second are medians, too, and compare only within their row.
//
// Calls: "plain" is zk.Connect as everyone uses it; "seam" is the same zk.Conn with our connection beneath it, as Client.Conn hands it
// out; "ours" is Client.Get and Client.Set with Do. Allocations are those of the whole process over a window, divided by its operations.
//
// Lock cycles: one cycle is Lock and Unlock with nothing between them; every contender has a session of its own. Requests and watch
// events are the server's own counters over the windows, divided by the cycles in them. Round trips of one
// contender are counted on its connection in a run of their own: a write that follows a read begins one.
//
// Where Apache's server is what limits both sides, more callers cannot tell them apart; so the calls are measured once more on our own
// server, in this process.
//
// Every call: each client has one session and is what Debian has of its library; testdata has the programs, and without Debian's
// packages their columns are empty. They are told what to do window by window, measure themselves and take their turns with Go's clients.
// All send the same request: a plain create, a getChildren2, a multi of a check and a set. What create makes is there for
// delete to delete. Allocations are those of Go's clients alone, since the server is another process; those of the strings of the paths
// that create and delete make are in both sides'.
//
// Ordered writes: so many sets on their way at once, from one goroutine or thread, against a client that does nothing but send one frame
// again and again and look at each reply. zk.Conn cannot do it: it gets a goroutine for each set, and its writes arrive in any order.
//
// The other benchmarks are the same operations one by one, for the profiler:
//
//	go test -run '^$' -bench 'Get/.*/ours/callers=256' -cpuprofile cpu.out ./internal/bench
package bench
