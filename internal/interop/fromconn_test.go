package interop

import (
	"errors"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/apache"
)

// A client on a plain zk.Conn, on Apache's server: what zk.Conn makes of its answers is what the client makes of them.
func TestFromConn(t *testing.T) {
	ctx := t.Context()
	srv := apache.Start(t)
	conn, events, err := zk.Connect([]string{srv.Addr()}, 10*time.Second, zk.WithLogInfo(false))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c, err := client.FromConn(conn, events)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	if _, err := c.Create("/a/b").ParentContainers().Do(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create("/a/b").Do(ctx); !errors.Is(err, zk.ErrNodeExists) {
		t.Errorf("create: %v", err)
	}
	results, err := c.Txn(c.Set("/a"), c.Create("/a/b"), c.Delete("/a/b")).Do(ctx)
	if !errors.Is(err, zk.ErrNodeExists) || len(results) != 3 || results[0].Err != nil ||
		!errors.Is(results[1].Err, zk.ErrNodeExists) || results[2].Err == nil || errors.Is(results[2].Err, client.ErrConnectionLoss) {
		t.Errorf("failed transaction: %+v, %v", results, err)
	}
	results, err = c.Txn(c.Set("/a").Data([]byte("x")), c.Delete("/a/b"), c.Create("/a/c-").Sequential()).Do(ctx)
	if err != nil || results[0].Stat.Version != 1 || results[2].Path != "/a/c-0000000001" {
		t.Errorf("transaction: %+v, %v", results, err)
	}
	_, _, watch, err := c.Get("/a").DoW(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Set("/a").Do(ctx); err != nil {
		t.Error(err)
	}
	if ev := <-watch.Events(); ev.Type != zk.EventNodeDataChanged || ev.Path != "/a" {
		t.Errorf("event %+v", ev)
	}
	if _, err := c.Watch("/a").Do(ctx); !errors.Is(err, client.ErrNeedsDialer) {
		t.Errorf("watch: %v", err)
	}
}
