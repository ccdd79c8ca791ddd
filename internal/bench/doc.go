// Package bench measures the SDK beside go-zookeeper's zk.Conn and zk.Lock, on one server in one run:
//
//	go test -run '^$' -bench . ./internal/bench
//
// The server is Apache's, from Debian's package zookeeper; where that is not installed it is our own, and the table's heading says
// so. BenchmarkSideBySide comes last and prints the table, after about a minute and a half in all.
//
// # How to read the table
//
// Machines are noisy, so only what was measured in the same round is compared: a round is one short window for each side, in
// turns, and the next round takes them in the other order. The ratio is the median of the rounds' ratios; how far the rounds lie apart
// stands beside it. Operations a second are medians, too, and compare only within their row.
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
// The other benchmarks are the same operations one by one, for the profiler:
//
//	go test -run '^$' -bench 'Get/.*/ours/callers=256' -cpuprofile cpu.out ./internal/bench
package bench
