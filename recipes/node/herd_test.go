package node_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// When a server comes back, two hundred owners of znodes do not all come at once, be their sessions the old ones or new: the client spreads its connecting, and with
// it what they ask. What they ask when the sessions of before expire, all in one of the server's ticks, is not spread: their znodes are away then.
func TestHerd(t *testing.T) {
	const owners = 200
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		all := make([]*node.Persistent, owners)
		for i := range all {
			p, err := node.NewPersistent(w.Connect(t, fmt.Sprint("host-", i)), fmt.Sprint("/services/", i), nil)
			must(t, err)
			must(t, p.Start(t.Context()))
			all[i] = p
		}
		for _, away := range []time.Duration{time.Second, time.Minute} { // the second outlives the sessions
			w.Server.Kill()
			time.Sleep(away)
			var mu sync.Mutex // guards what follows
			asked, total := map[int64]int{}, 0
			remove := w.Net.Intercept(func(f fault.Frame) fault.Action {
				if !f.Reply && f.Op != "ping" {
					mu.Lock()
					defer mu.Unlock()
					asked[time.Now().UnixMilli()/10]++
					total++
				}
				return fault.Pass
			})
			must(t, w.Server.Start(t.Context()))
			time.Sleep(5 * time.Second)
			remove()
			mu.Lock()
			if total < 2*owners {
				t.Errorf("%d requests", total)
			}
			for at, n := range asked {
				if n > owners/2 {
					t.Errorf("%d of %d requests in the 10 ms of %v", n, total, time.UnixMilli(10*at))
				}
			}
			mu.Unlock()
			time.Sleep(20 * time.Second) // the sessions of before have expired
			for _, p := range all {
				if s := p.State(); !s.Stands {
					t.Errorf("%+v", s)
				}
			}
		}
	}, zktest.WithServer(server.WithLogger(slog.New(slog.DiscardHandler)))) // it would tell of every expiry
}
