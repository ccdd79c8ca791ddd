// Package request is the nouns that travel the server's pipeline, one type a stage, so that a wrong order of stages does not
// compile: a Request goes into prep and comes out as a Txn; once it is safe it is Committed; apply turns that into a Reply.
package request

import (
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
)

// Request is one request as it came in, decoded. It is not written to after it has entered the pipeline. Body's buffers and
// strings are views of the frame: who keeps one clones it.
type Request struct {
	From    Origin // nil for what the server asks of itself
	Session int64
	Xid     int32
	Op      wire.Op
	Body    wire.Record
	IDs     []auth.ID // who the connection was when the request arrived

	// Refused is set by the reader for a request that no stage can serve: its record is malformed, or a client may not send
	// it. The request still travels the chain, since its refusal has a place among the replies.
	Refused wire.Code

	// Gone is the last thing that comes from a connection. It asks for nothing and gets no reply: the connection's watches go.
	Gone bool
}

// Origin is the connection that a request came by. What is sent to it arrives in the order of the calls.
type Origin interface {
	// IDs is who the connection is now.
	IDs() []auth.ID
	// Send queues a reply or a notification. It never blocks. It tells whether Flush is due for what is queued now and was not
	// due before.
	Send(r Reply) (dirty bool)
	// Flush lets the connection write what is queued.
	Flush()
	// Abort closes the connection without another word.
	Abort()
}
