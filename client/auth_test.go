package client_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

var (
	annOpts  = []client.Option{client.WithSASL("bob", "builder"), client.WithDigest("ann", "secret")}
	annACL   = []zk.ACL{client.Digest("ann", "secret", zk.PermAll)}
	bobACL   = []zk.ACL{client.SASL("bob", zk.PermAll)}
	bobKnown = zktest.WithServer(server.WithSASLUsers(map[string]string{"bob": "builder"}), server.WithAuthSchemes("sasl"))
)

// transcript notes what a host asks, connection by connection.
type transcript struct {
	mu    sync.Mutex
	conns [][]string
}

func transcribe(w *zktest.World, host string) *transcript {
	tr := new(transcript)
	w.Net.Intercept(func(f fault.Frame) fault.Action {
		if f.Host != host || f.Reply {
			return fault.Pass
		}
		tr.mu.Lock()
		defer tr.mu.Unlock()
		if f.Connect {
			tr.conns = append(tr.conns, nil)
		}
		last := len(tr.conns) - 1
		tr.conns[last] = append(tr.conns[last], f.Op)
		return fault.Pass
	})
	return tr
}

// check wants each connection to begin with these, as far as it got, and to have none of them later.
func (tr *transcript) check(t *testing.T, conns int, begin ...string) {
	t.Helper()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if len(tr.conns) < conns {
		t.Errorf("%d connections, want %d", len(tr.conns), conns)
	}
	for i, ops := range tr.conns {
		if len(ops) == 2 && ops[1] == "closeSession" {
			continue // of a session that was declared lost
		}
		for j, op := range ops[:min(len(ops), len(begin))] {
			if op != begin[j] {
				t.Errorf("connection %d begins with %v, want %v", i, ops[:j+1], begin)
				break
			}
		}
	}
}

// guarded makes a znode for digest:ann and one for sasl:bob.
func guarded(t *testing.T, c *client.Client) {
	t.Helper()
	_, err := c.Create("/ann").ACL(annACL...).Do(t.Context())
	must(t, err)
	_, err = c.Create("/bob").ACL(bobACL...).Do(t.Context())
	must(t, err)
}

func isBoth(t *testing.T, c *client.Client) {
	t.Helper()
	for _, path := range []string{"/ann", "/bob"} {
		if _, _, err := c.Get(path).Do(t.Context()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// SASL and the identities precede every other request of both speakers, on every connection and in every session.
func TestIdentitiesComeFirst(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		tr := transcribe(w, "a")
		c := w.Connect(t, "a", annOpts...)
		guarded(t, c)
		must(t, c.AddAuth(ctx, "digest", []byte("later:x")))
		_, err := c.Create("/later").ACL(client.Digest("later", "x", zk.PermAll)).Do(ctx)
		must(t, err)

		stop := make(chan struct{})
		var users sync.WaitGroup
		users.Go(func() { // hand-written code, which asks again at once
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, _, err := c.Conn().Get("/ann"); err != nil && !errors.Is(err, zk.ErrConnectionClosed) && !errors.Is(err, zk.ErrSessionExpired) {
					t.Errorf("a request of Conn without the identity: %v", err)
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		users.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, _, err := c.Get("/bob").Do(ctx); err != nil {
					t.Errorf("a request without the identity: %v", err)
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		changes := c.States(ctx)
		states(t, changes, client.Connected)
		for range 3 {
			time.Sleep(2 * time.Second)
			w.Host("a").Cut()
			states(t, changes, client.Suspended, client.Reconnected)
		}
		old := c.Session()
		w.Host("a").Partition()
		states(t, changes, client.Suspended, client.Lost)
		w.Host("a").Heal()
		states(t, changes, client.Reconnected)
		isBoth(t, c)
		if _, _, err := c.Get("/later").Do(ctx); err != nil {
			t.Errorf("what AddAuth gave is missing in the new session: %v", err)
		}
		if c.Session() == old {
			t.Error("the session was not lost")
		}
		close(stop)
		users.Wait()
		tr.mu.Lock()
		first := tr.conns[0]
		tr.conns = tr.conns[1:]
		tr.mu.Unlock()
		if got := fmt.Sprint(first[:4]); got != "[connect sasl sasl auth]" {
			t.Errorf("the first connection begins with %s", got)
		}
		tr.check(t, 4, "connect", "sasl", "sasl", "auth", "auth")
	}, bobKnown)
}

// A fault at each frame of the introduction, both ways: the client gets a connection on which it is who it should be, and the session
// stays.
func TestFaultsWhileIdentifying(t *testing.T) {
	for _, op := range []string{"connect", "sasl", "auth"} {
		for _, match := range []fault.Match{fault.Request(op), fault.Reply(op)} {
			for _, action := range []fault.Action{fault.Drop, fault.Cut, fault.CutAfter, fault.Delay(time.Second), fault.Delay(5 * time.Second)} {
				for nth := 1; nth <= map[string]int{"connect": 1, "sasl": 2, "auth": 1}[op]; nth++ {
					for _, when := range []string{"first", "again"} {
						t.Run(fmt.Sprintf("%s %v %v %d", when, match, action, nth), func(t *testing.T) {
							zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
								guarded(t, w.Connect(t, "other", annOpts...))
								tr := transcribe(w, "a")
								rule := fault.Nth(nth, match.Host("a"), action)
								var c *client.Client
								if when == "first" {
									w.Net.Inject(rule)
									c = w.Connect(t, "a", annOpts...)
								} else {
									c = w.Connect(t, "a", annOpts...)
									session := c.Session()
									changes := c.States(t.Context())
									states(t, changes, client.Connected)
									w.Net.Inject(rule)
									w.Host("a").Cut()
									states(t, changes, client.Suspended, client.Reconnected)
									if c.Session() != session || session.Err() != nil {
										t.Errorf("the session ended: %v", session.Err())
									}
								}
								isBoth(t, c)
								if _, _, err := c.Conn().Get("/ann"); err != nil {
									t.Errorf("Conn: %v", err)
								}
								tr.check(t, 1, "connect", "sasl", "sasl", "auth")
								if rule.Fired() != 1 {
									t.Errorf("%v fired %d times", rule, rule.Fired())
								}
							}, bobKnown)
						})
					}
				}
			}
		}
	}
}

// A fault at the one frame of AddAuth, both ways: it returns only when the identity stands.
func TestFaultsInAddAuth(t *testing.T) {
	for _, match := range []fault.Match{fault.Request("auth"), fault.Reply("auth")} {
		for _, action := range []fault.Action{fault.Drop, fault.Cut, fault.CutAfter, fault.Delay(time.Second)} {
			t.Run(fmt.Sprintf("%v %v", match, action), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					ctx := t.Context()
					guarded(t, w.Connect(t, "other", annOpts...))
					c := w.Connect(t, "a")
					session := c.Session()
					rule := fault.Once(match.Host("a"), action)
					w.Net.Inject(rule)
					must(t, c.AddAuth(ctx, "digest", []byte("ann:secret")))
					for range 2 {
						if _, _, err := c.Get("/ann").Do(ctx); err != nil {
							t.Error(err)
						}
						w.Host("a").Cut()
					}
					if rule.Fired() != 1 || c.Session() != session {
						t.Errorf("%v fired %d times; session %v, was %v", rule, rule.Fired(), c.Session(), session)
					}
				}, bobKnown)
			})
		}
	}
}

// A refusal is told at once, whatever the retry policy, costs the connection, not the session, and is not remembered.
func TestAddAuthRefused(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a", client.WithDigest("ann", "secret"))
		session, changes := c.Session(), c.States(ctx)
		states(t, changes, client.Connected)
		for _, scheme := range []string{"nonsense", "world", "sasl"} {
			err := c.AddAuth(ctx, scheme, []byte("bob:hunter2"))
			if !errors.Is(err, client.ErrAuthFailed) || !errors.Is(err, zk.ErrAuthFailed) || client.Retryable(err) || client.MayHaveApplied(err) {
				t.Errorf("%s: %v", scheme, err)
			}
			if strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), scheme) {
				t.Errorf("the error reads %v", err)
			}
			states(t, changes, client.Suspended, client.Reconnected)
		}
		if c.Session() != session {
			t.Error("the session ended")
		}
		if err := c.AddAuth(ctx, "", nil); err == nil {
			t.Error("no scheme, no error")
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if err := c.AddAuth(ended, "digest", []byte("x:y")); !errors.Is(err, context.Canceled) {
			t.Errorf("ended context: %v", err)
		}
		_, err := c.Create("/x").ACL(client.Creator(zk.PermAll)).Do(ctx)
		must(t, err)
	})
}

// Connect does not wait for its context to end when a server does not take the client for who it says it is.
func TestConnectRefused(t *testing.T) {
	noSASL := zktest.WithServer()
	for _, tt := range []struct {
		name   string
		server zktest.Option
		opts   []client.Option
		says   string
	}{
		{"scheme", noSASL, []client.Option{client.WithAuth("nonsense", []byte("hunter2"))}, `scheme "nonsense"`},
		{"wrong password", bobKnown, []client.Option{client.WithSASL("bob", "hunter2")}, "AUTHFAILED"},
		{"unknown user", bobKnown, []client.Option{client.WithSASL("eve", "hunter2")}, "AUTHFAILED"},
		{"no SASL", noSASL, []client.Option{client.WithSASL("bob", "hunter2")}, "offers no SASL"},
		{"no SASL on an old server", zktest.Version(server.V34), []client.Option{client.WithSASL("bob", "hunter2")}, "offers no SASL"},
		{
			"wrong password, and the server does not mind",
			zktest.WithServer(server.WithSASLUsers(map[string]string{"bob": "builder"}), server.WithAllowSASLFailed(true)),
			[]client.Option{client.WithSASL("bob", "hunter2")}, "does not accept",
		},
		{
			"wrong password, and SASL is required",
			zktest.WithServer(server.WithSASLUsers(map[string]string{"bob": "builder"}), server.WithAuthSchemes("sasl"), server.WithRequiredAuth("sasl")),
			[]client.Option{client.WithSASL("bob", "hunter2")}, "SESSIONCLOSEDREQUIRESASLAUTH",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				start := time.Now()
				opts := append(tt.opts, client.WithDial(w.Host("a").DialContext))
				c, err := client.Connect(t.Context(), w.Addr, opts...)
				if c != nil || !errors.Is(err, client.ErrAuthFailed) || !errors.Is(err, zk.ErrAuthFailed) {
					t.Fatalf("got %v, %v", c, err)
				}
				if !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), w.Addr) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("the error reads: %v", err)
				}
				if d := time.Since(start); d != 0 {
					t.Errorf("it took %v", d)
				}
				time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
			}, tt.server)
		})
	}
}

// A server that insists on an identity closes the connections of clients that have none, and they hear why.
func TestAuthRequired(t *testing.T) {
	required := zktest.WithServer(server.WithRequiredAuth("digest"))
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		if _, _, err := w.Connect(t, "nobody").Get("/").Do(t.Context()); !errors.Is(err, client.ErrAuthRequired) || !errors.Is(err, zk.ErrAuthFailed) {
			t.Errorf("without: %v", err)
		}
		c := w.Connect(t, "ann", client.WithDigest("ann", "secret"))
		changes := c.States(t.Context())
		states(t, changes, client.Connected)
		time.Sleep(time.Minute) // pings, too, have to come behind
		w.Host("ann").Cut()
		states(t, changes, client.Suspended, client.Reconnected)
		if _, _, err := c.Get("/").Do(t.Context()); err != nil {
			t.Errorf("with: %v", err)
		}
	}, required)
}

// Identities of hand-written code go on as before.
func TestConnAddAuth(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		guarded(t, w.Connect(t, "other", annOpts...))
		c := w.Connect(t, "a", client.WithSASL("bob", "builder"))
		must(t, c.Conn().AddAuth("digest", []byte("ann:secret")))
		for range 3 {
			isBoth(t, c)
			w.Host("a").Cut()
		}
		isBoth(t, c)
	}, bobKnown)
}

func TestSecurityOptionsWithout(t *testing.T) {
	for name, opt := range map[string]client.Option{
		"scheme":       client.WithAuth("", nil),
		"user":         client.WithDigest("", "x"),
		"colon":        client.WithDigest("a:b", "x"),
		"SASL user":    client.WithSASL("", "x"),
		"TLS":          client.WithTLS(nil),
		"TLS function": client.WithTLSFunc(nil),
		"ACLs":         client.WithACLProvider(nil),
	} {
		if d, err := client.NewDialer(opt); err == nil || d != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A zk.Conn that was dialled without the seam has identities of its own, and is not taken for one that has the client's.
func TestSecurityFromConn(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		guarded(t, w.Connect(t, "other", annOpts...))
		conn, events := byHand(t, w, "a")
		for _, opt := range []client.Option{client.WithDigest("ann", "secret"), client.WithSASL("bob", "builder"), client.WithTLS(new(tls.Config))} {
			if c, err := client.FromConn(conn, events, opt); c != nil || !errors.Is(err, client.ErrNeedsDialer) {
				t.Errorf("got %v, %v", c, err)
			}
		}
		c, err := client.FromConn(conn, events)
		must(t, err)
		defer c.Close(ctx)
		must(t, c.AddAuth(ctx, "digest", []byte("ann:secret")))
		if _, _, err := c.Get("/ann").Do(ctx); err != nil {
			t.Error(err)
		}
		if err := c.AddAuth(ctx, "nonsense", nil); !errors.Is(err, client.ErrAuthFailed) {
			t.Errorf("refused: %v", err)
		}
	}, bobKnown)
}
