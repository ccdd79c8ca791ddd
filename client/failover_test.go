package client_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// three are the servers of an ensemble, of which each leads to the World's one.
var three = []string{"10.0.0.1:2181", "10.0.0.2:2181", "10.0.0.3:2181"}

// failover is a client of three servers, and its attempts to connect.
type failover struct {
	*client.Client
	dials   atomic.Int64
	session *client.Session
}

// newFailover connects; the znode /x is there then, and the connection is a steady one.
func newFailover(t *testing.T, w *zktest.World, opts ...client.Option) *failover {
	t.Helper()
	for _, addr := range three {
		gate(t, w, addr)
	}
	f := &failover{}
	var err error
	f.Client, err = client.Connect(t.Context(), strings.Join(three, ","), append([]client.Option{
		client.WithSessionTimeout(9 * time.Second), client.WithDial(countDials(w.Host("a"), &f.dials)),
	}, opts...)...)
	must(t, err)
	t.Cleanup(func() { _ = f.Close(context.WithoutCancel(t.Context())) }) // while the servers are still there
	_, err = f.Create("/x").Do(t.Context())
	must(t, err)
	time.Sleep(2 * time.Second)
	f.session = f.Session()
	f.dials.Store(0)
	return f
}

// write waits for a write, and tells how long it took and with how many attempts to connect. The session must be the same.
func (f *failover) write(t *testing.T) (time.Duration, int64) {
	t.Helper()
	start := time.Now()
	_, err := f.Set("/x").Do(t.Context())
	must(t, err)
	if f.Session() != f.session {
		t.Errorf("session %v, was %v", f.Session(), f.session)
	}
	return time.Since(start), f.dials.Load()
}

// While an ensemble elects its leader, every server accepts and then closes. A writer waits little longer than that lasts, and the
// servers are not stormed.
func TestElection(t *testing.T) {
	for _, tt := range []struct {
		lasts time.Duration
		most  int64 // attempts
	}{{0, 1}, {100 * time.Millisecond, 10}, {400 * time.Millisecond, 16}, {time.Second, 22}, {2 * time.Second, 28}, {3 * time.Second, 32}} {
		t.Run(tt.lasts.String(), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				f := newFailover(t, w)
				end := w.Net.Inject(fault.Always(fault.Request("connect").Host("a"), fault.Cut))
				time.AfterFunc(tt.lasts, end)
				if tt.lasts == 0 {
					end()
				}
				w.Host("a").Cut()
				took, dials := f.write(t)
				if over := took - tt.lasts; over < 0 || over > 300*time.Millisecond {
					t.Errorf("back %v after the election", over)
				}
				if dials < 1 || dials > tt.most {
					t.Errorf("%d attempts to connect, at most %d are wanted", dials, tt.most)
				}
			})
		})
	}
}

// A server that is dead costs nothing, since the next is asked at once.
func TestDeadServer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		f := newFailover(t, w)
		host, _, _ := strings.Cut(f.Conn().Server(), ":")
		w.Net.Refuse(host, true)
		w.Host("a").Cut()
		if took, dials := f.write(t); took != 0 || dials > 2 {
			t.Errorf("it took %v and %d attempts", took, dials)
		}
	})
}

// Servers that hang cost a writer no more than a third of the session timeout, be it one or two of them; and in what follows, an election
// here, the hung ones do not keep it from the others.
func TestHungServers(t *testing.T) {
	for name, tt := range map[string]struct {
		hung     int
		election time.Duration // from the hang on, for the others
		most     time.Duration
		dials    int64
	}{
		"its own":                  {1, 0, 3 * time.Second, 1},
		"two":                      {2, 0, 3*time.Second + 75*time.Millisecond, 2},
		"its own, the leader":      {1, 4 * time.Second, 7 * time.Second, 20},
		"its own, and a long wait": {1, 5 * time.Second, 8 * time.Second, 25},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				f := newFailover(t, w)
				own := slices.Index(three, f.Conn().Server())
				for i := range tt.hung {
					host, _, _ := strings.Cut(three[(own+i)%len(three)], ":")
					w.Net.Partition(host)
				}
				time.AfterFunc(tt.election, w.Net.Inject(fault.Always(fault.Request("connect").Host("a"), fault.Cut)))
				took, dials := f.write(t)
				if took < 2*time.Second || took > tt.most {
					t.Errorf("it took %v, at most %v is wanted", took, tt.most)
				}
				if dials < 1 || dials > tt.dials {
					t.Errorf("%d attempts to connect, at most %d are wanted", dials, tt.dials)
				}
			})
		})
	}
}

// Servers that are merely far away are connected to, and once the client knows how far, none is given up in haste.
func TestFarServers(t *testing.T) {
	const away = 100 * time.Millisecond // one way, and again from the gate to the server
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		f := newFailover(t, w)
		for range 5 {
			w.Host("a").Cut()
			time.Sleep(10 * away) // the cut is on its way, too
			if _, dials := f.write(t); dials != 1 {
				t.Errorf("%d attempts to connect", dials)
			}
			f.dials.Store(0)
			time.Sleep(2 * time.Second)
		}
	}, zktest.WithNetwork(fault.WithLatency(away)))
}

// Slow servers, of which every one takes longer than a hasty attempt, get more time with each.
func TestSlowServers(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		f := newFailover(t, w)
		w.Net.Inject(fault.Always(fault.Reply("connect").Host("a"), fault.Delay(time.Second)))
		w.Host("a").Cut()
		// Three times 375 ms, three times 750 ms, then one that is long enough.
		if took, dials := f.write(t); took > 5*time.Second || dials != 7 {
			t.Errorf("it took %v and %d attempts", took, dials)
		}
	})
}

// In a long outage of three servers each is asked little more than once a second.
func TestLongOutage(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		f := newFailover(t, w)
		end := w.Net.Inject(fault.Always(fault.Request("connect").Host("a"), fault.Cut))
		w.Host("a").Cut()
		time.Sleep(time.Minute)
		if dials := f.dials.Load(); dials < 150 || dials > 250 {
			t.Errorf("%d attempts in a minute", dials)
		}
		end()
		start := time.Now()
		_, err := f.Set("/x").Do(t.Context())
		must(t, err)
		if took := time.Since(start); took > 1100*time.Millisecond {
			t.Errorf("back after %v", took)
		}
	})
}

// What follows the handshake is part of the attempt: servers that take their time over an identity get more time with each attempt, too.
func TestSlowIdentity(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		f := newFailover(t, w, client.WithAuth("digest", []byte("ann:secret")))
		w.Net.Inject(fault.Always(fault.Reply("auth").Host("a"), fault.Delay(time.Second)))
		w.Host("a").Cut()
		if took, dials := f.write(t); took > 5*time.Second || dials != 7 {
			t.Errorf("it took %v and %d attempts", took, dials)
		}
	})
}
