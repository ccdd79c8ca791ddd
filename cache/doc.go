// Package cache keeps copies of znodes that follow the server: of one znode, of a znode's children, or of a whole tree.
//
//	tree, err := cache.NewTree(c, "/config")
//	if err != nil {
//		return err
//	}
//	if err := tree.Start(ctx); err != nil {
//		return err
//	}
//	defer tree.Close(ctx)
//	if err := tree.WaitInitialized(ctx); err != nil {
//		return err
//	}
//	z, ok := tree.Get("/config/timeout")                    // sends nothing
//	for path, z := range tree.Snapshot().All() { ... }      // one state of the tree, for as long as it is needed
//	for ev := range tree.Events(ctx) { ... }                // what there is, and then every change
//
// Node, Children and Tree are one engine. They write nothing.
//
// # What a reader may see
//
// A Snapshot never changes. Its Zxid is a transaction up to which every change of what is cached is in it; what is later may be in it, too, as
// long as there are changes that are still to be read. From one snapshot to the next the Zxid does not go back, and no znode does. WaitFor
// waits for a transaction: after WaitFor with the zxid of one's own write (Future.Zxid, or the Stat's Mzxid or Czxid), every
// snapshot has that write.
//
// A znode is as it was when its data was read; the numbers of its Stat that are about its children and its ACL are as old as that. Znodes
// that the client may not read are missing. Servers do not tell when an ACL changes, so a znode that may be read from now on is found when
// it is next written or the connection next lost.
//
// # Events
//
// Created, Changed with the old and the new znode, Deleted, in the order of the transactions, each listener for itself; applied one after
// the other to an older snapshot they make a newer one. Two changes of a znode within a round trip may be told as one, and a znode
// that was deleted and made anew is Deleted and Created, also at the same version: the Czxid decides. A listener holds up nobody; one that is too
// far behind (WithLag) is told the difference instead.
//
// Servers before 3.6 have one-shot watches alone, and those tell in no order of what happened between two of them. There each znode's own
// events are in order, a parent is created before its children and deleted behind them, and events of different znodes may come in another order
// than their transactions. If a child is heard of before its parent's being made anew, the child is told as Deleted and Created with it, the same
// Czxid in both.
//
// Over client.FromConn the same holds of every server. What a zk.Conn of others answers is without its zxid, so the cache knows only those of
// the Stats that it reads: WaitFor works for what has created, written or deleted a znode within the cache, and waits for any other transaction until
// something later changes within. A zk.Conn hands events and answers to different goroutines, so for a moment a snapshot may stand at a
// Zxid of which an event is still on its way.
//
// # Suspended and Lost
//
// While the connection is Suspended or the session Lost the snapshot stays as it is: old, but one state. When there is a
// connection again, in the same session or a new one, everything is looked at once more and what has changed is told as one step, deletions first
// and then the rest by zxid. Large caches begin that after a random pause of up to 20 µs a znode and a second in all, so that the
// caches that lost one server do not meet at the next.
//
// # Cost
//
// On servers from 3.6 on there is one recursive watch, and reads travel together:
//
//	load         1 request for up to 512 znodes or about 256 KiB of data, and for as many lists of children; 8 requests under way
//	a change     1 event and 1 read, 1 round trip after the event; a deletion 1 event and no read
//	reconnect    as a load, but lists only where children came or went, and data of 1 KiB or more only if it was written
//	memory       the data, the name and some 20 to 40 bytes for each znode; snapshots share what is the same
//
// Measured, names of 6 bytes included: 34 bytes a znode without data, 36 to 56 with 16 bytes, 130 to 160 with 100, 1042 with 1000. Data of more than
// 512 bytes has memory of its own, which is kept while it does not change. What no snapshot has any more is garbage, so changes do not make a
// cache larger, but a listener that does not listen keeps up to WithLag events.
//
// Older servers have neither that watch nor such reads. There each znode is read, listed and watched by itself, up to 512 requests under
// way.
//
// # Metrics and logs
//
// A cache says nothing by itself. It is seen where its client is: what reads is told to client.Hooks and WithLogger as Operations, multiRead and exists,
// or getData and getChildren2 on older servers; what it hears is told as Watch; and the client's States are what it lives through. Snapshot.Len and
// Snapshot.Zxid are cheap enough to be a gauge.
//
// # Values that do not decode
//
// A Typed view hands on the error for the one znode that it is about, with the path: from Get together with the znode, from All and Events in
// its place, and goes on with the next. The cache itself knows nothing of it, and the znode is right again with its next change.
//
// Source: recipes CuratorCache, TreeCache, PathChildrenCache and NodeCache of Apache Curator, without what they do with znodes that were made anew while
// nobody looked.
package cache
