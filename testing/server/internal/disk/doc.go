// Package disk is one folder of a disk, and no more of a file system than a server needs that must not lose what it has promised:
// files that are written anywhere and synced, and the folder's own entries, which are synced apart. Open is a real folder; Memory
// is one that can be asked what a crash would have left of it.
//
// # What a crash leaves
//
//	File.Sync has returned            the file's content and length at that moment, whatever becomes of later writes
//	Dir.Sync has returned             the folder's entries at that moment: what was created, renamed and removed before it
//	neither                           anything between what was synced and what was asked for
//
// Syncing a file does not sync its entry: POSIX does not promise it, so Memory does not do it. A rename is atomic: a crash leaves
// all of it or nothing.
package disk
