package fault

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// Names in Frame.Op that are no operation of the protocol.
const (
	connectOp      = "connect"
	notificationOp = "notification"
)

// Frame is what an interceptor sees of a frame of ZooKeeper's client protocol.
type Frame struct {
	Host         string // the client's
	Server       string // the address that was dialed, with its port
	Session      int64  // 0 until the server has given the connection one
	Reply        bool   // from the server: a reply or a notification
	Notification bool   // a watch has fired; Reply too
	Connect      bool   // the handshake: the first frame each way
	N            int    // counts the frames of this connection in this direction, from 1, the handshake's
	Xid          int32  // 0 in the handshake
	Op           string // such as "create"; "connect", "notification"; a reply has its request's; "" if unknown
	Path         string // of the request, the notification, or a multi's first operation; "" if there is none
	Err          int32  // a reply's error code, 0 for success
	Zxid         int64  // a reply's
	Size         int    // bytes, with the 4 of the length
}

// String is one line for a transcript, such as "app > zk1:2181 #2 create /a xid 1".
func (f Frame) String() string {
	var b strings.Builder
	direction := ">"
	if f.Reply {
		direction = "<"
	}
	fmt.Fprintf(&b, "%s %s %s #%d %s", f.Host, direction, f.Server, f.N, cmp.Or(f.Op, "unknown"))
	if f.Path != "" {
		fmt.Fprintf(&b, " %s", f.Path)
	}
	if !f.Connect && !f.Notification {
		fmt.Fprintf(&b, " xid %d", f.Xid)
	}
	if f.Zxid > 0 {
		fmt.Fprintf(&b, " zxid 0x%x", f.Zxid)
	}
	if f.Err != 0 {
		fmt.Fprintf(&b, " %s", wire.Code(f.Err).String())
	}
	return b.String()
}

// asked is what a reply does not repeat of its request.
type asked struct {
	op   string
	path string
}

// decodeRequest and decodeReply leave what they cannot read at zero: a test may well send malformed frames. Strings are
// cloned, since the bytes are the writer's.
func (l *link) decodeRequest(f *Frame, body []byte) {
	r := wire.NewReader(body)
	var h wire.RequestHeader
	h.Decode(&r)
	if r.Err() != nil {
		return
	}
	f.Xid, f.Op, f.Path = h.Xid, h.Op.String(), requestPath(h.Op, &r)
	l.pending[f.Xid] = asked{f.Op, f.Path}
}

func (l *link) decodeReply(f *Frame, body []byte) {
	r := wire.NewReader(body)
	var h wire.ReplyHeader
	h.Decode(&r)
	if r.Err() != nil {
		return
	}
	f.Xid, f.Zxid, f.Err = h.Xid, h.Zxid, int32(h.Err)
	if h.Xid == wire.XidNotification {
		var e wire.WatcherEvent
		e.Decode(&r)
		f.Notification, f.Op, f.Path = true, notificationOp, strings.Clone(e.Path)
		return
	}
	req, ok := l.pending[h.Xid]
	if !ok && h.Xid == wire.XidPing {
		req.op = wire.OpPing.String() // all pings share an xid, and another's reply came first
	}
	delete(l.pending, h.Xid)
	f.Op, f.Path = req.op, req.path
}

// pathless are the operations whose bodies do not begin with a path.
var pathless = map[wire.Op]bool{
	wire.OpPing: true, wire.OpAuth: true, wire.OpSASL: true, wire.OpReconfig: true, wire.OpWhoAmI: true,
	wire.OpCloseSession: true, wire.OpSetWatches: true, wire.OpSetWatches2: true, wire.OpCreateSession: true,
}

// requestPath reads the path that stands first in the body of most requests.
func requestPath(op wire.Op, r *wire.Reader) string {
	if _, ok := op.Lookup(); !ok || pathless[op] {
		return ""
	}
	if op == wire.OpMulti || op == wire.OpMultiRead {
		var h wire.MultiHeader
		if h.Decode(r); h.Done {
			return ""
		}
	}
	return strings.Clone(r.String())
}
