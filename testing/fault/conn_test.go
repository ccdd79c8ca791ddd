package fault_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/testing/fault"
)

const latency = 5 * time.Millisecond

// bubble runs body in a synctest bubble with a network. The bubble fails the test if a goroutine is left.
func bubble(t *testing.T, body func(t *testing.T, n *fault.Network), opts ...fault.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { body(t, fault.NewNetwork(opts...)) })
}

// pair makes a connection from host app to zk:2181 and returns both ends, which are closed with the test.
func pair(t *testing.T, n *fault.Network) (client, server net.Conn) {
	t.Helper()
	l, err := n.Listen("tcp", "zk:2181")
	must(t, err)
	client, err = n.Host("app").Dial("tcp", "zk:2181", 0)
	must(t, err)
	server, err = l.Accept()
	must(t, err)
	must(t, l.Close())
	t.Cleanup(func() {
		closeQuietly(client)
		closeQuietly(server)
	})
	return client, server
}

// closeQuietly closes an end that the test may have closed already.
func closeQuietly(c net.Conn) {
	if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		panic(err)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func wantError(tb testing.TB, what string, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func wantBytes(tb testing.TB, c net.Conn, want string) {
	tb.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		tb.Errorf("read %q, %v, want %q", got, err, want)
	}
}

func write(tb testing.TB, c net.Conn, b string) {
	tb.Helper()
	if n, err := c.Write([]byte(b)); n != len(b) || err != nil {
		tb.Errorf("write %q: %d, %v", b, n, err)
	}
}

func TestEcho(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		write(t, client, "question")
		wantBytes(t, server, "question")
		write(t, server, "answer")
		wantBytes(t, client, "answer")
		if got := server.RemoteAddr().String(); got != client.LocalAddr().String() {
			t.Errorf("the server sees %s, the client is %s", got, client.LocalAddr())
		}
		if got := client.RemoteAddr(); got.String() != "zk:2181" || got.Network() != "tcp" {
			t.Errorf("remote address %s %s", got.Network(), got)
		}
	})
}

func TestCloseGivesEOFBehindTheBytes(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		write(t, server, "last words")
		must(t, server.Close())
		got, err := io.ReadAll(client)
		if string(got) != "last words" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
		wantError(t, "second close", server.Close(), net.ErrClosed)
		_, err = server.Read(make([]byte, 1))
		wantError(t, "read after close", err, net.ErrClosed)
		_, err = server.Write([]byte("x"))
		wantError(t, "write after close", err, net.ErrClosed)
		wantError(t, "deadline after close", server.SetDeadline(time.Now()), net.ErrClosed)

		// As with TCP, the first write to a closed peer is answered by a reset, and the next one fails.
		write(t, client, "anyone?")
		_, err = client.Write([]byte("anyone?"))
		wantError(t, "write to a closed peer", err, syscall.EPIPE)
	})
}

func TestHalfClose(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		write(t, client, "request")
		must(t, client.(interface{ CloseWrite() error }).CloseWrite())
		got, err := io.ReadAll(server)
		if string(got) != "request" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
		_, err = client.Write([]byte("x"))
		wantError(t, "write after CloseWrite", err, syscall.EPIPE)
		write(t, server, "reply")
		write(t, server, " and more")
		wantBytes(t, client, "reply and more")
		if got, err := client.Read(nil); got != 0 || err != nil {
			t.Errorf("empty read: %d, %v", got, err)
		}
		n.CutAll()
		wantError(t, "CutAll, CloseWrite", server.(interface{ CloseWrite() error }).CloseWrite(), syscall.ECONNRESET)
		must(t, server.Close())
		wantError(t, "Close, CloseWrite", server.(interface{ CloseWrite() error }).CloseWrite(), net.ErrClosed)
	})
}

func TestLingerZeroResets(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		lingerer := server.(interface{ SetLinger(sec int) error })
		n.Partition("zk")
		write(t, server, "last words")
		must(t, lingerer.SetLinger(0))
		must(t, server.Close())
		wantError(t, "linger after close", lingerer.SetLinger(-1), net.ErrClosed)
		write(t, client, "nobody has told me")
		n.Heal("zk")
		wantBytes(t, client, "last words")
		_, err := client.Read(make([]byte, 1))
		wantError(t, "read", err, syscall.ECONNRESET)
		_, err = client.Write([]byte("x"))
		wantError(t, "write", err, syscall.ECONNRESET)
	})
}

func TestCloseWakesItsOwnReaderAndWriter(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, _ := pair(t, n)
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := client.Read(make([]byte, 1))
			wantError(t, "read", err, net.ErrClosed)
		})
		for range 2 { // one waits for the window, the other for its turn
			wg.Go(func() {
				_, err := client.Write(make([]byte, 2*fault.DefaultWindow))
				wantError(t, "write", err, net.ErrClosed)
			})
		}
		synctest.Wait()
		must(t, client.Close())
		wg.Wait()
	})
}

func TestDeadlines(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		timesOut := func(what string, after time.Duration, call func([]byte) (int, error), b []byte) int {
			t.Helper()
			start := time.Now()
			n, err := call(b)
			var nerr net.Error
			if !errors.As(err, &nerr) || !nerr.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: error %v, want a timeout", what, err)
			}
			if took := time.Since(start); took != after {
				t.Errorf("%s took %v, want %v", what, took, after)
			}
			return n
		}

		must(t, client.SetReadDeadline(time.Now().Add(time.Second)))
		timesOut("read", time.Second, client.Read, make([]byte, 1))
		timesOut("read again", 0, client.Read, make([]byte, 1))
		write(t, server, "x")
		timesOut("read of what is there", 0, client.Read, make([]byte, 1))
		must(t, client.SetReadDeadline(time.Time{}))
		wantBytes(t, client, "x")

		must(t, client.SetWriteDeadline(time.Now().Add(time.Second)))
		sent := timesOut("write", time.Second, client.Write, make([]byte, 2*fault.DefaultWindow))
		if sent != fault.DefaultWindow {
			t.Errorf("wrote %d bytes before the timeout, want the window", sent)
		}
		timesOut("write again", 0, client.Write, []byte("x"))
		timesOut("empty write", 0, client.Write, nil)
	})
}

func TestDeadlineMovesUnderABlockedRead(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, _ := pair(t, n)
		start := time.Now()
		must(t, client.SetReadDeadline(start.Add(time.Hour)))
		done := make(chan time.Duration)
		go func() {
			_, err := client.Read(make([]byte, 1))
			wantError(t, "read", err, os.ErrDeadlineExceeded)
			done <- time.Since(start)
		}()
		synctest.Wait()
		must(t, client.SetReadDeadline(start.Add(time.Second)))
		synctest.Wait()
		must(t, client.SetReadDeadline(start.Add(time.Minute)))
		if got := <-done; got != time.Minute {
			t.Errorf("timed out after %v, want the last deadline, 1m0s", got)
		}
		must(t, client.SetReadDeadline(time.Time{}))
		go func() {
			_, err := client.Read(make([]byte, 1))
			wantError(t, "read", err, os.ErrDeadlineExceeded)
			close(done)
		}()
		synctest.Wait()
		must(t, client.SetReadDeadline(time.Unix(1, 0))) // in the past: at once
		<-done
	})
}

func TestWindowHoldsTheWriterBack(t *testing.T) {
	const window = 1000
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		sent := bytes.Repeat([]byte("0123456789"), 1000)
		done := false
		go func() {
			if m, err := client.Write(sent); m != len(sent) || err != nil {
				t.Errorf("write: %d, %v", m, err)
			}
			done = true
			closeQuietly(client)
		}()
		synctest.Wait()
		if done {
			t.Error("the writer did not wait for the reader")
		}
		got := make([]byte, len(sent)-window-1)
		if _, err := io.ReadFull(server, got); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if done {
			t.Error("the writer was done with more than a window unread")
		}
		rest, err := io.ReadAll(server)
		if err != nil || !bytes.Equal(append(got, rest...), sent) {
			t.Errorf("the bytes came out wrong, %v", err)
		}
	}, fault.WithWindow(window))
}

func TestBlockedWriterLearnsThatThePeerIsGone(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		go func() {
			synctest.Wait()
			must(t, server.Close())
		}()
		if _, err := client.Write(make([]byte, 2*fault.DefaultWindow)); err != nil {
			t.Errorf("the write under way: %v", err)
		}
		_, err := client.Write([]byte("x"))
		wantError(t, "the next write", err, syscall.EPIPE)
	})
}

func TestConcurrentWritesDoNotInterleave(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		const size, writers = 300, 20
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() { write(t, client, string(bytes.Repeat([]byte{byte('a' + i)}, size))) })
		}
		for range writers {
			b := make([]byte, size)
			if _, err := io.ReadFull(server, b); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b, bytes.Repeat(b[:1], size)) {
				t.Fatalf("writes are mixed: %q", b)
			}
		}
		wg.Wait()
	}, fault.WithWindow(100))
}

func TestCutResetsBothEndsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		for name, cut := range map[string]func(){
			"client host": n.Host("app").Cut, "server host": n.Host("zk").Cut, "all": n.CutAll,
		} {
			client, server := pair(t, n)
			n.Host("app").Partition() // does not keep a reset from anyone
			write(t, client, "lost")
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := client.Read(make([]byte, 1))
				wantError(t, name+": blocked read", err, syscall.ECONNRESET)
			})
			synctest.Wait()
			n.Host("other").Cut() // is nobody's
			synctest.Wait()
			cut()
			wg.Wait()
			for _, c := range []net.Conn{client, server} {
				_, err := c.Read(make([]byte, 1))
				wantError(t, name+": read", err, syscall.ECONNRESET)
				_, err = c.Write([]byte("x"))
				wantError(t, name+": write", err, syscall.ECONNRESET)
				var op *net.OpError
				if !errors.As(err, &op) || op.Op != "write" {
					t.Errorf("%s: error %#v, want a *net.OpError", name, err)
				}
				must(t, c.Close())
			}
			n.HealAll()
		}
	})
}

func TestLatencyIsExact(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		start := time.Now()
		client, server := pair(t, n)
		if got := time.Since(start); got != 2*latency {
			t.Errorf("dialing took %v, want %v", got, 2*latency)
		}
		echoed := make(chan struct{})
		go func() {
			defer close(echoed)
			_, err := io.Copy(struct{ io.Writer }{server}, struct{ io.Reader }{server})
			if err != nil {
				t.Error(err)
			}
			closeQuietly(server)
		}()
		start = time.Now()
		const trips = 100
		for range trips {
			write(t, client, "ping")
			wantBytes(t, client, "ping")
		}
		if got := time.Since(start); got != trips*2*latency {
			t.Errorf("%d round trips took %v, want %v", trips, got, trips*2*latency)
		}

		start = time.Now()
		for range trips { // pipelined: the writer does not wait
			write(t, client, "ping")
			time.Sleep(latency / 10)
		}
		for range trips {
			wantBytes(t, client, "ping")
		}
		if got, want := time.Since(start), (trips-1)*latency/10+2*latency; got != want {
			t.Errorf("%d pipelined took %v, want %v", trips, got, want)
		}

		must(t, client.Close())
		<-echoed
	}, fault.WithLatency(latency))
}

func TestEOFTakesTheLatency(t *testing.T) {
	bubble(t, func(t *testing.T, n *fault.Network) {
		client, server := pair(t, n)
		start := time.Now()
		must(t, server.Close())
		_, err := client.Read(make([]byte, 1))
		if got := time.Since(start); !errors.Is(err, io.EOF) || got != latency {
			t.Errorf("read %v after %v, want EOF after %v", err, got, latency)
		}
		write(t, client, "x")
		time.Sleep(2*latency - 1)
		write(t, client, "x")
		time.Sleep(1 * time.Nanosecond)
		_, err = client.Write([]byte("x"))
		wantError(t, "write a round trip later", err, syscall.EPIPE)
	}, fault.WithLatency(latency))
}

func TestConcurrentUseOfOneEnd(t *testing.T) {
	// For the race detector: everything at once, in real time.
	n := fault.NewNetwork(fault.WithWindow(64), fault.WithLatency(time.Microsecond))
	client, server := pair(t, n)
	var wg sync.WaitGroup
	for _, c := range []net.Conn{client, server} {
		for range 3 {
			wg.Go(func() {
				b := make([]byte, 50)
				for range 40 {
					must(t, c.SetReadDeadline(time.Now().Add(time.Millisecond)))
					if _, err := c.Read(b); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Error(err)
					}
				}
			})
			wg.Go(func() {
				for range 40 {
					must(t, c.SetWriteDeadline(time.Now().Add(time.Millisecond)))
					if _, err := c.Write(make([]byte, 50)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Error(err)
					}
				}
			})
		}
	}
	for range 20 {
		n.Partition("zk")
		n.Heal("zk")
	}
	wg.Wait()
}
