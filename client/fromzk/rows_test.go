//nolint:errorlint,noctx // the old columns compare errors and dial as code of their kind does
package fromzk_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
)

// The page's columns, a pair of functions for each row. The page is made of their bodies.

var (
	servers []string
	secure  []string // for TLS
	trust   *tls.Config
	work    = func(context.Context) {}
	use     = func([]byte) (done bool) { return false }
)

func oldConnect(_ *zk.Conn) error {
	conn, _, err := zk.Connect(servers, 10*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Create("/connected", nil, 0, zk.WorldACL(zk.PermAll)) // waits for the first connection, for ever
	return err
}

func newConnect(ctx context.Context, _ *client.Client) error {
	c, err := client.Connect(ctx, strings.Join(servers, ",")) // waits for it, until ctx ends
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Create("/connected").Do(ctx)
	return err
}

func oldShare(_ *zk.Conn) error {
	conn, _, err := zk.Connect(servers, 10*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Create("/shared", nil, 0, zk.WorldACL(zk.PermAll))
	return err
}

func newShare(ctx context.Context, _ *client.Client) error {
	d, err := client.NewDialer()
	if err != nil {
		return err
	}
	conn, _, err := zk.Connect(servers, 10*time.Second, zk.WithDialer(d.Dial), zk.WithHostProvider(d.HostProvider()))
	if err != nil {
		return err
	}
	defer conn.Close() // old code keeps conn
	c, err := client.Wrap(ctx, conn, d)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Create("/shared").Do(ctx)
	return err
}

func oldSecure(_ *zk.Conn) error {
	dial := func(network, addr string, timeout time.Duration) (net.Conn, error) {
		return tls.DialWithDialer(&net.Dialer{Timeout: timeout}, network, addr, trust)
	}
	conn, _, err := zk.Connect(secure, 10*time.Second, zk.WithDialer(dial))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.AddAuth("digest", []byte("alice:secret")); err != nil {
		return err
	}
	acl := append(zk.AuthACL(zk.PermAll), zk.WorldACL(zk.PermRead)...)
	_, err = conn.Create("/mine", nil, 0, acl)
	return err
}

func newSecure(ctx context.Context, _ *client.Client) error {
	c, err := client.Connect(ctx, strings.Join(secure, ","), client.WithTLS(trust), client.WithDigest("alice", "secret"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Create("/mine").ACL(client.Creator(zk.PermAll), client.World(zk.PermRead)).Do(ctx)
	return err
}

func oldParents(conn *zk.Conn) error {
	path := ""
	for name := range strings.SplitSeq("app/jobs/today", "/") {
		path += "/" + name
		_, err := conn.Create(path, nil, 0, zk.WorldACL(zk.PermAll))
		if err != nil && err != zk.ErrNodeExists {
			return err
		}
	}
	return nil
}

func newParents(ctx context.Context, c *client.Client) error {
	_, err := c.Create("/app/jobs/today").Parents().Do(ctx)
	if errors.Is(err, zk.ErrNodeExists) {
		return nil
	}
	return err
}

func oldRemove(conn *zk.Conn) error {
	var remove func(path string) error
	remove = func(path string) error {
		names, _, err := conn.Children(path)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := remove(path + "/" + name); err != nil && err != zk.ErrNoNode {
				return err
			}
		}
		return conn.Delete(path, -1)
	}
	return remove("/tree")
}

func newRemove(ctx context.Context, c *client.Client) error {
	return c.Delete("/tree").WithChildren().Do(ctx)
}

func oldRetry(conn *zk.Conn) error {
	var err error
	for range 10 {
		_, err = conn.Set("/config", []byte("new"), -1)
		if err != zk.ErrConnectionClosed && err != zk.ErrNoServer {
			break
		}
		time.Sleep(time.Second)
	}
	return err
}

func newRetry(ctx context.Context, c *client.Client) error {
	_, err := c.Set("/config").Data([]byte("new")).Do(ctx)
	return err
}

func oldUpdate(conn *zk.Conn) error {
	for {
		data, stat, err := conn.Get("/config")
		if err != nil {
			return err
		}
		_, err = conn.Set("/config", append(data, '!'), stat.Version)
		if err != zk.ErrBadVersion {
			return err
		}
	}
}

func newUpdate(ctx context.Context, c *client.Client) error {
	for {
		data, stat, err := c.Get("/config").Do(ctx)
		if err != nil {
			return err
		}
		_, err = c.Set("/config").Data(append(data, '!')).Version(stat.Version).Do(ctx)
		if !errors.Is(err, zk.ErrBadVersion) {
			return err
		}
	}
}

func oldLock(conn *zk.Conn) error {
	l := zk.NewLock(conn, "/locks/report", zk.WorldACL(zk.PermAll))
	if err := l.Lock(); err != nil {
		return err
	}
	defer l.Unlock()
	work(context.Background()) // nobody says when the lock is lost
	return nil
}

func newLock(ctx context.Context, c *client.Client) error {
	mutex, err := lock.NewMutex(c, "/locks/report")
	if err != nil {
		return err
	}
	held, err := mutex.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	work(held.Context()) // which ends when the lock is lost
	return nil
}

func oldWatch(conn *zk.Conn) error {
	for {
		data, _, events, err := conn.GetW("/config")
		if err != nil {
			return err
		}
		if use(data) {
			return nil
		}
		if ev := <-events; ev.Err != nil {
			return ev.Err
		}
	}
}

func newWatch(ctx context.Context, c *client.Client) error {
	for {
		data, _, watch, err := c.Get("/config").DoW(ctx)
		if err != nil {
			return err
		}
		if use(data) {
			watch.Stop()
			return nil
		}
		if ev, ok := <-watch.Events(); !ok || ev.Err != nil { // closed when ctx ends
			return watch.Err()
		}
	}
}

func oldProtected(conn *zk.Conn) error {
	_, err := conn.CreateProtectedEphemeralSequential("/members/m-", []byte("me"), zk.WorldACL(zk.PermAll))
	return err
}

func newProtected(ctx context.Context, c *client.Client) error {
	_, err := c.Create("/members/m-").Ephemeral().Sequential().Protected().Data([]byte("me")).Do(ctx)
	return err
}

func oldMulti(conn *zk.Conn) error {
	_, err := conn.Multi(
		&zk.CheckVersionRequest{Path: "/config", Version: 0},
		&zk.CreateRequest{Path: "/done", Acl: zk.WorldACL(zk.PermAll)},
		&zk.SetDataRequest{Path: "/config", Data: []byte("new"), Version: -1},
		&zk.DeleteRequest{Path: "/old", Version: -1})
	return err
}

func newMulti(ctx context.Context, c *client.Client) error {
	_, err := c.Txn(
		c.Check("/config").Version(0),
		c.Create("/done"),
		c.Set("/config").Data([]byte("new")),
		c.Delete("/old")).Do(ctx)
	return err
}

func oldMany(conn *zk.Conn) error {
	var wg sync.WaitGroup
	errs := make([]error, 10)
	for i := range errs {
		wg.Go(func() { _, errs[i] = conn.Set("/config", []byte("same"), -1) }) // in no order
	}
	wg.Wait()
	return errors.Join(errs...)
}

func newMany(ctx context.Context, c *client.Client) error {
	var sent []*client.Future[*zk.Stat]
	for range 10 {
		sent = append(sent, c.Set("/config").Data([]byte("same")).Async(ctx)) // in this order
	}
	var errs []error
	for _, set := range sent {
		_, err := set.Wait(ctx)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func oldErrors(conn *zk.Conn) error {
	err := conn.Delete("/config/none", -1)
	if err == zk.ErrNoNode {
		return nil
	}
	return err
}

func newErrors(ctx context.Context, c *client.Client) error {
	err := c.Delete("/config/none").Do(ctx)
	if errors.Is(err, zk.ErrNoNode) { // err says which znode, too
		return nil
	}
	return err
}

// row is a pair of columns, in the order of the page.
type row struct {
	title string
	name  string // of the functions, without old and new
	text  string // what is to be said about it
	old   func(*zk.Conn) error
	new   func(context.Context, *client.Client) error
	own   bool // they connect by themselves
}

var rows = []row{
	{"Connect", "Connect", "A chroot stands at the end of the servers, as everywhere else in ZooKeeper's world: \"zk1:2181,zk2:2181/app\".",
		oldConnect, newConnect, true},
	{"Keep the zk.Conn", "Share", "One dialer beneath a zk.Conn that other code keeps, and both speak in one session. Where not even that can be\n" +
		"changed there is client.FromConn(conn, events), with the limits that it names.", oldShare, newShare, true},
	{"TLS and identities", "Secure", "Both stand on every connection before any other request. Certificates that change are for client.WithTLSFunc.",
		oldSecure, newSecure, true},
	{"Create with parents", "Parents", "", oldParents, newParents, false},
	{"Delete with all below", "Remove", "A listing for each znode, and a transaction for many deletes. What others add meanwhile goes, too.", oldRemove, newRemove, false},
	{"Retry loops", "Retry", "Every Do tries again as WithRetry says, at once when there is a connection. What became of a write that cannot be\n" +
		"tried again is told by MayHaveApplied.", oldRetry, newRetry, false},
	{"Read, change, write", "Update", "", oldUpdate, newUpdate, false},
	{"Locks", "Lock", "Both stand in the same queue, so the holders of a lock can be changed one by one. The queue is a container now, unless it is there: the\n" +
		"server removes it some time after its last user has gone.", oldLock, newLock, false},
	{"Watch loops", "Watch", "The watch survives reconnects in both columns; in the new one it ends with the context. A watch that is never used up is client.Watch, which\n" +
		"takes Connect or Wrap.", oldWatch, newWatch, false},
	{"Ephemeral, sequential, and found again after a loss", "Protected", "", oldProtected, newProtected, false},
	{"Transactions", "Multi", "", oldMulti, newMulti, false},
	{"Many at once", "Many", "", oldMany, newMany, false},
	{"Errors", "Errors", "The zk package's errors match with errors.Is instead of ==.", oldErrors, newErrors, false},
}

// rowNames are the rows' functions.
func rowNames() []string {
	var names []string
	for _, r := range rows {
		names = append(names, "old"+r.name, "new"+r.name)
	}
	slices.Sort(names)
	return names
}
