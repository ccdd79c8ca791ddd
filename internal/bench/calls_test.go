package bench

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	root      = "/bench"
	dataPath  = root + "/data"
	dataBytes = 100

	callRounds = 21
	callWindow = 100 * time.Millisecond
	warmUp     = 4 * time.Second // for Java's compiler to have seen the server at work
)

var (
	callerCounts = []int{1, 16, 256}
	payload      = bytes.Repeat([]byte{'x'}, dataBytes)
)

// The sides of the comparison, in the table's order.
const (
	onPlain = iota
	onSeam
	onOurs
	callSides
)

var sideNames = [callSides]string{"plain", "seam", "ours"}

// call is one operation, from each side.
type call struct {
	name string
	conn func(*zk.Conn) error
	ours func(context.Context, *client.Client) error
}

var (
	get = call{
		name: "get",
		conn: func(conn *zk.Conn) error {
			_, _, err := conn.Get(dataPath)
			return err
		},
		ours: func(ctx context.Context, c *client.Client) error {
			_, _, err := c.Get(dataPath).Do(ctx)
			return err
		},
	}
	set = call{
		name: "set",
		conn: func(conn *zk.Conn) error {
			_, err := conn.Set(dataPath, payload, -1)
			return err
		},
		ours: func(ctx context.Context, c *client.Client) error {
			_, err := c.Set(dataPath).Data(payload).Do(ctx)
			return err
		},
	}
)

// callers connects both sides and returns the call from each: one connection to a side, as in a program with one client.
func (op call) callers(b *testing.B, srv target) [callSides]task {
	b.Helper()
	ctx := b.Context()
	conn, c := plain(b, srv.addr, nil), ours(b, srv.addr)
	prepare(b, conn, root, nil)
	prepare(b, conn, dataPath, payload)
	return [callSides]task{
		onPlain: func(int) error { return op.conn(conn) },
		onSeam:  func(int) error { return op.conn(c.Conn()) },
		onOurs:  func(int) error { return op.ours(ctx, c) },
	}
}

// warm lets a server serve before anything is measured.
func (op call) warm(b *testing.B, addr string) {
	b.Helper()
	conn := plain(b, addr, nil)
	defer conn.Close()
	prepare(b, conn, root, nil)
	prepare(b, conn, dataPath, payload)
	window(b, callerCounts[len(callerCounts)-1], warmUp, func(int) error { return op.conn(conn) })
}

// callRow is a row of the table.
type callRow struct {
	name    string
	callers int
	rate    [callSides]float64 // operations a second
	allocs  [callSides]float64 // for each operation
	bytes   [callSides]float64
	seam    spread // seam/plain
	ours    spread // ours/plain
}

// compare measures a call from all sides.
func (op call) compare(b *testing.B, srv target, callers int) callRow {
	b.Helper()
	tasks := op.callers(b, srv)
	samples := contest{callers: callers, rounds: callRounds, length: callWindow, sides: tasks[:]}.run(b)
	row := callRow{name: op.name, callers: callers}
	for side, s := range samples {
		row.rate[side] = median(each(s, sample.rate))
		row.allocs[side] = median(each(s, sample.allocsPerOp))
		row.bytes[side] = median(each(s, sample.bytesPerOp))
	}
	row.seam = ratios(samples[onSeam], samples[onPlain])
	row.ours = ratios(samples[onOurs], samples[onPlain])
	return row
}
