package conn

import (
	"sync/atomic"

	"github.com/zookit-go/zookit/internal/wire"
)

// Counters count what passes the connections.
type Counters struct {
	Received    atomic.Int64 // frames
	Sent        atomic.Int64 // frames
	BytesIn     atomic.Int64 // of the frames received, with their lengths
	BytesOut    atomic.Int64 // of the frames sent, with their lengths
	Accepted    atomic.Int64 // connections let in
	Refused     atomic.Int64 // connections closed at once
	Open        atomic.Int64 // connections now
	Outstanding atomic.Int64 // requests without a reply now
	Queued      atomic.Int64 // bytes now that wait for clients to read them

	Meter Meter

	ops    [lastOp - firstOp + 1]atomic.Int64
	events [wire.EventNodeChildrenChanged + 1]atomic.Int64 // notifications sent, by type
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

// told counts a notification.
func (n *Counters) told(t wire.EventType) {
	if t > 0 && int(t) < len(n.events) {
		n.events[t].Add(1)
	}
}

// Events is how many notifications of each type were sent.
func (n *Counters) Events() map[wire.EventType]int64 {
	counts := make(map[wire.EventType]int64)
	for t := range n.events {
		if v := n.events[t].Load(); v != 0 {
			counts[wire.EventType(t)] = v
		}
	}
	return counts
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
