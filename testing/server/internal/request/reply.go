package request

import "github.com/zookit-go/zookit/internal/wire"

// Reply is what goes out: the answer to a request, or a notification.
type Reply struct {
	Xid  int32
	Zxid int64
	Err  wire.Code
	Body wire.Record // nil is none

	Connect *wire.ConnectResponse // the answer to a handshake, which has no header; all of the above is unused
	Mute    bool                  // nothing is written: the request has had its turn, and its client hears nothing
	Close   bool                  // nothing follows: the connection is closed once this is written
}

// Delivery is a reply and where it goes.
type Delivery struct {
	To    Origin
	Reply Reply
}
