package fromzk_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

type noLog struct{}

func (noLog) Printf(string, ...any) {}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// byHand connects a plain zk.Conn.
func byHand(tb testing.TB, srv *zktest.Server) (*zk.Conn, <-chan zk.Event) {
	tb.Helper()
	conn, events, err := zk.Connect([]string{srv.Addr()}, 10*time.Second, zk.WithLogger(noLog{}), zk.WithLogInfo(false))
	must(tb, err)
	tb.Cleanup(conn.Close)
	return conn, events
}

// Each row's columns leave the same behind on servers of their own: the old one, the new one, and the new one on the old one's
// zk.Conn. Real sockets, since rows connect as a program does.
func TestRows(t *testing.T) {
	old := zk.DefaultLogger
	zk.DefaultLogger = noLog{}
	t.Cleanup(func() { zk.DefaultLogger = old })
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			columns := []struct {
				name string
				run  func(srv *zktest.Server) error
			}{
				{"old", func(srv *zktest.Server) error {
					conn, _ := byHand(t, srv)
					return r.old(conn)
				}},
				{"new", func(srv *zktest.Server) error { return r.new(ctx, zktest.Connect(t, srv)) }},
				{"new, on any zk.Conn", func(srv *zktest.Server) error {
					c, err := client.FromConn(byHand(t, srv))
					must(t, err)
					defer func() { must(t, c.Close(ctx)) }()
					for s := range c.States(ctx) {
						if s.State == client.Connected {
							break
						}
					}
					return r.new(ctx, c)
				}},
			}
			if r.own {
				columns = columns[:2]
			}
			var want []string
			for i, column := range columns {
				got := effects(t, column.run)
				switch {
				case i == 0:
					want = got
				case !slices.Equal(got, want):
					t.Errorf("%s:\n%q\nold:\n%q", column.name, got, want)
				}
			}
			if n := len(want); n < 6 || want[n-1] != "<nil>" { // the znodes that were there, and the error
				t.Errorf("the row fails: %q", want)
			}
		})
	}
}

// The page says that both columns' locks exclude each other.
func TestLocksExcludeEachOther(t *testing.T) {
	ctx := t.Context()
	srv := zktest.Start(t)
	conn, _ := byHand(t, srv)
	mutex, err := lock.NewMutex(zktest.Connect(t, srv), "/l")
	must(t, err)
	l := zk.NewLock(conn, "/l", zk.WorldACL(zk.PermAll))
	must(t, l.Lock())
	if held, err := mutex.TryLock(ctx); held != nil {
		t.Errorf("the lock is held twice, %v", err)
	}
	must(t, l.Unlock())
	held, err := mutex.Lock(ctx)
	must(t, err)
	locked := make(chan error)
	go func() { locked <- l.Lock() }()
	for { // until zk.Lock stands in the queue
		names, _, err := conn.Children("/l")
		must(t, err)
		if len(names) == 2 {
			break
		}
	}
	select {
	case err := <-locked:
		t.Errorf("the lock is held twice, %v", err)
	default:
	}
	must(t, held.Unlock())
	must(t, <-locked)
}

// effects runs a column on a server of its own, with some znodes and somebody who changes one of them, and tells what there is then and
// what the column has done.
func effects(t *testing.T, run func(*zktest.Server) error) []string {
	t.Helper()
	certified := httptest.NewTLSServer(http.NotFoundHandler()) // it has a certificate for this address, and those who trust it
	certified.Close()
	pool := x509.NewCertPool()
	pool.AddCert(certified.Certificate())
	trust = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	srv := zktest.Start(t, server.WithTLS("127.0.0.1:0", &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}))
	other, _ := byHand(t, srv)
	for _, p := range []string{"/config", "/old", "/members", "/locks", "/tree", "/tree/a", "/tree/a/b", "/tree/c"} {
		_, err := other.Create(p, []byte("first"), 0, zk.WorldACL(zk.PermAll))
		must(t, err)
	}
	servers, secure = []string{srv.Addr()}, []string{srv.SecureAddr()}
	var did []string
	work = func(context.Context) {
		names, _, err := other.Children("/locks/report")
		did = append(did, fmt.Sprint("works with ", len(names), " in the queue", err))
	}
	use = func(data []byte) bool {
		did = append(did, "uses "+string(data))
		if len(did) == 3 {
			return true
		}
		_, err := other.Set("/config", []byte{'0' + byte(len(did))}, -1)
		must(t, err)
		return false
	}
	err := run(srv)
	return append(tree(t, other, "/"), append(did, fmt.Sprint(err))...)
}

// protectedPrefix is what is drawn by lot in a protected znode's name, in each client's form.
var protectedPrefix = regexp.MustCompile(`_c_[0-9a-f-]{32,36}-`)

// tree is all that stands below a znode, but for what the server has made.
func tree(tb testing.TB, conn *zk.Conn, at string) []string {
	tb.Helper()
	data, stat, err := conn.Get(at)
	must(tb, err)
	acl, _, err := conn.GetACL(at)
	must(tb, err)
	name := protectedPrefix.ReplaceAllString(at, "_c_-")
	all := []string{fmt.Sprintf("%s %q v%d %v ephemeral %v", name, data, stat.Version, acl, stat.EphemeralOwner != 0)}
	names, _, err := conn.Children(at)
	must(tb, err)
	slices.Sort(names)
	for _, name := range names {
		if name != "zookeeper" {
			all = append(all, tree(tb, conn, path.Join(at, name))...)
		}
	}
	return all
}
