// Package fromzk is a page: hand-written code for zk.Conn, and the same with package client. It has nothing to import.
//
// A test runs both columns of every row against a server and compares what they leave behind. In all of them conn is a *zk.Conn, c a
// *client.Client and ctx a context.
//
// # Connect
//
// A chroot stands at the end of the servers, as everywhere else in ZooKeeper's world: "zk1:2181,zk2:2181/app".
//
// With zk.Conn:
//
//	conn, _, err := zk.Connect(servers, 10*time.Second)
//	if err != nil {
//		return err
//	}
//	defer conn.Close()
//	_, err = conn.Create("/connected", nil, 0, zk.WorldACL(zk.PermAll)) // waits for the first connection, for ever
//	return err
//
// With client:
//
//	c, err := client.Connect(ctx, strings.Join(servers, ",")) // waits for it, until ctx ends
//	if err != nil {
//		return err
//	}
//	defer c.Close(ctx)
//	_, err = c.Create("/connected").Do(ctx)
//	return err
//
// # Keep the zk.Conn
//
// One dialer beneath a zk.Conn that other code keeps, and both speak in one session. Where not even that can be
// changed there is client.FromConn(conn, events), with the limits that it names.
//
// With zk.Conn:
//
//	conn, _, err := zk.Connect(servers, 10*time.Second)
//	if err != nil {
//		return err
//	}
//	defer conn.Close()
//	_, err = conn.Create("/shared", nil, 0, zk.WorldACL(zk.PermAll))
//	return err
//
// With client:
//
//	d, err := client.NewDialer()
//	if err != nil {
//		return err
//	}
//	conn, _, err := zk.Connect(servers, 10*time.Second, zk.WithDialer(d.Dial), zk.WithHostProvider(d.HostProvider()))
//	if err != nil {
//		return err
//	}
//	defer conn.Close() // old code keeps conn
//	c, err := client.Wrap(ctx, conn, d)
//	if err != nil {
//		return err
//	}
//	defer c.Close(ctx)
//	_, err = c.Create("/shared").Do(ctx)
//	return err
//
// # TLS and identities
//
// Both stand on every connection before any other request. Certificates that change are for client.WithTLSFunc.
//
// With zk.Conn:
//
//	dial := func(network, addr string, timeout time.Duration) (net.Conn, error) {
//		return tls.DialWithDialer(&net.Dialer{Timeout: timeout}, network, addr, trust)
//	}
//	conn, _, err := zk.Connect(secure, 10*time.Second, zk.WithDialer(dial))
//	if err != nil {
//		return err
//	}
//	defer conn.Close()
//	if err := conn.AddAuth("digest", []byte("alice:secret")); err != nil {
//		return err
//	}
//	acl := append(zk.AuthACL(zk.PermAll), zk.WorldACL(zk.PermRead)...)
//	_, err = conn.Create("/mine", nil, 0, acl)
//	return err
//
// With client:
//
//	c, err := client.Connect(ctx, strings.Join(secure, ","), client.WithTLS(trust), client.WithDigest("alice", "secret"))
//	if err != nil {
//		return err
//	}
//	defer c.Close(ctx)
//	_, err = c.Create("/mine").ACL(client.Creator(zk.PermAll), client.World(zk.PermRead)).Do(ctx)
//	return err
//
// # Create with parents
//
// With zk.Conn:
//
//	path := ""
//	for name := range strings.SplitSeq("app/jobs/today", "/") {
//		path += "/" + name
//		_, err := conn.Create(path, nil, 0, zk.WorldACL(zk.PermAll))
//		if err != nil && err != zk.ErrNodeExists {
//			return err
//		}
//	}
//	return nil
//
// With client:
//
//	_, err := c.Create("/app/jobs/today").Parents().Do(ctx)
//	if errors.Is(err, zk.ErrNodeExists) {
//		return nil
//	}
//	return err
//
// # Delete with all below
//
// A listing for each znode, and a transaction for many deletes. What others add meanwhile goes, too.
//
// With zk.Conn:
//
//	var remove func(path string) error
//	remove = func(path string) error {
//		names, _, err := conn.Children(path)
//		if err != nil {
//			return err
//		}
//		for _, name := range names {
//			if err := remove(path + "/" + name); err != nil && err != zk.ErrNoNode {
//				return err
//			}
//		}
//		return conn.Delete(path, -1)
//	}
//	return remove("/tree")
//
// With client:
//
//	return c.Delete("/tree").WithChildren().Do(ctx)
//
// # Retry loops
//
// Every Do tries again as WithRetry says, at once when there is a connection. What became of a write that cannot be
// tried again is told by MayHaveApplied.
//
// With zk.Conn:
//
//	var err error
//	for range 10 {
//		_, err = conn.Set("/config", []byte("new"), -1)
//		if err != zk.ErrConnectionClosed && err != zk.ErrNoServer {
//			break
//		}
//		time.Sleep(time.Second)
//	}
//	return err
//
// With client:
//
//	_, err := c.Set("/config").Data([]byte("new")).Do(ctx)
//	return err
//
// # Read, change, write
//
// With zk.Conn:
//
//	for {
//		data, stat, err := conn.Get("/config")
//		if err != nil {
//			return err
//		}
//		_, err = conn.Set("/config", append(data, '!'), stat.Version)
//		if err != zk.ErrBadVersion {
//			return err
//		}
//	}
//
// With client:
//
//	for {
//		data, stat, err := c.Get("/config").Do(ctx)
//		if err != nil {
//			return err
//		}
//		_, err = c.Set("/config").Data(append(data, '!')).Version(stat.Version).Do(ctx)
//		if !errors.Is(err, zk.ErrBadVersion) {
//			return err
//		}
//	}
//
// # Locks
//
// Both stand in the same queue, so the holders of a lock can be changed one by one. The queue is a container now, unless it is there: the
// server removes it some time after its last user has gone.
//
// With zk.Conn:
//
//	l := zk.NewLock(conn, "/locks/report", zk.WorldACL(zk.PermAll))
//	if err := l.Lock(); err != nil {
//		return err
//	}
//	defer l.Unlock()
//	work(context.Background()) // nobody says when the lock is lost
//	return nil
//
// With client:
//
//	mutex, err := lock.NewMutex(c, "/locks/report")
//	if err != nil {
//		return err
//	}
//	held, err := mutex.Lock(ctx)
//	if err != nil {
//		return err
//	}
//	defer held.Unlock()
//	work(held.Context()) // which ends when the lock is lost
//	return nil
//
// # Watch loops
//
// The watch survives reconnects in both columns; in the new one it ends with the context. A watch that is never used up is client.Watch, which
// takes Connect or Wrap.
//
// With zk.Conn:
//
//	for {
//		data, _, events, err := conn.GetW("/config")
//		if err != nil {
//			return err
//		}
//		if use(data) {
//			return nil
//		}
//		if ev := <-events; ev.Err != nil {
//			return ev.Err
//		}
//	}
//
// With client:
//
//	for {
//		data, _, watch, err := c.Get("/config").DoW(ctx)
//		if err != nil {
//			return err
//		}
//		if use(data) {
//			watch.Stop()
//			return nil
//		}
//		if ev, ok := <-watch.Events(); !ok || ev.Err != nil { // closed when ctx ends
//			return watch.Err()
//		}
//	}
//
// # Ephemeral, sequential, and found again after a loss
//
// With zk.Conn:
//
//	_, err := conn.CreateProtectedEphemeralSequential("/members/m-", []byte("me"), zk.WorldACL(zk.PermAll))
//	return err
//
// With client:
//
//	_, err := c.Create("/members/m-").Ephemeral().Sequential().Protected().Data([]byte("me")).Do(ctx)
//	return err
//
// # Transactions
//
// With zk.Conn:
//
//	_, err := conn.Multi(
//		&zk.CheckVersionRequest{Path: "/config", Version: 0},
//		&zk.CreateRequest{Path: "/done", Acl: zk.WorldACL(zk.PermAll)},
//		&zk.SetDataRequest{Path: "/config", Data: []byte("new"), Version: -1},
//		&zk.DeleteRequest{Path: "/old", Version: -1})
//	return err
//
// With client:
//
//	_, err := c.Txn(
//		c.Check("/config").Version(0),
//		c.Create("/done"),
//		c.Set("/config").Data([]byte("new")),
//		c.Delete("/old")).Do(ctx)
//	return err
//
// # Many at once
//
// With zk.Conn:
//
//	var wg sync.WaitGroup
//	errs := make([]error, 10)
//	for i := range errs {
//		wg.Go(func() { _, errs[i] = conn.Set("/config", []byte("same"), -1) }) // in no order
//	}
//	wg.Wait()
//	return errors.Join(errs...)
//
// With client:
//
//	var sent []*client.Future[*zk.Stat]
//	for range 10 {
//		sent = append(sent, c.Set("/config").Data([]byte("same")).Async(ctx)) // in this order
//	}
//	var errs []error
//	for _, set := range sent {
//		_, err := set.Wait(ctx)
//		errs = append(errs, err)
//	}
//	return errors.Join(errs...)
//
// # Errors
//
// The zk package's errors match with errors.Is instead of ==.
//
// With zk.Conn:
//
//	err := conn.Delete("/config/none", -1)
//	if err == zk.ErrNoNode {
//		return nil
//	}
//	return err
//
// With client:
//
//	err := c.Delete("/config/none").Do(ctx)
//	if errors.Is(err, zk.ErrNoNode) { // err says which znode, too
//		return nil
//	}
//	return err
package fromzk
