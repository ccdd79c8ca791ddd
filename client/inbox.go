package client

import (
	"context"
	"sync"

	"github.com/go-zookeeper/zk"
)

// Inbox takes events of watches and answers to reads in the one order in which the server sent them, which channels and Futures cannot
// tell: an answer that comes behind an event knows of the change, one that comes before it does not. It is for those who keep a copy
// of znodes, as package cache does.
//
// It has no limit: what nobody takes stays. So take, and Stop the watches that are no longer needed. Over a zk.Conn without the SDK's
// dialer (FromConn) the order is only that in which zk.Conn's methods returned.
type Inbox struct {
	wake chan struct{}

	mu    sync.Mutex // guards what follows
	items []Delivery
}

// Delivery is one thing that an Inbox took: an event of Watch, its end, or an answer.
type Delivery struct {
	Watch *Watch
	Event zk.Event // of Watch, unless it has Ended
	Ended bool     // Watch will tell no more; its Err says why

	Key any // what was given with the read that is answered, or to Put; nil for a watch
}

// NewInbox returns an empty Inbox.
func NewInbox() *Inbox { return &Inbox{wake: make(chan struct{}, 1)} }

// Wake can be received from when there may be something to take. One receiver is enough.
func (in *Inbox) Wake() <-chan struct{} { return in.wake }

// Take returns what has come since the last Take, in order, and does not wait.
func (in *Inbox) Take() []Delivery {
	in.mu.Lock()
	defer in.mu.Unlock()
	items := in.items
	in.items = nil
	return items
}

// Put adds a key of the caller's own behind what has come until now. It never blocks.
func (in *Inbox) Put(key any) { in.put(Delivery{Key: key}) }

func (in *Inbox) put(d Delivery) {
	in.mu.Lock()
	in.items = append(in.items, d)
	in.mu.Unlock()
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// slot is a watch's place in an Inbox.
type slot struct {
	in *Inbox
	w  *Watch
}

// Tell implements session.Sink.
func (s slot) Tell(ev zk.Event) { s.in.put(Delivery{Watch: s.w, Event: ev}) }

// Ended implements session.Sink.
func (s slot) Ended() { s.in.put(Delivery{Watch: s.w, Ended: true}) }

// Into makes the watch tell in instead of its own channel, which stays empty. Nothing is dropped then, and Buffer means nothing.
func (b WatchBuilder) Into(in *Inbox) WatchBuilder {
	b.in = in
	return b
}

// AsyncInto is Async, and puts key into in when the answer is there or will not come. Wait returns at once from then on, but for a moment.
func (b GetBuilder) AsyncInto(ctx context.Context, in *Inbox, key any) *Future[GetResult] {
	o, err := b.operation(nil)
	return futureInto(ctx, b.c, o, err, decodeGet, in, key)
}

// AsyncWInto is AsyncInto, and leaves a one-shot watch that tells in. The watch has nothing to tell if the read fails; Stop it then.
func (b GetBuilder) AsyncWInto(ctx context.Context, in *Inbox, key any) (*Future[GetResult], *Watch) {
	w := b.c.newWatchInto(b.path, in)
	o, err := b.operation(w)
	return futureInto(ctx, b.c, o, err, decodeGet, in, key), w
}

// AsyncInto is Async, and puts key into in when the answer is there or will not come. Wait returns at once from then on, but for a moment.
func (b ExistsBuilder) AsyncInto(ctx context.Context, in *Inbox, key any) *Future[*zk.Stat] {
	o, err := b.operation(nil)
	return futureInto(ctx, b.c, o, err, decodeStat, in, key)
}

// AsyncWInto is AsyncInto, and leaves a one-shot watch that tells in, also if the znode is missing: the future's error is then
// zk.ErrNoNode, and the watch waits for the znode. After any other error, Stop it.
func (b ExistsBuilder) AsyncWInto(ctx context.Context, in *Inbox, key any) (*Future[*zk.Stat], *Watch) {
	w := b.c.newWatchInto(b.path, in)
	o, err := b.operation(w)
	return futureInto(ctx, b.c, o, err, decodeStat, in, key), w
}

// AsyncInto is Async, and puts key into in when the answer is there or will not come. Wait returns at once from then on, but for a moment.
func (b ChildrenBuilder) AsyncInto(ctx context.Context, in *Inbox, key any) *Future[ChildrenResult] {
	o, err := b.operation(nil)
	return futureInto(ctx, b.c, o, err, decodeChildren, in, key)
}

// AsyncWInto is AsyncInto, and leaves a one-shot watch that tells in. The watch has nothing to tell if the read fails; Stop it then.
func (b ChildrenBuilder) AsyncWInto(ctx context.Context, in *Inbox, key any) (*Future[ChildrenResult], *Watch) {
	w := b.c.newWatchInto(b.path, in)
	o, err := b.operation(w)
	return futureInto(ctx, b.c, o, err, decodeChildren, in, key), w
}

// AsyncInto is Async, and puts key into in when the answer is there or will not come. Wait returns at once from then on, but for a moment.
func (b MultiReadBuilder) AsyncInto(ctx context.Context, in *Inbox, key any) *Future[[]ReadResult] {
	o, err := b.operation()
	return futureInto(ctx, b.c, o, err, b.decode, in, key)
}

// AsyncInto is Async, and puts key into in when the answer is there or will not come. Wait returns at once from then on, but for a moment.
func (b SyncBuilder) AsyncInto(ctx context.Context, in *Inbox, key any) *Future[struct{}] {
	o, err := b.operation()
	return futureInto(ctx, b.c, o, err, decodeNothing, in, key)
}

func (c *Client) newWatchInto(path string, in *Inbox) *Watch {
	w := c.newWatch(path)
	w.w.Into(slot{in, w})
	return w
}
