package conn

import (
	"sync/atomic"

	"github.com/zookit-go/zookit/internal/wire"
)

// Counters count what passes the connections.
type Counters struct {
	Received    atomic.Int64 // frames
	Sent        atomic.Int64 // frames
	Events      atomic.Int64 // notifications among them
	Open        atomic.Int64 // connections now
	Outstanding atomic.Int64 // requests without a reply now
	Queued      atomic.Int64 // bytes now that wait for clients to read them

	Meter Meter

	ops [lastOp - firstOp + 1]atomic.Int64
}

// All operations have codes in this range, so an array counts them.
const (
	firstOp = wire.OpCloseSession
	lastOp  = wire.OpWhoAmI
)

func (n *Counters) count(op wire.Op) {
	if op >= firstOp && op <= lastOp {
		n.ops[op-firstOp].Add(1)
	}
}

// Requests is how often each operation has been asked for, by name.
func (n *Counters) Requests() map[string]int64 {
	counts := make(map[string]int64)
	for i := range n.ops {
		if v := n.ops[i].Load(); v != 0 {
			counts[(firstOp + wire.Op(i)).String()] = v
		}
	}
	return counts
}
