package fault_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
)

func hello() []byte {
	return wire.AppendFrame(nil, &wire.ConnectRequest{Timeout: 1000, Passwd: make([]byte, wire.PasswdSize)})
}

func welcome() []byte {
	return wire.AppendFrame(nil, &wire.ConnectResponse{Timeout: 1000, SessionID: 7, Passwd: make([]byte, wire.PasswdSize)})
}

func create(xid int32, path string) []byte {
	return wire.AppendRequest(nil, xid, wire.OpCreate, &wire.CreateRequest{Path: path, Data: []byte("data")})
}

func created(xid int32, path string) []byte {
	return wire.AppendReply(nil, wire.ReplyHeader{Xid: xid, Zxid: int64(xid)}, &wire.PathResponse{Path: path})
}

func send(tb testing.TB, c net.Conn, frames ...[]byte) {
	tb.Helper()
	write(tb, c, string(bytes.Join(frames, nil)))
}

func wantFrames(tb testing.TB, c net.Conn, frames ...[]byte) {
	tb.Helper()
	for _, f := range frames {
		wantBytes(tb, c, string(f))
	}
}

// session makes a connection over which the handshake has passed.
func session(t *testing.T, n *fault.Network) (client, server net.Conn) {
	t.Helper()
	client, server = pair(t, n)
	send(t, client, hello())
	wantFrames(t, server, hello())
	send(t, server, welcome())
	wantFrames(t, client, welcome())
	return client, server
}

// record collects the frames that pass.
func record(n *fault.Network) (lines func() []string, remove func()) {
	var mu sync.Mutex // guards all
	var all []string
	remove = n.Intercept(func(f fault.Frame) fault.Action {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, f.String())
		return fault.Pass
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}, remove
}

func wantLines(tb testing.TB, got []string, want ...string) {
	tb.Helper()
	if !slices.Equal(got, want) {
		tb.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// conversation is every kind of frame, from the client (true) or the server.
func conversation() (frames [][]byte, fromClient []bool) {
	add := func(client bool, b []byte) { frames, fromClient = append(frames, b), append(fromClient, client) }
	add(true, hello())
	add(false, welcome())
	add(true, create(1, "/a"))
	add(true, wire.AppendRequest(nil, wire.XidPing, wire.OpPing, &wire.Empty{}))
	add(true, wire.AppendRequest(nil, 2, wire.OpMulti, &wire.MultiRequest{Ops: []wire.MultiOp{
		{Op: wire.OpCheck, Body: &wire.PathVersionRequest{Path: "/m"}},
	}}))
	add(true, wire.AppendRequest(nil, wire.XidSetWatches, wire.OpSetWatches, &wire.SetWatchesRequest{}))
	add(true, wire.AppendRequest(nil, 3, wire.OpMulti, &wire.MultiRequest{}))
	add(false, wire.AppendReply(nil, wire.ReplyHeader{Xid: wire.XidPing, Zxid: 4}, nil))
	add(false, created(1, "/a"))
	add(false, wire.AppendReply(nil, wire.ReplyHeader{Xid: wire.XidNotification, Zxid: -1},
		&wire.WatcherEvent{Type: wire.EventNodeCreated, State: wire.StateSyncConnected, Path: "/a"}))
	add(false, wire.AppendReply(nil, wire.ReplyHeader{Xid: 2, Zxid: 5, Err: wire.BadVersion}, nil))
	add(false, wire.AppendReply(nil, wire.ReplyHeader{Xid: 99}, nil))
	add(true, wire.AppendRequest(nil, 4, wire.Op(77), &wire.PathRequest{Path: "/x"}))
	add(true, []byte{0, 0, 0, 0})
	return frames, fromClient
}

var transcript = []string{
	"app > zk:2181 #1 connect",
	"app < zk:2181 #1 connect",
	"app > zk:2181 #2 create /a xid 1",
	"app > zk:2181 #3 ping xid -2",
	"app > zk:2181 #4 multi /m xid 2",
	"app > zk:2181 #5 setWatches xid -8",
	"app > zk:2181 #6 multi xid 3",
	"app < zk:2181 #2 ping xid -2 zxid 0x4",
	"app < zk:2181 #3 create /a xid 1 zxid 0x1",
	"app < zk:2181 #4 notification /a",
	"app < zk:2181 #5 multi /m xid 2 zxid 0x5 BADVERSION",
	"app < zk:2181 #6 unknown xid 99",
	"app > zk:2181 #7 op 77 xid 4",
	"app > zk:2181 #8 unknown xid 0",
}

func TestInterceptSeesEveryFrame(t *testing.T) {
	for _, piece := range []int{1, 3, 7, 1 << 20} {
		t.Run(fmt.Sprintf("in pieces of %d", piece), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *fault.Network) {
				lines, _ := record(n)
				client, server := pair(t, n)
				frames, fromClient := conversation()
				for i, f := range frames {
					from, to := client, server
					if !fromClient[i] {
						from, to = server, client
					}
					for part := range slices.Chunk(f, piece) {
						send(t, from, part)
					}
					wantFrames(t, to, f)
				}
				wantLines(t, lines(), transcript...)
			})
		})
	}
}

func TestManyFramesInOneWrite(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		lines, _ := record(n)
		client, server := pair(t, n)
		two := create(2, "/b")
		send(t, client, hello(), create(1, "/a"), two[:10])
		wantFrames(t, server, hello(), create(1, "/a"))
		send(t, client, two[10:], create(3, "/c"))
		wantFrames(t, server, two, create(3, "/c"))
		wantLines(t, lines(), "app > zk:2181 #1 connect", "app > zk:2181 #2 create /a xid 1",
			"app > zk:2181 #3 create /b xid 2", "app > zk:2181 #4 create /c xid 3")
	})
}

func TestInterceptMidConnection(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := session(t, n)
		send(t, client, create(1, "/before"))
		half := create(2, "/half")
		send(t, client, half[:9])
		wantFrames(t, server, create(1, "/before"), half[:9])

		lines, remove := record(n)
		send(t, client, half[9:], create(3, "/after"))
		wantFrames(t, server, half[9:], create(3, "/after"))
		send(t, server, created(1, "/before"), created(2, "/half"))
		wantFrames(t, client, created(1, "/before"), created(2, "/half"))
		// A frame that was partly held goes on when nobody intercepts any more.
		held := create(4, "/held")
		send(t, client, held[:9])
		remove()
		send(t, client, held[9:12])
		wantFrames(t, server, held[:12])
		send(t, client, held[12:], create(5, "/last"))
		wantFrames(t, server, held[12:], create(5, "/last"))
		wantLines(t, lines(), "app > zk:2181 #4 create /after xid 3",
			"app < zk:2181 #2 create /before xid 1 zxid 0x1", "app < zk:2181 #3 create /half xid 2 zxid 0x2")
	})
}

func TestDrop(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := session(t, n)
		n.Inject(fault.Once(fault.Request("create").Path("/b"), fault.Drop), fault.Nth(2, fault.Reply("create"), fault.Drop))
		b := create(2, "/b")
		send(t, client, create(1, "/a"), b[:5])
		send(t, client, b[5:], create(3, "/c"), create(2, "/b"))
		wantFrames(t, server, create(1, "/a"), create(3, "/c"), create(2, "/b"))
		send(t, server, created(1, "/a"), created(3, "/c"), created(2, "/b"))
		wantFrames(t, client, created(1, "/a"), created(2, "/b"))
	})
}

func TestCutAndCutAfter(t *testing.T) {
	for _, c := range []struct {
		rule       *fault.Rule
		up, down   [][]byte // what arrives of /a, /b, /c and of their replies
		cutReplies bool
	}{
		{fault.Once(fault.Request("create").Path("/b"), fault.Cut), [][]byte{create(1, "/a")}, nil, false},
		{
			fault.Once(fault.Request("create").Path("/b"), fault.CutAfter),
			[][]byte{create(1, "/a"), create(2, "/b")}, nil, false,
		},
		{
			fault.Once(fault.Reply("create").Path("/b"), fault.Cut),
			[][]byte{create(1, "/a"), create(2, "/b"), create(3, "/c")}, [][]byte{created(1, "/a")}, true,
		},
		{
			fault.Once(fault.Reply("create").Path("/b"), fault.CutAfter),
			[][]byte{create(1, "/a"), create(2, "/b"), create(3, "/c")}, [][]byte{created(1, "/a"), created(2, "/b")}, true,
		},
	} {
		t.Run(c.rule.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *fault.Network) {
				client, server := session(t, n)
				n.Inject(c.rule)
				send(t, client, create(1, "/a"), create(2, "/b"), create(3, "/c"))
				wantFrames(t, server, c.up...)
				sender, receiver := client, server
				if c.cutReplies {
					sender, receiver = server, client
					send(t, server, created(1, "/a"), created(2, "/b"), created(3, "/c"))
					// What comes before the fault arrives even if the sender closes at once.
					must(t, server.Close())
					wantFrames(t, client, c.down...)
				} else {
					_, err := sender.Read(make([]byte, 1))
					wantError(t, "the sender's read", err, syscall.ECONNRESET)
					_, err = sender.Write([]byte("x"))
					wantError(t, "the sender's write", err, syscall.ECONNRESET)
				}
				_, err := receiver.Read(make([]byte, 1))
				wantError(t, "the receiver's read", err, syscall.ECONNRESET)
				_, err = receiver.Write([]byte("x"))
				wantError(t, "the receiver's write", err, syscall.ECONNRESET)
				if c.rule.Fired() != 1 {
					t.Errorf("the rule fired %d times", c.rule.Fired())
				}
			})
		})
	}
}

func TestDelayHoldsUpWhatFollows(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := session(t, n)
		n.Inject(fault.Once(fault.Request("create").Path("/b"), fault.Delay(time.Second)))
		start := time.Now()
		send(t, client, create(1, "/a"), create(2, "/b"), create(3, "/c"))
		wantFrames(t, server, create(1, "/a"))
		if got := time.Since(start); got != latency {
			t.Errorf("/a arrived after %v", got)
		}
		wantFrames(t, server, create(2, "/b"), create(3, "/c"))
		if got := time.Since(start); got != latency+time.Second {
			t.Errorf("/b and /c arrived after %v", got)
		}
	}, fault.WithLatency(latency))
}

func TestInterceptorMayDoAnything(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := session(t, n)
		var remove func()
		remove = n.Intercept(func(f fault.Frame) fault.Action {
			remove()
			time.Sleep(time.Second) // others are not held up, and the clock moves
			n.Partition(f.Server)
			n.Refuse(f.Server, true)
			if _, err := n.Dial("tcp", f.Server, time.Second); err == nil {
				t.Error("dialed a partitioned server")
			}
			n.HealAll()
			return fault.Pass
		})
		go func() {
			time.Sleep(time.Millisecond)
			send(t, server, created(9, "/meanwhile"))
		}()
		start := time.Now()
		go send(t, client, create(1, "/a"))
		wantFrames(t, client, created(9, "/meanwhile"))
		if got := time.Since(start); got != time.Millisecond {
			t.Errorf("the other direction waited %v", got)
		}
		wantFrames(t, server, create(1, "/a"))

		n.Intercept(func(fault.Frame) fault.Action {
			n.CutAll()
			return fault.Pass
		})
		_, err := client.Write(create(2, "/b"))
		wantError(t, "write that its interceptor cut off", err, syscall.ECONNRESET)
	})
}

func TestCloseWhileAnInterceptorWaits(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, _ := session(t, n)
		proceed := make(chan struct{})
		n.Intercept(func(fault.Frame) fault.Action {
			<-proceed
			return fault.Pass
		})
		done := make(chan error)
		go func() {
			_, err := client.Write(create(1, "/a"))
			done <- err
		}()
		synctest.Wait()
		must(t, client.Close())
		close(proceed)
		wantError(t, "write", <-done, net.ErrClosed)
	})
}

func TestCloseSendsAHeldPart(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		record(n)
		client, server := session(t, n)
		send(t, client, create(1, "/a")[:11])
		must(t, client.Close())
		got, err := io.ReadAll(server)
		if err != nil || !bytes.Equal(got, create(1, "/a")[:11]) {
			t.Errorf("read %x, %v", got, err)
		}
	})
}

func TestHugeFrame(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		lines, _ := record(n)
		client, server := pair(t, n)
		huge := wire.AppendRequest(nil, 1, wire.OpSetData, &wire.SetDataRequest{Path: "/huge", Data: make([]byte, 5<<20)})
		go send(t, client, hello(), huge)
		wantFrames(t, server, hello(), huge)
		wantLines(t, lines(), "app > zk:2181 #1 connect", "app > zk:2181 #2 setData /huge xid 1")
	})
}

func TestWriteTimeoutInsideAFrame(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		lines, _ := record(n)
		client, server := session(t, n)
		huge := wire.AppendRequest(nil, 1, wire.OpSetData, &wire.SetDataRequest{Path: "/huge", Data: make([]byte, 1<<20)})
		must(t, client.SetWriteDeadline(time.Now().Add(time.Second)))
		sent, err := client.Write(huge)
		var nerr net.Error
		if !errors.As(err, &nerr) || !nerr.Timeout() || sent != fault.DefaultWindow {
			t.Errorf("wrote %d, %v", sent, err)
		}
		must(t, client.SetWriteDeadline(time.Time{}))
		go send(t, client, huge[sent:], create(2, "/next"))
		wantFrames(t, server, huge, create(2, "/next"))
		wantLines(t, lines()[2:], "app > zk:2181 #2 setData /huge xid 1", "app > zk:2181 #3 create /next xid 2")
	})
}

func TestOtherProtocolsPassUnseen(t *testing.T) {
	for name, first := range map[string]string{
		"four letter word": "ruok",
		"tls":              "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03",
		"peer":             "\x00\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00",
		"election":         "\xff\xff\xff\xff\xff\xff\x00\x00",
		"version":          "\x00\x00\x00\x2d\x00\x00\x00\x01",
		"almost":           "\x00\x00\x00\x1c" + strings.Repeat("\x00", 24) + "\x7f\x00\x00\x00" + "more",
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *fault.Network) {
				lines, _ := record(n)
				client, server := pair(t, n)
				for i := range len(first) {
					write(t, client, first[i:i+1])
				}
				wantBytes(t, server, first)
				write(t, server, "imok")
				wantBytes(t, client, "imok")
				write(t, client, "and")
				wantBytes(t, server, "and")
				wantLines(t, lines())
			})
		})
	}
	t.Run("server speaks first", func(t *testing.T) {
		bubble(t, func(t *testing.T, n *fault.Network) {
			lines, _ := record(n)
			client, server := pair(t, n)
			write(t, server, "\x00\x00")
			wantBytes(t, client, "\x00\x00")
			wantLines(t, lines())
		})
	})
}

func TestFrameOutOfRangeEndsInterception(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := session(t, n)
		lines, _ := record(n)
		write(t, client, "\xff\xff")
		write(t, client, "\xff\xffmore")
		wantBytes(t, server, "\xff\xff\xff\xffmore")
		send(t, server, created(1, "/a"))
		wantFrames(t, client, created(1, "/a"))
		wantLines(t, lines(), "app < zk:2181 #2 unknown xid 1 zxid 0x1")
	})
}

func TestFirstInterceptorThatObjectsDecides(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := session(t, n)
		n.Inject(fault.Once(fault.Request("create"), fault.Drop))
		later := fault.Always(fault.Request("create"), fault.Cut)
		removeLater := n.Inject(later)
		send(t, client, create(1, "/a"))
		if later.Fired() != 1 {
			t.Error("the second interceptor did not see the frame")
		}
		removeLater()
		send(t, client, create(2, "/b"))
		wantFrames(t, server, create(2, "/b"))
	})
}

func TestFrameFields(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		var got []fault.Frame
		n.Intercept(func(f fault.Frame) fault.Action {
			got = append(got, f) // one at a time here
			return fault.Pass
		})
		client, server := session(t, n)
		send(t, client, create(1, "/a"))
		wantFrames(t, server, create(1, "/a"))
		send(t, server, wire.AppendReply(nil, wire.ReplyHeader{Xid: 1, Zxid: 3, Err: wire.NodeExists}, nil))
		want := []fault.Frame{
			{Host: "app", Server: "zk:2181", Connect: true, N: 1, Op: "connect", Size: len(hello())},
			{Host: "app", Server: "zk:2181", Session: 7, Reply: true, Connect: true, N: 1, Op: "connect", Size: len(welcome())},
			{Host: "app", Server: "zk:2181", Session: 7, N: 2, Xid: 1, Op: "create", Path: "/a", Size: len(create(1, "/a"))},
			{
				Host: "app", Server: "zk:2181", Session: 7, Reply: true, N: 2, Xid: 1, Op: "create", Path: "/a", Err: -110,
				Zxid: 3, Size: 20,
			},
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}
