package client_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Writes of one goroutine reach the server in the order in which they were made, 1,000 of them on their way at once. The server says so
// itself: each names the version that the one before it leaves, so one that came out of turn would be refused.
func TestThousandWritesInOrder(t *testing.T) {
	const writes = 1000
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "client")
		if _, err := c.Create("/a").Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		// Nothing is read before all are sent, and every other one bears no version: order must not need it.
		var flying []*client.Future[*zk.Stat]
		for i := range int32(writes) {
			set := c.Set("/a").Data(binary.BigEndian.AppendUint32(nil, uint32(i)))
			if i%2 == 0 {
				set = set.Version(i)
			}
			flying = append(flying, set.Async(t.Context()))
		}
		var zxid int64
		for i, f := range flying {
			stat, err := f.Wait(t.Context())
			if err != nil {
				t.Fatalf("write %d: %v", i, err)
			}
			if stat.Version != int32(i)+1 || zxid != 0 && stat.Mzxid != zxid+1 || f.Zxid() != stat.Mzxid {
				t.Fatalf("write %d: version %d, transaction %d after %d, reply %d", i, stat.Version, stat.Mzxid, zxid, f.Zxid())
			}
			zxid = stat.Mzxid
		}
		data, _, err := c.Get("/a").Do(t.Context())
		if err != nil || binary.BigEndian.Uint32(data) != writes-1 {
			t.Errorf("the last data is % x, %v", data, err)
		}
	})
}

// asked counts how often its end is asked for, which is what waiting begins with.
type asked struct {
	context.Context
	times int
}

func (a *asked) Done() <-chan struct{} {
	a.times++
	return a.Context.Done()
}

// Who collects many results finds most of them there, and waits only for those that are not.
func TestWhatIsThereIsNotWaitedFor(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "client")
		ctx := &asked{Context: t.Context()}
		var flying []*client.Future[*zk.Stat]
		for range 100 {
			flying = append(flying, c.Exists("/").Async(t.Context()))
		}
		<-flying[len(flying)-1].Done() // servers answer in order
		for _, f := range flying {
			if _, err := f.Wait(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if ctx.times != 0 {
			t.Errorf("%d results that were there were waited for", ctx.times)
		}
	})
}
