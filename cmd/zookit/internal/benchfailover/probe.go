package benchfailover

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// Of the probes of one server.
const (
	probePause = 10 * time.Millisecond
	probeLimit = time.Second
)

// probe asks every server for a session and a write, on a connection of its own each time, until one has done it. It says when.
func probe(ctx context.Context, addrs []string) <-chan time.Time {
	ctx, cancel := context.WithCancel(ctx)
	back := make(chan time.Time, len(addrs))
	var all sync.WaitGroup
	for _, addr := range addrs {
		all.Go(func() {
			for ctx.Err() == nil {
				if err := probeOnce(ctx, addr); err == nil {
					back <- time.Now()
					cancel()
					return
				}
				select {
				case <-ctx.Done():
				case <-time.After(probePause):
				}
			}
		})
	}
	go func() { // ends with the probes
		all.Wait()
		cancel()
	}()
	return back
}

func probeOnce(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { _ = nc.Close() })()
	frames := wire.NewFrameReader(nc, wire.MaxFrame)
	hello := &wire.ConnectRequest{Timeout: 10_000, Passwd: make([]byte, wire.PasswdSize)}
	if _, err := nc.Write(wire.AppendFrame(nil, hello)); err != nil {
		return err
	}
	frame, err := frames.Next()
	if err != nil {
		return err
	}
	var granted wire.ConnectResponse
	if err := wire.Unmarshal(frame, &granted); err != nil {
		return err
	}
	for _, ask := range [][]byte{
		wire.AppendRequest(nil, 1, wire.OpSetData, &wire.SetDataRequest{Path: probed, Version: -1}),
		wire.AppendRequest(nil, 2, wire.OpCloseSession, &wire.Empty{}),
	} {
		if _, err := nc.Write(ask); err != nil {
			return err
		}
		if frame, err = frames.Next(); err != nil {
			return err
		}
		var h wire.ReplyHeader
		r := wire.NewReader(frame)
		h.Decode(&r)
		if h.Err != wire.OK {
			return fmt.Errorf("a probe is refused: %w", h.Err)
		}
	}
	return nil
}
