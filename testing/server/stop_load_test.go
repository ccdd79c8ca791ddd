package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
)

func dialTo(tb testing.TB, network *fault.Network, s *server.Server) net.Conn {
	tb.Helper()
	nc, err := network.Dial("tcp", s.Addr(), 0)
	if err != nil {
		tb.Fatal(err)
	}
	return nc
}

// Stop and Kill end a server that holds its clients back, whatever it is doing just then. After Stop every request that the
// server counts as received has been answered.
func TestStopAndKillUnderLoad(t *testing.T) {
	const times, clients, each = 100, 5, 5
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range times {
		for _, stop := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				network := fault.NewNetwork(fault.WithLatency(time.Duration(500+rng.IntN(1000)) * time.Microsecond))
				s := start(t, server.WithAddr("zk:2181"), server.WithListen(network.Listen), server.WithGlobalOutstandingLimit(4))
				replies := make([]int64, clients)
				var all sync.WaitGroup
				for k := range clients {
					c := connect(t, dialTo(t, network, s))
					all.Go(func() { replies[k] = greedy(c, each) })
				}
				time.Sleep(time.Duration(rng.IntN(4000)) * time.Microsecond)
				if stop {
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					if err := s.Stop(ctx); err != nil {
						t.Error(err)
					}
				} else {
					s.Kill()
				}
				all.Wait()
				got := s.Stats()
				sum := int64(0)
				for _, n := range replies {
					sum += n
				}
				asked := got.Requests["setData"]
				if stop && sum != asked || sum > asked || got.Connections != 0 || s.Outstanding() != 0 || s.Queued() != 0 {
					t.Errorf("%d replies to %d requests; %+v, %d outstanding, %d queued", sum, asked, got, s.Outstanding(), s.Queued())
				}
			})
			if t.Failed() {
				t.Fatal(fmt.Sprint("run ", i, ", stop ", stop))
			}
		}
	}
}

// greedy keeps four times n requests on their way until the connection ends, and returns how many replies came, all in order.
func greedy(c *raw, n int32) (replies int64) {
	var b []byte
	for i := range n {
		b = wire.AppendRequest(b, i, wire.OpSetData, set("/", "x", -1))
	}
	answered := make(chan struct{}, 4)
	defer close(answered)
	go func() {
		for more := true; more; _, more = <-answered {
			if _, err := c.nc.Write(b); err != nil {
				return
			}
		}
	}()
	for range cap(answered) - 1 {
		answered <- struct{}{}
	}
	for {
		if replies > 0 && replies%int64(n) == 0 {
			select {
			case answered <- struct{}{}:
			default: // nobody writes any more
			}
		}
		frame, err := c.frames.Next()
		if err != nil {
			return replies
		}
		var h wire.ReplyHeader
		if err := wire.Unmarshal(frame, &h); err != nil || h.Xid != int32(replies%int64(n)) || h.Err != wire.OK {
			c.t.Errorf("%+v after %d replies, %v", h, replies, err)
			return replies
		}
		replies++
	}
}
