package session_test

import (
	"io"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// zk.Conn's own setWatches may come behind ours. A server before 3.9 puts its one-shots in the place of our modes, which must then be set
// again: everything that happens is told, or stands behind an event that says that something may be missing.
func TestTheirSetWatchesComeLater(t *testing.T) {
	for _, version := range []server.Version{server.V36, server.V38, server.V39} {
		t.Run(version.String(), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) { theirsLater(t, w) }, zktest.Version(version))
		})
	}
}

func theirsLater(t *testing.T, w *zktest.World) {
	t.Helper()
	ctx := t.Context()
	other := w.Connect(t, "other")
	for _, path := range []string{"/p", "/r"} {
		if _, err := other.Create(path).Do(ctx); err != nil {
			t.Fatal(err)
		}
	}
	connected := make(chan struct{})
	seam := session.New(session.Options{
		Dial: w.Host("a").DialContext, Timeout: 10 * time.Second,
		Hooks: session.Hooks{Connected: func(session.Info) { close(connected) }},
	})
	conn, err := seam.Dial("tcp", w.Addr, 0)
	if err != nil {
		t.Fatal(err)
	}
	write := func(frame []byte) {
		if _, err := conn.Write(frame); err != nil {
			t.Error(err)
		}
	}
	write(wire.AppendFrame(nil, &wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, wire.PasswdSize)}))
	ended := make(chan struct{})
	go func() { // reads as zk.Conn does
		defer close(ended)
		_, _ = io.Copy(io.Discard, conn)
	}()
	<-connected
	p := session.NewHold("/p", "/p", session.Persistent, 16)
	r := session.NewHold("/r", "/r", session.Recursive, 16)
	for _, hold := range []*session.Watch{p, r} {
		call := seam.Hold(hold)
		<-call.Done()
		if call.Err() != nil {
			t.Fatal(call.Err())
		}
	}
	_, stat, err := other.Get("/r").Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/p", "/r"}
	write(wire.AppendRequest(nil, 1, wire.OpSetWatches,
		&wire.SetWatchesRequest{RelativeZxid: stat.Mzxid, Data: paths, Child: paths}))
	time.Sleep(time.Second)
	for range 2 {
		for _, path := range paths {
			if _, err := other.Set(path).Do(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := other.Create("/r/c").Do(ctx); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	for _, tt := range []struct {
		hold *session.Watch
		want []zk.EventType
	}{
		{p, []zk.EventType{session.EventRearmed, zk.EventNodeDataChanged, zk.EventNodeDataChanged}},
		{r, []zk.EventType{session.EventRearmed, zk.EventNodeDataChanged, zk.EventNodeDataChanged, zk.EventNodeCreated}},
	} {
		for i, want := range tt.want {
			select {
			case ev := <-tt.hold.Events():
				if ev.Type != want {
					t.Errorf("event %d: %+v, want %v", i, ev, want)
				}
			default:
				t.Errorf("no event %d, want %v", i, want)
			}
		}
	}
	seam.Abort()
	<-ended
	_ = conn.Close()
}
