package benchfailover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// The znodes that are written.
const (
	probed     = "/bench-probe"
	ourNode    = "/bench-ours"
	zkConnNode = "/bench-zk-conn"
)

// between writes. A write that failed is tried again as soon.
const between = 5 * time.Millisecond

// writer writes all the time, one write after the other, in one session.
type writer struct {
	pulse

	door    *door
	set     func() error
	session func() int64
	close   func()

	stopped chan struct{}
	goes    sync.WaitGroup
}

func (w *writer) start() {
	w.stopped = make(chan struct{})
	w.goes.Go(func() {
		for {
			if w.set() == nil {
				w.beat()
			}
			select {
			case <-w.stopped:
				return
			case <-time.After(between):
			}
		}
	})
}

func (w *writer) stop() {
	close(w.stopped)
	w.close()
	w.goes.Wait()
}

var errElsewhere = errors.New("the bench wants the client on another server")

// door is what a client dials through: it counts, and leads to one server alone until it is opened.
type door struct {
	only  string
	open  atomic.Bool
	dials atomic.Int64
}

func (d *door) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d.dials.Add(1)
	if !d.open.Load() && addr != d.only {
		return nil, errElsewhere
	}
	return new(net.Dialer).DialContext(ctx, network, addr)
}

// ours is our client, connected to the server at on.
func ours(ctx context.Context, addrs []string, on string, session time.Duration) (*writer, error) {
	d := &door{only: on}
	c, err := client.Connect(ctx, strings.Join(addrs, ","), client.WithSessionTimeout(session), client.WithDial(d.dial))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &writer{
		door: d,
		set:  func() error { _, err := c.Set(ourNode).Do(ctx); return err },
		session: func() int64 {
			return c.Conn().SessionID()
		},
		close: func() {
			cancel()
			_ = c.Close(context.WithoutCancel(ctx)) // the session may be lost by now
		},
	}
	if _, err := c.Create(ourNode).Do(ctx); err != nil && !errors.Is(err, zk.ErrNodeExists) {
		w.close()
		return nil, err
	}
	d.open.Store(true)
	return w, nil
}

// zkConn is plain zk.Conn as it comes, connected to the server at on.
func zkConn(ctx context.Context, addrs []string, on string, session time.Duration) (*writer, error) {
	d := &door{only: on}
	dial := func(network, addr string, timeout time.Duration) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		defer cancel()
		return d.dial(ctx, network, addr)
	}
	conn, events, err := zk.Connect(addrs, session, zk.WithDialer(dial), zk.WithLogger(mute{}))
	if err != nil {
		return nil, err
	}
	go func() { // ends with the connection
		for range events {
			continue
		}
	}()
	w := &writer{
		door:    d,
		set:     func() error { _, err := conn.Set(zkConnNode, nil, -1); return err },
		session: conn.SessionID,
		close:   conn.Close,
	}
	for deadline := time.Now().Add(30 * time.Second); ; { // zk.Conn fails a call after each round of attempts
		_, err := conn.Create(zkConnNode, nil, 0, zk.WorldACL(zk.PermAll))
		if err == nil || errors.Is(err, zk.ErrNodeExists) {
			break
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			w.close()
			return nil, fmt.Errorf("zk.Conn: %w", err)
		}
	}
	d.open.Store(true)
	return w, nil
}

type mute struct{}

func (mute) Printf(string, ...any) {}
