package conn

import (
	"crypto/tls"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// account is what a connection knows of its own traffic. Conn.mu guards it.
type account struct {
	asked  waiting
	queued int // of those asked, the ones that count for the limit of outstanding requests: a client numbers them from 1

	who     int64 // the session; 0 before the handshake
	timeout time.Duration
	heard   time.Duration // when the client last asked for something, by the sessions' clock
	sent    int64
	// bytesOut is all that was queued, unlike the rest not begun anew by crst.
	bytesOut int64
	now      time.Duration // when the first of the replies that are due left the pipeline

	// What publish adds to the server's counters: these are shared, so they are written once for all that leaves together.
	answers int64 // to requests
	bytes   int64
	sizes   sizes

	lastOp    wire.Op
	named     bool // whether lastOp is told
	lastCxid  int64
	lastZxid  int64
	lastReply int64 // ms
	last      int64 // ms
	latency   fourletter.Latency
}

// asked is a request that has no reply yet.
type asked struct {
	op  wire.Op
	xid int32
	at  time.Duration
}

// waiting is the requests without a reply, in their order, which is that of the replies.
type waiting struct {
	all  []asked
	head int
}

// keepWaiting is for how many requests a connection without any keeps the memory.
const keepWaiting = 512

func (w *waiting) push(a asked) {
	if len(w.all) == cap(w.all) && w.head > len(w.all)/2 {
		w.all = w.all[:copy(w.all, w.all[w.head:])]
		w.head = 0
	}
	w.all = append(w.all, a)
}

func (w *waiting) pop() (a asked, ok bool) {
	if w.head == len(w.all) {
		return asked{}, false
	}
	a = w.all[w.head]
	if w.head++; w.head == len(w.all) {
		if cap(w.all) > keepWaiting {
			w.all = nil
		}
		w.all, w.head = w.all[:0], 0
	}
	return a, true
}

func (a *account) countAnew() {
	a.sent = 0
	a.named, a.lastCxid, a.lastZxid = false, -1, -1
	a.lastReply, a.last = 0, 0
	a.latency = fourletter.Latency{}
}

// expect says that replies to the batch will come. Of a dead connection nothing is expected. It tells whether the batch is all that is
// on its way for the client. On a connection that has had no reply yet it is not: an earlier one of the session may have left
// something behind.
func (c *Conn) expect(batch []request.Request, now time.Duration) (alone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.aborted {
		return false
	}
	alone = c.pending == 0 && c.answered > 0
	c.heard = now
	c.pending += len(batch)
	c.env.Counters.Outstanding.Add(int64(len(batch)))
	c.env.Counters.Meter.Requests.Add(int64(len(batch)))
	for i := range batch {
		if batch[i].Xid > 0 {
			c.queued++
		}
		c.asked.push(asked{batch[i].Op, batch[i].Xid, now})
	}
	return alone
}

// replied takes the reply to the oldest request into account. The caller holds mu.
func (c *Conn) replied(r *request.Reply, size int64) {
	a, ok := c.asked.pop()
	if !ok {
		return
	}
	c.pending--
	c.answers++
	if a.xid > 0 {
		c.queued--
	}
	now := c.now
	took := max(now-a.at, 0)
	m, writes := &c.env.Counters.Meter, updates(a.op)
	if writes {
		m.Updates.Add(took)
	} else {
		m.Reads.Add(took)
	}
	// A write that failed has lost its name in Apache, unless it is a multi, whose failure is in its body.
	c.lastOp, c.named, c.lastZxid = a.op, !writes || r.Err == wire.OK, r.Zxid
	switch {
	case r.Mute:
	case r.Connect != nil:
		c.lastZxid = c.env.LastZxid()
	default:
		c.sizes.add(size)
		if a.op != wire.OpPing { // as Apache has it
			c.bytes += size
		}
	}
	if a.xid >= 0 {
		c.lastCxid = int64(a.xid)
	}
	ms := took.Milliseconds()
	c.lastReply, c.last = now.Milliseconds(), ms
	if l := &c.latency; l.Count == 0 || ms < l.Min {
		l.Min = ms
	}
	c.latency.Max = max(c.latency.Max, ms)
	c.latency.Count++
	c.latency.Total += ms
}

// publish makes the server's counters know of the replies since the last time. The caller holds mu.
func (c *Conn) publish() {
	if c.answers == 0 && c.sizes.last == 0 {
		return
	}
	n := c.env.Counters
	n.Outstanding.Add(-c.answers)
	n.Meter.ReplyBytes.Add(c.bytes)
	n.Meter.replied(&c.sizes)
	c.answers, c.bytes, c.sizes = 0, 0, sizes{}
}

// forget gives up all that has no reply. The caller holds mu.
func (c *Conn) forget() {
	c.publish()
	c.env.Counters.Outstanding.Add(-int64(c.pending))
	c.pending, c.queued = 0, 0
	c.asked = waiting{}
}

// isUpdate tells of every operation whether it makes a transaction.
var isUpdate = func() (is [lastOp - firstOp + 1]bool) {
	for i := range is {
		row, _ := (firstOp + wire.Op(i)).Lookup() // an unknown one has no kind, and so reads
		is[i] = row.Kind == wire.KindWrite || row.Kind == wire.KindInternal
	}
	return is
}()

func updates(op wire.Op) bool { return op >= firstOp && op <= lastOp && isUpdate[op-firstOp] }

// opName is what Apache calls the last operation.
func (a *account) opName() string {
	if n, ok := opNames[a.lastOp]; ok && a.named {
		return n
	}
	return "NA"
}

var opNames = map[wire.Op]string{
	wire.OpCreate: "CREA", wire.OpCreate2: "CREA", wire.OpCreateContainer: "CREA", wire.OpCreateTTL: "CREA",
	wire.OpDelete: "DELE", wire.OpSetData: "SETD", wire.OpSetACL: "SETA", wire.OpReconfig: "RECO", wire.OpCheck: "CHEC",
	wire.OpMulti: "MULT", wire.OpMultiRead: "MLTR", wire.OpSync: "SYNC", wire.OpPing: "PING",
	wire.OpExists: "EXIS", wire.OpGetData: "GETD", wire.OpGetACL: "GETA", wire.OpGetChildren: "GETC", wire.OpGetChildren2: "GETC",
	wire.OpGetAllChildrenNumber: "GETACN", wire.OpGetEphemerals: "GETE", wire.OpWhoAmI: "HOMI",
	wire.OpSetWatches: "SETW", wire.OpSetWatches2: "STW2", wire.OpAddWatch: "ADDW",
	wire.OpCheckWatches: "CHKW", wire.OpRemoveWatches: "REMW",
	wire.OpCreateSession: "SESS", wire.OpCloseSession: "CLOS",
}

// Bits of fourletter.Conn.Interest, which are Java's.
const (
	reading = 1
	writing = 4
)

// describe is the connection as the four-letter words tell it, unless it is dead.
func (c *Conn) describe() (d fourletter.Conn, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.aborted {
		return d, false
	}
	now := c.env.Now()
	_, secure := c.link.(*tls.Conn)
	d = fourletter.Conn{
		Peer: c.nc.RemoteAddr().String(), Addr: fourletter.Address(c.nc.RemoteAddr()), Queued: int64(c.queued), Received: c.received.Load(), Sent: c.sent,
		BytesIn: c.bytesIn.Load(), BytesOut: c.bytesOut,
		Secure: secure, Session: c.who, Timeout: c.timeout, Established: c.established,
		LastOp: c.opName(), LastCxid: c.lastCxid, LastZxid: c.lastZxid, LastReply: c.lastReply, Latency: c.latency, Last: c.last,
	}
	if !c.stalled && !c.probe {
		d.Interest |= reading
	}
	if len(c.out) > 0 {
		d.Interest |= writing
	}
	timeout := c.timeout
	if d.Session == 0 {
		timeout = idleLimit
	}
	d.Expires = time.Now().Add(fourletter.Bucket(c.heard+timeout, idleLimit) - now)
	return d, true
}

func (c *Conn) resetStats() {
	c.received.Store(0)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.countAnew()
}

// introduce says whose connection this is.
func (c *Conn) introduce(session int64, timeout time.Duration) {
	c.session = session
	c.mu.Lock()
	defer c.mu.Unlock()
	c.who, c.timeout = session, timeout
}

// Session is the connection's session, which it has from its first request on.
func (c *Conn) Session() int64 { return c.session }
