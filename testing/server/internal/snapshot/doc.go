// Package snapshot is a whole database on the disk: sessions, access control lists and znodes, byte for byte as Apache ZooKeeper writes
// it. It knows no tree: who writes hands out znodes one by one, who reads is handed them, and none is held here.
//
// # A folder
//
//	snapshot.<zxid, lower-case hex>        all up to zxid is in it, and what came while it was written may be
//	snapshot.<zxid>.gz                     the same, compressed by gzip
//	tmp.snapshot.<zxid>                    one that is being written, or never was finished: nobody reads it
//
// A folder with logs and no snapshot does not start an Apache server: a fresh one needs snapshot.0.
//
// # A file
//
//	5a 4b 53 4e "ZKSN" | int32 version = 2 | int64 database id = -1
//	int32 n | n sessions     int64 id | int32 timeout, ms
//	int32 n | n lists        int64 id | vector acl                       ids are 1 and more
//	znodes                   ustring path | buffer data | int64 list | stat
//	end                      ustring "/"
//	trailer                  int64 adler | ustring "/"
//	digest, optional         int64 zxid | int32 version = 2 | int64 sum | int64 adler | ustring "/"
//	last zxid, optional      int64 zxid | int64 adler | ustring "/"
//
//	stat    int64 czxid mzxid ctime mtime | int32 version cversion aversion | int64 ephemeralOwner pzxid
//
// All is jute as in internal/wire. Each adler is the Adler-32 of all bytes before it. The root's path is "", its children's "/a": so
// "/" is no path and can be the end. A parent comes before its children. List -1 stands in no table: it is wire.OpenACL. The digest is
// of the tree at its zxid; zxid 0 is none. Apache 3.9 may write the last zxid without a digest before it, but no Apache that looks for
// digests reads that.
//
// The stat is not the client's: Cversion counts creates alone, and EphemeralOwner also tells containers and times to live.
//
// # Safety
//
// A file gets its name when it is whole and safe. One that is broken all the same, for Apache writes to the name at once, is passed
// over by Load, which takes the newest that is whole.
//
// Source: Apache ZooKeeper 3.8.0, its files; the last section is 3.9's.
package snapshot
