package bench

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"
)

// What we aim at.
const (
	aimAlone    = 0.97 // ours/plain with one caller
	aimCrowd    = 1.3  // ours/plain with crowd callers
	crowd       = 256
	aimRequests = 3 // a cycle without other contenders
	aimFlights  = 2
	aimBehind   = 5 // requests of a cycle behind other contenders
	aimEvents   = 1 // of a cycle behind other contenders
)

// table is what one run measured.
type table struct {
	server string
	calls  []callRow
	locks  []lockRow
	inside []callRow // on our own server, if the others are on Apache's
}

// BenchmarkSideBySide measures both sides in turns and prints the table. It is the last in the package, so that the table is the end of
// the output.
func BenchmarkSideBySide(b *testing.B) {
	onServer(b, func(b *testing.B, srv target) {
		b.Helper()
		t := table{server: srv.name, calls: compareCalls(b, "", srv)}
		for _, n := range contenderCounts {
			row, ok := once(b, fmt.Sprintf("lock/contenders=%d", n),
				func(b *testing.B) lockRow {
					b.Helper()
					return compareLocks(b, srv, n)
				},
				func(row lockRow) float64 { return row.ratio.median })
			if ok {
				t.locks = append(t.locks, row)
			}
		}
		if srv.foreign {
			t.inside = compareCalls(b, "inside/", startOurs(b))
		}
		if err := t.print(os.Stdout); err != nil {
			b.Error(err)
		}
	})
}

func compareCalls(b *testing.B, prefix string, srv target) (rows []callRow) {
	b.Helper()
	for _, op := range []call{get, set} {
		for _, callers := range callerCounts {
			row, ok := once(b, fmt.Sprintf("%s%s/callers=%d", prefix, op.name, callers),
				func(b *testing.B) callRow {
					b.Helper()
					return op.compare(b, srv, callers)
				},
				func(row callRow) float64 { return row.ours.median })
			if ok {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// once runs a measurement as a sub-benchmark. It decides itself how long it takes, so it does not care for b.N. ok is false if
// it was left out or failed.
func once[T any](b *testing.B, name string, measure func(*testing.B) T, ratio func(T) float64) (row T, ok bool) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		if !ok {
			row = measure(b)
			ok = true
		}
		b.ReportMetric(0, "ns/op") // says nothing here
		b.ReportMetric(ratio(row), "ours/theirs")
	})
	return row, ok
}

func (t table) print(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "\nzookit and go-zookeeper side by side on %s.\n%s, %d CPUs, client and server on one machine.\n",
		t.server, runtime.Version(), runtime.NumCPU())
	if len(t.calls) > 0 {
		t.printCalls(&text)
	}
	if len(t.locks) > 0 {
		t.printLocks(&text)
	}
	if len(t.inside) > 0 {
		t.printInside(&text)
	}
	_, err := fmt.Fprintln(w, text.String())
	return err
}

func (t table) printCalls(w *strings.Builder) {
	fmt.Fprintf(w, `
Synchronous calls, %d bytes of data, one session. Ratios: the rounds' median (lowest to highest).
  plain  zk.Connect and zk.Conn
  seam   Client.Conn: the same zk.Conn on our connection
  ours   Client.Get and Client.Set, Do

`, dataBytes)
	fmt.Fprintln(w, "               operations/s                ratio of operations/s                                           allocations/op        bytes/op")
	fmt.Fprintln(w, "call callers   plain    seam    ours       seam/plain            ours/plain            aim               plain  seam  ours   plain  seam  ours")
	for _, r := range t.calls {
		fmt.Fprintf(w, "%-4s %7d %7.0f %7.0f %7.0f       %-20s  %-20s  %-16s  %5.1f %5.1f %5.1f   %5.0f %5.0f %5.0f\n",
			r.name, r.callers, r.rate[onPlain], r.rate[onSeam], r.rate[onOurs], r.seam, r.ours, r.aim(),
			r.allocs[onPlain], r.allocs[onSeam], r.allocs[onOurs], r.bytes[onPlain], r.bytes[onSeam], r.bytes[onOurs])
	}
}

// printInside has no allocations: here they would be those of the server, too.
func (t table) printInside(w *strings.Builder) {
	fmt.Fprint(w, `
The same calls on zookit's own server, in this process: what the clients can do where the server is not what limits them.

`)
	fmt.Fprintln(w, "               operations/s                ratio of operations/s")
	fmt.Fprintln(w, "call callers   plain    seam    ours       seam/plain            ours/plain")
	for _, r := range t.inside {
		fmt.Fprintf(w, "%-4s %7d %7.0f %7.0f %7.0f       %-20s  %-20s\n",
			r.name, r.callers, r.rate[onPlain], r.rate[onSeam], r.rate[onOurs], r.seam, r.ours)
	}
}

func (t table) printLocks(w *strings.Builder) {
	fmt.Fprint(w, `
Lock cycles, Lock and Unlock with nothing between, a session for each contender. Per cycle: requests and watch events by the server's
counters; round trips of one contender, as seen on its connection.
  zk   zk.Lock on zk.Connect
  our  lock.Mutex

`)
	fmt.Fprintln(w, "                 cycles/s          ratio                  requests/cycle   events/cycle   round trips")
	fmt.Fprintln(w, "lock contenders      zk     our     our/zk                 zk     our       zk    our      zk  our         aim")
	for _, r := range t.locks {
		fmt.Fprintf(w, "     %10d %7.0f %7.0f     %-20s %5.2f   %5.2f    %5.2f  %5.2f   %5d %4d         %s\n",
			r.contenders, r.rate[byZK], r.rate[byMutex], r.ratio, r.requests[byZK], r.requests[byMutex],
			r.events[byZK], r.events[byMutex], r.flights[byZK], r.flights[byMutex], r.aim())
	}
	fmt.Fprint(w, `
Curator's InterProcessMutex 5.4.0, as known and not measured here: 3 requests in 3 round trips alone, 5 requests with 8 or 32 contenders.
A cycle that finds the lock just freed waits for nobody and costs less, so the means lie below a waiter's 5 requests and 1 event; that a
waiter costs exactly that is a test of recipes/lock.
`)
}

func (s spread) String() string { return fmt.Sprintf("%.2f (%.2f to %.2f)", s.median, s.min, s.max) }

// aim says what is aimed at, and whether it was reached. It decides nothing: a machine may be busy with other things.
func (r callRow) aim() string {
	switch r.callers {
	case 1:
		return verdict(fmt.Sprintf(">= %.2f", aimAlone), r.ours.median >= aimAlone)
	case crowd:
		return verdict(fmt.Sprintf(">= %.2f", aimCrowd), r.ours.median >= aimCrowd)
	}
	return ""
}

func (r lockRow) aim() string {
	requests, events, trips := r.requests[byMutex], r.events[byMutex], r.flights[byMutex]
	if r.contenders == 1 {
		return verdict(fmt.Sprintf("%d requests, %d round trips", aimRequests, aimFlights),
			near(requests, aimRequests) && near(events, 0) && trips == aimFlights)
	}
	return verdict(fmt.Sprintf("<= %d requests, %d event", aimBehind, aimEvents),
		requests < aimBehind+counting && events < aimEvents+counting)
}

// counting is how far a mean may lie off for reasons that are not the recipe's: the first cycle of a window, or a hold that a busy machine
// made long.
const counting = 0.02

func near(got, want float64) bool { return math.Abs(got-want) < counting }

func verdict(aim string, met bool) string {
	if met {
		return aim + " met"
	}
	return aim + " MISSED"
}
