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
//	memory       the data, the name and some 15 to 30 bytes for each znode; snapshots share what is the same
//
// Older servers have neither that watch nor such reads. There each znode is read, listed and watched by itself, up to 512 requests under
// way.
//
// Source: recipes CuratorCache, TreeCache, PathChildrenCache and NodeCache of Apache Curator, without what they do with znodes that were made anew while
// nobody looked.
package cache
