package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	everyRounds = 9
	everyWindow = 60 * time.Millisecond
	peerWarmUp  = time.Second // for each peer's compiler to have seen the calls that matter

	// What we aim at, for each operation and whatever zk.Conn needs.
	aimReadAllocs  = 6
	aimWriteAllocs = 8
)

// The sides of the table of every call.
const (
	asConn = iota
	asOurs
	asJava
	asKazoo
	everySides
)

var everyNames = [everySides]string{"zk.Conn", "zookit", "Java", "kazoo"}

// field is everybody's clients on one server.
type field struct {
	conn   *zk.Conn
	ours   *client.Client
	peers  [everySides]*peer // nil: a client of Go's, or not there
	stores [everySides]*store
	sides  []int // who takes part
}

// everybody connects all sides; with foreign those, too, that are not Go's.
func everybody(b *testing.B, addr string, others bool) *field {
	b.Helper()
	f := &field{conn: plain(b, addr, nil), ours: ours(b, addr), sides: []int{asConn, asOurs}}
	keeper := ours(b, addr)
	prepare(b, f.conn, root, nil)
	prepare(b, f.conn, dataPath, payload)
	prepare(b, f.conn, childrenPath, nil)
	for i := range childrenCount {
		prepare(b, f.conn, fmt.Sprintf("%s/child-%d", childrenPath, i), nil)
	}
	if others {
		f.peers[asJava], f.peers[asKazoo] = java(b, addr), kazoo(b, addr)
		f.sides = append(f.sides, asJava, asKazoo)
		for _, p := range f.peers {
			if p != nil {
				p.window(b, "get", crowd, peerWarmUp, unused)
				p.window(b, "set", crowd, peerWarmUp, unused)
			}
		}
	}
	for _, side := range f.sides {
		f.stores[side] = newStore(b, keeper, fmt.Sprintf("side-%d", side))
	}
	return f
}

// window measures one side once.
func (f *field) window(b *testing.B, op operation, side, callers int) sample {
	b.Helper()
	of := unused
	switch op.stock {
	case leaves:
	case makes:
		of = f.stores[side].toMake()
	case deletes:
		of = f.stores[side].toDelete(b, int64(min(3000*callers, most)))
	}
	var s sample
	switch ctx := b.Context(); side {
	case asConn:
		s = window(b, callers, everyWindow, of.numbered(func(path string) error { return op.conn(f.conn, path) }))
	case asOurs:
		s = window(b, callers, everyWindow, of.numbered(func(path string) error { return op.ours(ctx, f.ours, path) }))
	default:
		s = f.peers[side].window(b, op.name, callers, everyWindow, of)
	}
	switch op.stock {
	case leaves:
	case makes:
		f.stores[side].end += s.ops
	case deletes:
		f.stores[side].first += s.ops
	}
	return s
}

// has tells whether a side has the operation.
func (op operation) has(side int) bool {
	return (side != asConn || op.conn != nil) && (side != asKazoo || !op.notKazoo)
}

// everyRow is a row of the table.
type everyRow struct {
	op      operation
	callers int
	samples [everySides][]sample // nil: it does not take part
}

func (f *field) compare(b *testing.B, op operation, callers int) everyRow {
	b.Helper()
	var sides []int
	for _, side := range f.sides {
		if op.has(side) {
			sides = append(sides, side)
		}
	}
	row := everyRow{op: op, callers: callers}
	for i, samples := range inTurns(everyRounds, len(sides), time.Time{}, func(i int) sample { return f.window(b, op, sides[i], callers) }) {
		row.samples[sides[i]] = samples
	}
	return row
}

func (r everyRow) rate(side int) string {
	if r.samples[side] == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", median(each(r.samples[side], sample.rate)))
}

// beside compares us with another side.
func (r everyRow) beside(side int) string {
	if r.samples[side] == nil {
		return "-"
	}
	return quartiles(r.samples[asOurs], r.samples[side]).String()
}

func (r everyRow) allocs(side int) float64 {
	if r.samples[side] == nil {
		return 0
	}
	return median(each(r.samples[side], sample.allocsPerOp))
}

func (r everyRow) perOp(side int) string {
	if r.samples[side] == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f", r.allocs(side))
}

// aim is about allocations, which are the same on every machine. A window's are a little more than its operations': pings, for one.
func (r everyRow) aim() string {
	var most float64
	switch r.op.name {
	case get.name:
		most = aimReadAllocs
	case set.name:
		most = aimWriteAllocs
	}
	var aims []string
	met := true
	if most > 0 {
		aims = append(aims, fmt.Sprintf("<= %.0f", most))
		met = r.allocs(asOurs) < most+0.5
	}
	if r.op.conn != nil {
		aims = append(aims, "< zk.Conn")
		met = met && r.allocs(asOurs) < r.allocs(asConn)
	}
	if len(aims) == 0 {
		return ""
	}
	return verdict(strings.Join(aims, ", "), met)
}

// BenchmarkEveryCall measures every operation of every client, on Apache's server and on ours, and prints a table for each.
func BenchmarkEveryCall(b *testing.B) {
	b.Run("apache", func(b *testing.B) { everyCall(b, startApache(b)) })
	b.Run("zookit", func(b *testing.B) { everyCall(b, startChild(b)) })
}

// everyCall leaves the clients out that are not Go's where they are not installed: starting one then skips its sub-benchmark.
func everyCall(b *testing.B, srv target) {
	b.Helper()
	done := false
	for _, others := range []bool{true, false} {
		if done || b.Failed() {
			return
		}
		b.Run(map[bool]string{true: "all", false: "go"}[others], func(b *testing.B) {
			f := everybody(b, srv.addr, others)
			done = true
			f.measure(b, srv)
		})
	}
}

func (f *field) measure(b *testing.B, srv target) {
	b.Helper()
	var rows []everyRow
	for _, op := range operations {
		for _, callers := range callerCounts {
			row, ok := once(b, fmt.Sprintf("%s/callers=%d", op.name, callers),
				func(b *testing.B) everyRow {
					b.Helper()
					return f.compare(b, op, callers)
				},
				func(row everyRow) float64 {
					theirs := row.samples[asOurs] // if no other client here has it
					for _, side := range []int{asJava, asConn} {
						if row.samples[side] != nil {
							theirs = row.samples[side]
						}
					}
					return quartiles(row.samples[asOurs], theirs).median
				})
			if ok {
				rows = append(rows, row)
			}
		}
	}
	pipes := f.comparePipes(b, srv)
	if err := printEvery(os.Stdout, srv, rows, pipes); err != nil {
		b.Error(err)
	}
}

func printEvery(w io.Writer, srv target, rows []everyRow, pipes []pipeRow) error {
	var text strings.Builder
	fmt.Fprintf(&text, "\nEvery call on %s.\n%s, %d CPUs, clients and server on one machine.\n", srv.name, runtime.Version(), runtime.NumCPU())
	if len(rows) > 0 {
		fmt.Fprintf(&text, `
One session a client, %d bytes of data, %d children, synchronous calls. Ratios of operations/s: the %d rounds' median (the half between).

`, dataBytes, childrenCount, everyRounds)
		fmt.Fprintln(&text, "                   operations/s                       ratio                                                             allocations/op")
		fmt.Fprintf(&text, "call       callers %8s%8s%8s%8s   %-22s %-22s %-25s %7s %6s   aim\n", everyNames[asConn], everyNames[asOurs], everyNames[asJava],
			everyNames[asKazoo], "zookit/zk.Conn", "zookit/Java", "zookit/kazoo", "zk.Conn", "zookit")
	}
	for _, r := range rows {
		fmt.Fprintf(&text, "%-10s %7d %8s%8s%8s%8s   %-22s %-22s %-25s %7s %6s   %s\n", r.op.name, r.callers, r.rate(asConn), r.rate(asOurs), r.rate(asJava),
			r.rate(asKazoo), r.beside(asConn), r.beside(asJava), r.beside(asKazoo), r.perOp(asConn), r.perOp(asOurs), r.aim())
	}
	printPipes(&text, pipes)
	_, err := fmt.Fprintln(w, text.String())
	return err
}
