package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// gate is a second way to a World's server: an address of its own. It passes bytes on, so both addresses lead to the same sessions, as the
// members of an ensemble do.
func gate(t *testing.T, w *zktest.World, addr string) {
	t.Helper()
	listener, err := w.Net.Listen("tcp", addr)
	must(t, err)
	var pipes sync.WaitGroup
	pipes.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := w.Host("gate of "+addr).Dial("tcp", w.Addr, 0)
			if err != nil {
				_ = in.Close()
				continue
			}
			for _, ends := range [][2]netConn{{in, out}, {out, in}} {
				pipes.Go(func() { pump(ends[0], ends[1]) })
			}
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		w.Host("gate of " + addr).Cut()
		pipes.Wait()
	})
}

func pump(from, to netConn) {
	defer to.Close()
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				_ = from.Close()
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// names is a resolver that a test changes.
type names struct {
	mu    sync.Mutex
	addrs map[string][]string
	asked int
}

func (n *names) LookupHost(_ context.Context, host string) ([]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	if addrs := n.addrs[host]; addrs != nil {
		return addrs, nil
	}
	return nil, fmt.Errorf("no such host: %s", host)
}

func (n *names) move(host string, addrs ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addrs[host] = addrs
}

// A name that moves is found again, with the session.
func TestDNSMoves(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		gate(t, w, "10.0.0.1:2181")
		gate(t, w, "10.0.0.2:2181")
		dns := &names{addrs: map[string][]string{}}
		time.AfterFunc(3*time.Second, func() { dns.move("zk.example", "10.0.0.1") })
		start := time.Now()
		c, err := client.Connect(ctx, "", client.WithDial(w.Host("a").DialContext),
			client.WithEnsemble(client.DNSServers(dns, "zk.example", "gone.example:2182")))
		must(t, err)
		defer c.Close(ctx)
		if d := time.Since(start); d < 3*time.Second || d > 6*time.Second {
			t.Errorf("connected after %v, the name was there after 3 s", d)
		}
		if got := c.Conn().Server(); got != "10.0.0.1:2181" {
			t.Errorf("on %s", got)
		}
		_, err = c.Create("/e").Ephemeral().Do(ctx)
		must(t, err)
		changes := c.States(ctx)
		session := states(t, changes, client.Connected).Session

		time.Sleep(2 * time.Second)
		dns.move("zk.example", "10.0.0.2")
		w.Host("10.0.0.1").Partition() // the old address is a black hole from now on
		w.Net.Refuse("10.0.0.1", true)
		states(t, changes, client.Suspended)
		if next := states(t, changes, client.Reconnected); next.Session != session {
			t.Errorf("session %v, was %v", next.Session, session)
		}
		if got := c.Conn().Server(); got != "10.0.0.2:2181" {
			t.Errorf("on %s", got)
		}
		_, _, err = c.Get("/e").Do(ctx)
		must(t, err)
	})
}

// Of many addresses of one name, all are tried, and each client begins with another.
func TestDNSShuffles(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		dns := &names{addrs: map[string][]string{"zk": {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}}}
		for _, addr := range dns.addrs["zk"] {
			gate(t, w, addr+":2181")
		}
		first := map[string]int{}
		for range 40 {
			c, err := client.Connect(t.Context(), "", client.WithDial(w.Host("a").DialContext), client.WithEnsemble(client.DNSServers(dns, "zk")))
			must(t, err)
			first[c.Conn().Server()]++
			must(t, c.Close(t.Context()))
		}
		if len(first) != 4 { // by chance once in 20000
			t.Errorf("clients on %v", first)
		}
	})
}

// One's own provider: a chroot without hosts, errors that are told, lists that are checked.
func TestOwnProvider(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		_, err := w.Connect(t, "root").Create("/app/x").Parents().Do(ctx)
		must(t, err)
		dial := client.WithDial(w.Host("a").DialContext)
		c, err := client.Connect(ctx, "/app", dial, client.WithEnsemble(client.FixedServers("zk")))
		must(t, err)
		if ok, _, err := c.Exists("/x").Do(ctx); !ok || err != nil {
			t.Errorf("in the chroot: %v, %v", ok, err)
		}
		must(t, c.Close(ctx))

		cause := errors.New("the registry is down")
		for name, tt := range map[string]struct {
			provider client.EnsembleProvider
			want     error
		}{
			"fails":     {client.EnsembleFunc(func(context.Context) ([]string, error) { return nil, cause }), cause},
			"no server": {client.FixedServers(), context.DeadlineExceeded},
			"bad":       {client.FixedServers("zk,zk2"), context.DeadlineExceeded},
			"hangs": {client.EnsembleFunc(func(ctx context.Context) ([]string, error) {
				<-ctx.Done()
				return nil, cause
			}), cause},
		} {
			short, cancel := context.WithTimeout(ctx, 5*time.Second)
			if _, err := client.Connect(short, "", dial, client.WithEnsemble(tt.provider)); !errors.Is(err, tt.want) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			cancel()
			time.Sleep(2 * time.Second)
		}
		for name, opt := range map[string]client.Option{
			"none": client.WithEnsemble(nil), "a bad name": client.WithEnsemble(client.DNSServers(nil, "a,b")), "no name": client.WithEnsemble(client.DNSServers(nil)),
		} {
			if _, err := client.NewDialer(opt); err == nil {
				t.Errorf("%s is taken", name)
			}
		}
	})
}

// A wrapped conn asks the provider, too.
func TestProviderOfWrap(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		gate(t, w, "10.0.0.1:2181")
		d, err := client.NewDialer(client.WithDial(w.Host("a").DialContext), client.WithEnsemble(client.FixedServers("10.0.0.1")))
		must(t, err)
		conn, events, err := zk.Connect([]string{"nowhere:1"}, 10*time.Second,
			zk.WithDialer(d.Dial), zk.WithHostProvider(d.HostProvider()), zk.WithLogger(quiet{}))
		must(t, err)
		c, err := client.Wrap(ctx, conn, d)
		must(t, err)
		if conn.Server() != "10.0.0.1:2181" {
			t.Errorf("on %s", conn.Server())
		}
		must(t, c.SetServers(w.Addr))
		must(t, c.WaitConnected(ctx))
		if conn.Server() != w.Addr {
			t.Errorf("on %s", conn.Server())
		}
		must(t, c.Close(ctx))
		if err := c.SetServers(w.Addr); !errors.Is(err, client.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		conn.Close()
		for range events {
			continue
		}

		plain, err := client.NewDialer(client.WithDial(w.Host("b").DialContext))
		must(t, err)
		conn, events, err = zk.Connect([]string{w.Addr}, 10*time.Second, zk.WithDialer(plain.Dial),
			zk.WithHostProvider(&one{addr: w.Addr}), zk.WithLogger(quiet{}))
		must(t, err)
		c, err = client.Wrap(ctx, conn, plain)
		must(t, err)
		if err := c.SetServers("10.0.0.1"); err == nil {
			t.Error("the list of somebody else's HostProvider was changed")
		}
		conn.Close()
		for range events {
			continue
		}
	})
}

// one is a zk.HostProvider that is not ours.
type one struct{ addr string }

func (*one) Init([]string) error    { return nil }
func (*one) Len() int               { return 1 }
func (*one) Connected()             {}
func (o *one) Next() (string, bool) { return o.addr, false }

// The list changes again and again under load: the session stays, and nothing is reported that was not so. No answer is left in doubt, since the
// connections are given up in good order.
func TestSetServersUnderLoad(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		for i := range 3 {
			gate(t, w, fmt.Sprintf("10.0.0.%d:2181", i))
		}
		c := w.Connect(t, "a")
		session := c.Session()
		const callers = 8
		for i := range callers {
			_, err := c.Create(fmt.Sprintf("/n%d", i)).Do(ctx)
			must(t, err)
		}
		var done [callers]int
		stop := make(chan struct{})
		var load sync.WaitGroup
		for i := range callers {
			load.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if _, err := c.Set(fmt.Sprintf("/n%d", i)).Do(ctx); err != nil {
						t.Errorf("set: %v", err)
						return
					}
					done[i]++
					time.Sleep(time.Millisecond)
				}
			})
		}
		servers := map[string]bool{}
		for i := range 60 {
			must(t, c.SetServers(fmt.Sprintf("10.0.0.%d", i%3)))
			time.Sleep(100 * time.Millisecond)
			must(t, c.WaitConnected(ctx))
			servers[c.Conn().Server()] = true
			if want := fmt.Sprintf("10.0.0.%d:2181", i%3); c.Conn().Server() != want {
				t.Errorf("on %s, want %s", c.Conn().Server(), want)
			}
		}
		close(stop)
		load.Wait()
		if c.Session() != session || session.Err() != nil || len(servers) != 3 {
			t.Errorf("session %v: %v; on %v", session, session.Err(), servers)
		}
		for i, n := range done {
			_, stat, err := c.Get(fmt.Sprintf("/n%d", i)).Do(ctx)
			must(t, err)
			if int(stat.Version) != n || n < 100 {
				t.Errorf("/n%d: %d sets were reported done, %d were", i, n, stat.Version)
			}
		}
	}, zktest.WithNetwork(fault.WithLatency(3*time.Millisecond)))
}

func TestSetServersBadList(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		changes := c.States(t.Context())
		states(t, changes, client.Connected)
		for _, bad := range [][]string{nil, {""}, {"a,b"}, {"a/b"}, {":1"}} {
			if err := c.SetServers(bad...); err == nil {
				t.Errorf("%q is taken", bad)
			}
		}
		must(t, c.SetServers(w.Addr))
		time.Sleep(time.Second)
		if len(changes) != 0 {
			t.Errorf("the same list moved the client: %v", <-changes)
		}
	})
}

// The list changes while no server of the old one can be reached: the new one is tried at once.
func TestSetServersInAnOutage(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		gate(t, w, "10.0.0.1:2181")
		hung, err := w.Net.Listen("tcp", "hung:2181")
		must(t, err)
		defer hung.Close()
		c := w.Connect(t, "a")
		changes := c.States(t.Context())
		session := states(t, changes, client.Connected).Session
		must(t, c.SetServers("hung"))
		states(t, changes, client.Suspended)
		time.Sleep(time.Second)
		start := time.Now()
		must(t, c.SetServers("10.0.0.1"))
		if next := states(t, changes, client.Reconnected); next.Session != session {
			t.Errorf("session %v, was %v", next.Session, session)
		}
		if d := time.Since(start); d > 50*time.Millisecond {
			t.Errorf("it took %v", d)
		}
	})
}

// Clients spread over more servers when there are more.
func TestSetServersSpreads(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		for i := range 4 {
			gate(t, w, fmt.Sprintf("10.0.0.%d:2181", i))
		}
		const clients = 60
		on := map[string]int{}
		for range clients {
			c, err := client.Connect(t.Context(), "10.0.0.0", client.WithDial(w.Host("a").DialContext))
			must(t, err)
			session := c.Session()
			must(t, c.SetServers("10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"))
			synctest.Wait()
			must(t, c.WaitConnected(t.Context()))
			if c.Session() != session {
				t.Error("the session has changed")
			}
			on[c.Conn().Server()]++
			must(t, c.Close(t.Context()))
		}
		if n := on["10.0.0.0:2181"]; len(on) != 4 || n < 3 || n > 32 { // 15 on average; farther off once in a million
			t.Errorf("clients on %v", on)
		}
	})
}

// The order of a list means nothing, and neither does writing the default port.
func TestSetServersSameInOtherWords(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		gate(t, w, "b:2181")
		c := w.Connect(t, "a")
		list := []string{"zk", "b:2181"}
		must(t, c.SetServers(list...))
		synctest.Wait()
		must(t, c.WaitConnected(t.Context())) // it may have moved
		changes := c.States(t.Context())
		<-changes
		for range 10 {
			must(t, c.SetServers(list...))
			slices.Reverse(list)
			time.Sleep(2 * time.Second)
		}
		if len(changes) != 0 {
			t.Errorf("the same list moved the client: %v", <-changes)
		}
	})
}
