// Package client is a fluent ZooKeeper client on go-zookeeper's session.
//
//	c, err := client.Connect(ctx, "zk1:2181,zk2:2181,zk3:2181/app")
//	if err != nil {
//		return err
//	}
//	defer c.Close(ctx)
//
//	path, err := c.Create("/jobs/job-").Sequential().Parents().Data(payload).Do(ctx)
//	data, stat, err := c.Get(path).Do(ctx)
//	_, err = c.Set(path).Data(next).Version(stat.Version).Do(ctx)
//
// # Calls
//
// A call is the path first, then modifiers, then one verb that takes a context. Do waits and repeats after a connection loss (see WithRetry);
// Async sends at once, in call order, and returns a Future; DoW leaves a one-shot watch. Builders are values and can be shared and run
// more than once. A context that ends returns the call at once, with the context's cause, and leaves no goroutine behind; a write that was
// already sent may still be done, and MayHaveApplied says so.
//
// # Errors and outcomes
//
// Errors are *OpError. The zk package's errors match with errors.Is: zk.ErrNoNode, zk.ErrBadVersion and so on. Retryable tells whether the same call
// may succeed later.
//
// A write is Done, NotDone or Unknown; OutcomeOf tells which, and Resolve looks the znode up for one that is Unknown. What never gets
// so far: a create that is Protected, Ephemeral, Idempotent or OrSet, a set that is Idempotent, a delete that is Quietly. Retry runs several
// calls that belong to one session.
//
// # Old servers
//
// A call sends the oldest request that does it: create2 only for ReturningStat, and so on. What a server does not know goes another
// way where there is one (ReturningStat, ParentContainers), and else fails with an *UnsupportedError that says which server it takes. Apache's
// servers close the connection after that answer; the session lives on.
//
// # Views and data
//
// Namespace is a view of the client below a path, on the same session. Create and Set write the data of WithDefaultData unless they get
// some; WithCompression, or Compressed for one call, stores data as Curator's gzip does.
//
// # One session, two speakers
//
// Conn hands out the *zk.Conn beneath, for hand-written code: the same session, the same ephemerals, one order of requests. NewDialer
// and Wrap do the reverse, and put a Client on a *zk.Conn that somebody else connected. FromConn does so without a dialer, for what zk.Conn's own methods
// can do. Package client/fromzk shows hand-written code and what becomes of it.
//
// # Seeing in
//
// A client says nothing unless WithLogger or WithHooks asks it to. Hooks are told of every operation and every attempt, of states and
// of watches; client/otelzk and client/promzk pass that on to OpenTelemetry and Prometheus.
//
// # Watches
//
//	data, stat, once, err := c.Get("/config").DoW(ctx)     // the next change
//	all, err := c.Watch("/jobs").Recursive().Do(ctx)       // every change of a subtree, from servers of 3.6 on
//	for ev := range all.All(ctx) {
//		if client.Missed(ev) { ... }                   // read again: the connection was away, or this loop too slow
//	}
//
// A Watch ends with its context. All users of a path share one watch of the server's, which goes with the last of them; see Watch.
//
// # Connection
//
//	Connected    the first session stands
//	Suspended    no connection; the session may live on
//	Reconnected  a connection again; Session tells whether it is the same session
//	Lost         the session is over
//	ReadOnly     a connection to a server that only reads; see WithReadOnly
//
// States tells of every change, the present one first; State, Session and WaitConnected are for a look. A Session is a value with a context of its
// own, which ends with it, so that work can be bound to the session it stands on. Export, Detach and WithSession hand it to another client.
//
// When a connection ends, every call in flight fails at once with ErrConnectionLoss and the retry policy decides. One-shot watches are armed
// again on the next connection, before any other request of the client's, and tell of what happened meanwhile. When the session timeout has
// passed since the last answered request was sent, the client declares the session Lost on its own, without a server's word; that is
// before the server can. Servers are looked for at once, then with pauses of 20 ms before each that grow to 0.3 s, or to a second for one that is alone. A server that
// says nothing although it owes an answer is given up after three tenths of the session timeout, and tried last for a while; one that does not
// answer the handshake after a 24th of the session timeout while there are others, after twice as long the next time, up to a third of it.
//
// The servers are those of the connect string, or those that an EnsembleProvider names before every round: FixedServers, DNSServers, or one's
// own. SetServers changes them in flight, and WithConfigFollower does so whenever the ensemble's own configuration changes. The session stays.
//
// # Security
//
// WithTLS or WithTLSFunc put TLS over every connection, with certificates that may change between two of them. WithSASL, WithDigest, WithAuth and
// AddAuth say who the client is: on every connection, in every session and before any other request, of Conn, too; ErrAuthFailed says what happens
// if a server does not accept that. World, Creator, Digest, IP, X509 and SASL make entries of access control lists, and WithACLProvider
// gives lists to what is created without one. No password shows in an error, in a log or in what fmt prints of options, Dialer and Client.
//
// # Limits
//
// Of SASL DIGEST-MD5 alone, no Kerberos.
package client
