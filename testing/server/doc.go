// Package server is a ZooKeeper server: it speaks the client protocol of Apache ZooKeeper 3.9, keeps everything in memory or in
// Apache's files, and starts in no time.
//
//	s, err := server.New()
//	err = s.Start(ctx)
//	conn, events, err := zk.Connect([]string{s.Addr()}, 10*time.Second)
//	...
//	err = s.Stop(ctx)
//
// What it has done it tells by Stats and Connections; package admin tells it over HTTP as Apache's AdminServer does, and package
// metrics to Prometheus.
//
// It takes its time from package time and its network from WithListen, so a whole test can run in a bubble of
// testing/synctest, on a network in memory, where sessions expire without anybody waiting.
//
// # How a request travels
//
// Data flows one way. Each stage turns one noun of internal/request into the next, and only pipeline.go knows the order.
//
//	            batches of             batches of
//	conn ──────── Request ───► prep ──── Committed ───► apply ───── Reply ────► conn
//	reader                      │ zxid                   │ writes the tree     writer
//	                            └── reads the tree ◄─────┘ fires watches
//
// With a disk (WithDataDir), a stage stands between prep and apply: log takes what prep made of however many requests there are, logs
// them, syncs once, and only then are they committed.
//
// All requests, reads too, travel in the order in which they came, so a connection's replies do, and a request that fails keeps its
// place. Two kinds of requests are served by the reader itself: what is about who the client is (the TLS handshake, auth and sasl), as
// Apache does, and reads of a client that has nothing else on its way, which have no place to keep: direct.go lets the reader do what
// the apply stage would, between two requests of others. prep is where zxids are given out; it judges a request by the tree as it will
// be, which is the tree and the changes on their way to it. Events go out before the replies that could show what they tell of.
//
// # Goroutines
//
// All start through run.goes, which counts them; Stop and Kill return when the count is zero.
//
//	name    started by     stopped by                                owns                          closes
//	accept  Start          listener closed (drain, kill)             one of the listeners          -
//	reader  accept         end of stream, deadline (drain), Abort    TLS, frames, identities       -
//	writer  accept         last reply written, Abort                 the sending side              its socket
//	prep    Start          its input closed, kill                    zxids, the pending view       its output
//	log     Start          its input closed, kill, a failing disk    the transaction log           its output
//	apply   Start          its input closed, kill                    the tree, all watches         run.applied
//	expire  Start          run.stopping, kill                        the clock                     run.requests
//	reap    Start          run.asked, kill                           the pace of removals          run.reaped
//	save    log            it is written, kill                       a snapshot                    -
//	purge   Start          run.asked, kill                           old files                     -
//	drain   Start          it runs through (stop), kill              the order of the end          run.stopping
//
// The last of them closes run.done. Stop follows the data: the listener closes, the readers and reap finish; expire ends and closes
// the pipeline's input; each stage closes its output; the writers write what is left. Kill resets the connections and tells all
// of them at once.
//
// # On a disk
//
// The files are Apache's, so either server can go on where the other has stopped: version-2/log.<zxid> and version-2/snapshot.<zxid>. A
// transaction is answered when it has been synced; a snapshot is written from time to time, while the server serves. Start reads
// the newest snapshot that is whole and the logs behind it: a crash leaves less than a record at the end of the log, which is
// passed over, and any other damage keeps the server from starting. When the disk is full or fails, nothing more is answered, and
// the server ends: see Done and Err.
//
// # Locks
//
// In the order in which they may be taken, where more than one is held: Server.mu, conn.Set.mu, run.turn, conn.Conn.mu. session.Table.mu,
// tree.Tree.mu and the lock of the connection limits are taken last and alone. None is held while waiting for anything.
//
// # What is left out
//
// Ensembles, snapshots compressed by snappy, digests of the tree in the files, the times to live of 3.5.3, a quota for the root, the log
// of soft limits, mechanisms of SASL other than DIGEST-MD5, identities by providers of one's own, the throttles of connections and
// requests that are off by default. A server that is alone has no local sessions, whatever its configuration says; there are some while
// it is read-only.
//
// DIFFERENCES.md beside this file lists what else is not as with Apache, why, and which test holds it: what Apache does not survive is
// refused, what a client could fill the memory with is bounded.
//
// # Versions
//
// What differs between the versions of WithVersion is a table, package internal/era, that the stages ask. 3.4 to 3.6 behave as their
// sources say; none of them was asked. In all versions a read-only server is as since 3.5, and the count of creates at its largest as
// in 3.9.
//
// Source: the behaviour of Apache ZooKeeper 3.9.5, and of 3.8.0 where the two agree, as seen on real servers.
package server
