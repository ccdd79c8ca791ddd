package load_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/load"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/zktest"
)

func dial(t *testing.T, srv *zktest.Server) *load.Conn {
	t.Helper()
	c, err := load.Dial(t.Context(), srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func create(path string) *wire.CreateRequest {
	return &wire.CreateRequest{Path: path, Data: make([]byte, 100), ACL: wire.OpenACL}
}

// What the client says it has done is what the server says it was asked.
func TestRunCounts(t *testing.T) {
	srv := zktest.Start(t)
	c := dial(t, srv)
	if err := c.Call(wire.OpCreate, create("/n")); err != nil {
		t.Fatal(err)
	}
	news, get := load.NewAsk(wire.OpCreate, create("/n/########")), load.NewAsk(wire.OpGetData, &wire.PathWatchRequest{Path: "/n"})
	for _, step := range []struct {
		ask         *load.Ask
		window, ops int
	}{{news, 1, 7}, {news, 16, 200}, {news, 256, 1000}, {get, 256, 100}, {get, 16, 1000}, {get, 1, 10}} {
		r, err := c.Run(step.ask, step.window, load.Count(step.ops))
		if err != nil {
			t.Fatal(err)
		}
		if r.Ops != step.ops || r.Rate() <= 0 || r.Percentile(50) <= 0 || r.Percentile(50) > r.Percentile(99) || r.Percentile(99) > r.Percentile(100) {
			t.Errorf("%+v: %d operations, %v a second, %v, %v", step, r.Ops, r.Rate(), r.Percentile(50), r.Percentile(99))
		}
	}
	if got := srv.Stats().Requests; got["create"] != 1+1207 || got["getData"] != 1110 || news.Sent() != 1207 {
		t.Errorf("%v, %d sent", got, news.Sent())
	}
	if err := c.Call(wire.OpExists, &wire.PathWatchRequest{Path: "/n/00001206"}); err != nil {
		t.Error("the last of them:", err)
	}
}

func TestTogether(t *testing.T) {
	srv := zktest.Start(t)
	conns, asks := make([]*load.Conn, 8), make([]*load.Ask, 8)
	for i := range conns {
		conns[i] = dial(t, srv)
		asks[i] = load.NewAsk(wire.OpGetData, &wire.PathWatchRequest{Path: "/"})
	}
	r, err := load.Together(conns, asks, 16, load.Count(50))
	if err != nil || r.Ops != 400 || srv.Stats().Requests["getData"] != 400 || r.Percentile(50) <= 0 {
		t.Errorf("%d operations, %v", r.Ops, err)
	}
	asks[3] = load.NewAsk(wire.OpGetData, &wire.PathWatchRequest{Path: "/none"})
	if _, err := load.Together(conns, asks, 16, load.Count(50)); !errors.Is(err, load.ErrReply) || !errors.Is(err, wire.NoNode) {
		t.Errorf("%v", err)
	}
}

// An error in a reply ends the run: what fails is done quickly, and must not count.
func TestErrorsDoNotCount(t *testing.T) {
	srv := zktest.Start(t)
	c := dial(t, srv)
	set := load.NewAsk(wire.OpSetData, &wire.SetDataRequest{Path: "/", Version: 3})
	if r, err := c.Run(set, 16, load.Count(100)); !errors.Is(err, load.ErrReply) || !errors.Is(err, wire.BadVersion) || r.Ops != 0 {
		t.Errorf("%d operations, %v", r.Ops, err)
	}
}

func TestNoSession(t *testing.T) {
	srv := zktest.Start(t)
	srv.Kill()
	if _, err := load.Dial(t.Context(), srv.Addr()); err == nil {
		t.Error("there is no server")
	}
}

// peer is a server that a test plays itself, in a bubble.
func peer(t *testing.T, play func(t *testing.T, nc net.Conn), ask func(t *testing.T, c *load.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go func() {
			frames := wire.NewFrameReader(theirs, 1<<20)
			if _, err := frames.Next(); err != nil {
				t.Error(err)
			}
			hello := wire.AppendFrame(nil, &wire.ConnectResponse{SessionID: 1, Passwd: make([]byte, wire.PasswdSize)})
			if _, err := theirs.Write(hello); err != nil {
				t.Error(err)
			}
			play(t, theirs)
			theirs.Close()
		}()
		c, err := load.New(ours)
		if err != nil {
			t.Fatal(err)
		}
		ask(t, c)
		c.Close()
		synctest.Wait()
	})
}

var ping = load.NewAsk(wire.OpPing, &wire.Empty{})

func reply(xid int32) []byte { return wire.AppendReply(nil, wire.ReplyHeader{Xid: xid}, nil) }

// The window is what is on its way: so much at once, and another only for each reply.
func TestWindow(t *testing.T) {
	peer(t, func(t *testing.T, nc net.Conn) {
		size, next := ping.Size(), int32(1)
		for _, step := range []struct{ come, answer int }{{4, 1}, {1, 2}, {2, 4}, {3, 3}} {
			b := make([]byte, step.come*size)
			if _, err := io.ReadFull(nc, b); err != nil {
				t.Error(err)
				return
			}
			_ = nc.SetReadDeadline(time.Now().Add(time.Second)) // virtual, as all here
			if n, _ := nc.Read(b); n > 0 {
				t.Errorf("%d bytes more than the window", n)
			}
			_ = nc.SetReadDeadline(time.Time{})
			var out []byte
			for range step.answer {
				out = append(out, reply(next)...)
				next++
			}
			if _, err := nc.Write(out); err != nil {
				t.Error(err)
			}
		}
	}, func(t *testing.T, c *load.Conn) {
		r, err := c.Run(ping, 4, load.Count(10))
		if err != nil || r.Ops != 10 {
			t.Errorf("%d operations, %v", r.Ops, err)
		}
		if got := r.Took; got != 4*time.Second {
			t.Errorf("it took %v", got)
		}
		// Each waited for one, two, three or four of the pauses.
		if p0, p100 := r.Percentile(0), r.Percentile(100); p0 != time.Second || p100 != 3*time.Second {
			t.Errorf("%v to %v", p0, p100)
		}
	})
}

func TestLasting(t *testing.T) {
	peer(t, func(t *testing.T, nc net.Conn) {
		frames, out := wire.NewFrameReader(nc, 1<<20), []byte(nil)
		for {
			frame, err := frames.Next()
			if err != nil {
				return
			}
			time.Sleep(100 * time.Millisecond) // virtual
			out = append(reply(0)[:4], frame[:4]...)
			out = append(out, make([]byte, wire.ReplyHeaderSize-4)...)
			if _, err := nc.Write(out); err != nil {
				return
			}
		}
	}, func(t *testing.T, c *load.Conn) {
		if r, err := c.Run(ping, 1, load.Lasting(time.Second)); err != nil || r.Ops != 10 || r.Took != time.Second {
			t.Errorf("%d operations in %v, %v", r.Ops, r.Took, err)
		}
	})
}

// Patience is for one reply, not for the run; a server that says nothing for so long has lost it.
func TestPatience(t *testing.T) {
	peer(t, func(_ *testing.T, nc net.Conn) {
		frames := wire.NewFrameReader(nc, 1<<20)
		for i := range int32(100) {
			if _, err := frames.Next(); err != nil {
				return
			}
			time.Sleep(10 * time.Second) // virtual
			if _, err := nc.Write(reply(i + 1)); err != nil {
				return
			}
		}
		_, _ = frames.Next()
		_, _ = frames.Next() // until the client gives up
	}, func(t *testing.T, c *load.Conn) {
		r, err := c.Run(ping, 1, load.Count(101))
		if !errors.Is(err, os.ErrDeadlineExceeded) || r.Ops != 100 {
			t.Errorf("%d operations, %v", r.Ops, err)
		}
	})
}

func TestBadReplies(t *testing.T) {
	for name, test := range map[string]struct {
		reply []byte
		want  error
	}{
		"another xid":    {reply(7), load.ErrReply},
		"no header":      {[]byte{0, 0, 0, 3, 1, 2, 3}, load.ErrReply},
		"a huge one":     {[]byte{0, 1, 0, 0}, io.ErrUnexpectedEOF},
		"nothing":        {nil, io.ErrUnexpectedEOF},
		"half a reply":   {reply(1)[:9], io.ErrUnexpectedEOF},
		"a notification": {reply(wire.XidNotification), load.ErrReply},
	} {
		t.Run(name, func(t *testing.T) {
			peer(t, func(t *testing.T, nc net.Conn) {
				if _, err := io.ReadFull(nc, make([]byte, ping.Size())); err != nil {
					t.Error(err)
				}
				if _, err := nc.Write(test.reply); err != nil {
					t.Error(err)
				}
			}, func(t *testing.T, c *load.Conn) {
				if r, err := c.Run(ping, 1, load.Count(1)); !errors.Is(err, test.want) || r.Ops != 0 {
					t.Errorf("%d operations, %v", r.Ops, err)
				}
			})
		})
	}
}

// The client must cost little beside the server: a run allocates for what it keeps, not for each request.
func TestAllocations(t *testing.T) {
	peer(t, func(_ *testing.T, nc net.Conn) {
		b, out := make([]byte, ping.Size()), reply(0)
		for {
			if _, err := io.ReadFull(nc, b); err != nil {
				return
			}
			copy(out[4:8], b[4:8])
			if _, err := nc.Write(out); err != nil {
				return
			}
		}
	}, func(t *testing.T, c *load.Conn) {
		const ops = 2000
		allocs := testing.AllocsPerRun(5, func() {
			if _, err := c.Run(ping, 1, load.Count(ops)); err != nil {
				t.Fatal(err)
			}
		})
		if allocs > ops/50 {
			t.Errorf("%v allocations for %d requests", allocs, ops)
		}
	})
}
