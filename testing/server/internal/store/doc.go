// Package store keeps a server's database on a disk: a snapshot of it from time to time, and the log of what came after. Load reads
// it, a Log adds to it, Save takes a snapshot while the Log goes on, and Purge removes what nobody needs any more.
//
// # What is safe when
//
//	Log.Sync has returned     every transaction appended before it, whatever happens then
//	Save has returned         the snapshot; until then the one before it counts, with the log behind that
//
// A snapshot is not of one moment. It begins with the transactions up to its zxid applied, and may hold of every later one all,
// nothing or, of a multi, a part: so Load replays the log behind the zxid in a way that makes no difference to what is there already.
//
// # Goroutines
//
// A Log belongs to one goroutine. Save and Purge may run in others at the same time; not two of either.
//
// Source: Apache ZooKeeper 3.8.0 and 3.9, FileTxnSnapLog and DataTree.
package store
